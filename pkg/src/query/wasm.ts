import hex from '../../wasm/query/hex.js'
import { initSync, type InitOutput } from '../../wasm/query/whippet_npm.js'
import { wasmModule } from '../wasm.js'

export type Exports = InitOutput

let compiled: WebAssembly.Module
/** Where new machines are made. */
let instance: Exports | undefined

/** An instance of the module: functions of numbers, called with no glue in between. */
function start(): Exports {
  const imports: WebAssembly.Imports = {}
  for (const { module, name } of WebAssembly.Module.imports(compiled)) {
    // What is not bare (a development build) writes to the console, by the glue's one instance.
    if (!name.includes('init_externref_table')) return initSync({ module: compiled })
    // Numbers alone cross: there is nothing to be set up for values.
    imports[module] = { ...imports[module], [name]: () => {} }
  }
  return new WebAssembly.Instance(compiled, imports).exports as unknown as Exports
}

const module = wasmModule(
  {
    initSync(source) {
      compiled = source.module
      instance = start()
    },
  },
  hex,
)

/** The instance for a new machine. Throws `WasmUnavailableError` where there is no WebAssembly. */
export function wasm(): Exports {
  module()
  return (instance ??= start())
}

/** Machines made from now on are in an instance of their own: the memory of one only grows, and goes with its last machine. */
export function renew(): void {
  instance = undefined
}

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
