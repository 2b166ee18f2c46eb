import { bytesFromHex } from '../../wasm.js'

/** The most frequent reason why a module cannot be instantiated. */
export const CSP_HINT = " (WebAssembly needs 'wasm-unsafe-eval' in script-src)"

/**
 * Returns a function that gives the exports of a wasm module, instantiated on the first call. The module only exchanges
 * numbers, so it needs no JavaScript from wasm-bindgen. Throws the browser's error, on every call, where the module
 * cannot be instantiated.
 */
export function bareModule<T>(source: string | WebAssembly.Module): () => T {
  let exports: T | undefined
  return () => (exports ??= instantiate(source) as T)
}

function instantiate(source: string | WebAssembly.Module): WebAssembly.Exports {
  const module = typeof source === 'string' ? new WebAssembly.Module(bytesFromHex(source)) : source
  return new WebAssembly.Instance(module).exports
}
