import { bytesFromHex, WasmUnavailableError } from '../wasm.js'

/**
 * A function that gives the exports of a module that takes and gives numbers alone, started on the first call: what
 * wasm-bindgen's JavaScript does for strings and objects, it does not need. It throws `WasmUnavailableError`, on every
 * call, where the module cannot be started.
 */
export function numericModule<T>(source: string | WebAssembly.Module): () => T {
  let exports: T | undefined
  return () => (exports ??= start(source) as T)
}

function start(source: string | WebAssembly.Module): WebAssembly.Exports {
  try {
    const module = typeof source === 'string' ? new WebAssembly.Module(bytesFromHex(source)) : source
    // Called by `__wbindgen_start`, which prepares for objects, and which nobody calls here.
    const imports = { './whippet_npm_bg.js': { __wbindgen_init_externref_table() {} } }
    return new WebAssembly.Instance(module, imports).exports
  } catch (cause) {
    throw new WasmUnavailableError(cause)
  }
}
