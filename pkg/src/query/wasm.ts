import hex from '../../wasm/query/hex.js'
import { initSync } from '../../wasm/query/whippet_npm.js'
import { wasmModule } from '../wasm.js'

const module = wasmModule({ initSync }, hex)

/**
 * The module's own exports: functions of numbers, called with no glue in between. Throws
 * `WasmUnavailableError` where there is no WebAssembly.
 */
export function wasm() {
  // Once started, this gives what the first start gave.
  return module().initSync({} as never)
}

export type Exports = ReturnType<typeof wasm>

let machines: FinalizationRegistry<() => void> | undefined

/** Frees a machine when the object that stands for it is gone. */
export function freeWith(owner: object, free: () => void): void {
  if (typeof FinalizationRegistry !== 'function') return
  machines ??= new FinalizationRegistry((free) => free())
  machines.register(owner, free)
}
