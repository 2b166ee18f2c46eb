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

let machines: FinalizationRegistry<{ free: (machine: number) => void; machine: number }> | undefined

/**
 * Frees a machine when the object that stands for it is gone. No closure is taken: one made where others are
 * that know the owner would keep it for ever.
 */
export function freeWith(owner: object, free: (machine: number) => void, machine: number): void {
  if (typeof FinalizationRegistry !== 'function') return
  machines ??= new FinalizationRegistry(({ free, machine }) => free(machine))
  machines.register(owner, { free, machine })
}
