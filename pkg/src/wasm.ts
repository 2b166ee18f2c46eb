// Starts a wasm module on first use, synchronously, from hex in the JavaScript. Importing it has no effect, so a page
// that never calls it pays nothing and bundlers can drop it. For workerd, which does not compile bytes, the build
// replaces the hex with a compiled module.

/** WebAssembly cannot run: it is missing, or the page's Content-Security-Policy forbids it. */
export class WasmUnavailableError extends Error {
  override name = 'WasmUnavailableError'

  constructor(cause: unknown) {
    super(
      'whippet: WebAssembly cannot run in this page. If the page sends a Content-Security-Policy, add ' +
        "'wasm-unsafe-eval' to its script-src. Cause: " +
        ((cause as Error | undefined)?.message ?? String(cause)),
      { cause },
    )
  }
}

/** The output of `wasm-bindgen --target web`: the exports, and the function that starts them. */
interface Glue {
  initSync(source: { module: WebAssembly.Module }): unknown
}

/**
 * @internal Returns a function that gives the module's exports and starts the module on its first call. It throws
 * `WasmUnavailableError` on every call if the module cannot start.
 */
export function wasmModule<T extends Glue>(glue: T, source: string | WebAssembly.Module): () => T {
  let ready: T | undefined
  return () => ready ?? (ready = start(glue, source))
}

function start<T extends Glue>(glue: T, source: string | WebAssembly.Module): T {
  try {
    const module = typeof source === 'string' ? new WebAssembly.Module(bytesFromHex(source)) : source
    glue.initSync({ module })
  } catch (cause) {
    throw new WasmUnavailableError(cause)
  }
  return glue
}

/**
 * @internal The functions of `engine`. When one throws, as wasm does out of memory, the engine must not be called
 * again: the functions that `broke` returns take over, beginning with that call.
 */
export function guarded<T extends object>(engine: T, broke: (error: unknown) => T): T {
  let current = engine as Record<string, (...args: unknown[]) => unknown>
  const call = (name: string) => (...args: unknown[]) => {
    try {
      return current[name]!(...args)
    } catch (error) {
      current = broke(error) as typeof current
      return current[name]!(...args)
    }
  }
  const all = {} as T
  for (const [name, value] of Object.entries(engine)) {
    const member = typeof value === 'function' ? { value: call(name) } : { get: () => current[name] }
    Object.defineProperty(all, name, { ...member, enumerable: true })
  }
  return all
}

/** @internal A stand-in for an engine that cannot run: these functions, and for all others one that returns 0. */
export function standIn<T extends object>(known: Record<string, unknown>): T {
  return new Proxy(known, { get: (_, name) => known[name as string] ?? (() => 0) }) as T
}

/** @internal Decodes lower-case hex. */
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
