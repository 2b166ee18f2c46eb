// A wasm module as bytes inside the JavaScript. Importing it has no effect, so a page that never calls it pays nothing,
// and bundlers can drop it. In workerd, which does not compile bytes, the module is provided compiled.

/** Gives a module's bytes in hex, or the module. */
export type Source = () => string | WebAssembly.Module

/** What `cargo xtask build` writes beside the hex: gives the exports of a new instance. */
export type Instantiate = (module: WebAssembly.Module) => unknown

/**
 * Returns a function that gives the exports of a module, which is instantiated on the first call. The exports take and
 * give numbers, so nothing stands between them and JavaScript: a boolean is 0 or 1, a u32 is signed. Throws the browser's
 * error, on every call, where the module cannot be instantiated.
 */
export function bareModule<T>(source: Source, instantiate: Instantiate): () => T {
  let exports: T | undefined
  return () => (exports ??= instantiate(compile(source)) as T)
}

export function compile(source: Source): WebAssembly.Module {
  const given = source()
  return typeof given === 'string' ? new WebAssembly.Module(bytesFromHex(given)) : given
}

/** Decodes lower-case hex. */
export function bytesFromHex(hex: string): Uint8Array<ArrayBuffer> {
  const native = (Uint8Array as { fromHex?: (hex: string) => Uint8Array<ArrayBuffer> }).fromHex
  if (native) return native(hex)
  // '0'–'9' are 48–57, 'a'–'f' are 97–102: the low four bits, plus nine for a letter.
  const bytes = new Uint8Array(hex.length >> 1)
  for (let i = 0, at = 0; i < bytes.length; i++) {
    const high = hex.charCodeAt(at++)
    const low = hex.charCodeAt(at++)
    bytes[i] = (((high & 15) + (high >> 6) * 9) << 4) | ((low & 15) + (low >> 6) * 9)
  }
  return bytes
}
