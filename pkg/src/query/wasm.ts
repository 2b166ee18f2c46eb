import hex from '../../wasm/query/hex.js'
import { initSync, type InitOutput } from '../../wasm/query/whippet_npm.js'
import { wasmModule } from '../wasm.js'

export type Exports = InitOutput

let compiled: WebAssembly.Module
/** The instance for new machines. */
let instance: Exports | undefined

/** Instantiates the module. Its exports take and return numbers, so they are called without wasm-bindgen's glue. */
function start(): Exports {
  const imports: WebAssembly.Imports = {}
  for (const { module, name } of WebAssembly.Module.imports(compiled)) {
    // A development build imports the console, which needs the glue and its single instance.
    if (!name.includes('init_externref_table')) return initSync({ module: compiled })
    // Sets up a table for JavaScript values, which never cross.
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

/** The instance for a new machine. Throws `WasmUnavailableError` without WebAssembly. */
export function wasm(): Exports {
  module()
  return (instance ??= start())
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
