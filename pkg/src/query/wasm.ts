import hex from '../../wasm/query/hex.js'
import { instantiate } from '../../wasm/query/instantiate.js'
import { compile } from '../bareModule.js'
import { startWasm } from '../wasm.js'
import type * as exports from '../../wasm/query/whippet_npm_bg.wasm.js'

export type Exports = typeof exports

/** The instance for new machines. */
let instance: Exports | undefined

let module: WebAssembly.Module | undefined

/** The instance for a new machine. Throws `WasmUnavailableError` without WebAssembly. */
export function wasm(): Exports {
  return (instance ??= startWasm(() => instantiate((module ??= compile(hex))) as Exports))
}

/**
 * Puts later machines into a new instance. The memory of an instance never shrinks; it is freed with its last machine.
 */
export function renew(): void {
  instance = undefined
}

let machines: FinalizationRegistry<{ free: (machine: number) => void; machine: number }> | undefined

/**
 * Frees a machine when its owner has been garbage-collected. `free` is passed instead of a closure, which would share
 * the scope of closures that hold the owner, and keep it alive.
 */
export function freeWith(owner: object, free: (machine: number) => void, machine: number): void {
  if (typeof FinalizationRegistry !== 'function') return
  machines ??= new FinalizationRegistry(({ free, machine }) => free(machine))
  machines.register(owner, { free, machine })
}
