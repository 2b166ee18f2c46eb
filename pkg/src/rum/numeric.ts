import { bytesFromHex } from '../wasm.js'

/** What most often keeps a module from being started. */
export const NO_WASM = " (WebAssembly needs 'wasm-unsafe-eval' in script-src)"

/**
 * A function that gives the exports of a module that takes and gives numbers alone, started on the first call: what
 * wasm-bindgen's JavaScript does for strings and objects, it does not need. It throws what the browser does, on every
 * call, where the module cannot be started.
 */
export function numericModule<T>(source: string | WebAssembly.Module): () => T {
  let exports: T | undefined
  return () => (exports ??= start(source) as T)
}

function start(source: string | WebAssembly.Module): WebAssembly.Exports {
  const module = typeof source === 'string' ? new WebAssembly.Module(bytesFromHex(source)) : source
  return new WebAssembly.Instance(module).exports
}
