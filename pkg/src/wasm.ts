// Brings a wasm module to life: from hex in the JavaScript, synchronously, when it is first needed.
// At import nothing happens; so a page that never calls pays nothing, and a bundler may drop it all.
// Where bytes may not be compiled (workerd), the build puts a compiled module in the place of the hex.

/** WebAssembly cannot run here: it is missing, or the page's Content-Security-Policy forbids it. */
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

/** What `wasm-bindgen --target web` generates: the exports, and the way to start them. */
interface Glue {
  initSync(source: { module: WebAssembly.Module }): unknown
}

/**
 * @internal
 *
 * A function that gives the module's exports, started on the first call. It throws
 * `WasmUnavailableError`, on every call, where the module cannot be started.
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
 * @internal
 *
 * The functions of `engine` until one of them throws, which they do when it ran out of memory: it is not to be called
 * again. From then on those that `broke` gives, which are given that call too.
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

/** @internal What stands in for an engine that cannot run: these functions, and for all others one that does nothing and gives 0. */
export function standIn<T extends object>(known: Record<string, unknown>): T {
  return new Proxy(known, { get: (_, name) => known[name as string] ?? (() => 0) }) as T
}

/** @internal The bytes that `hex` spells, two lower-case digits each. */
export function bytesFromHex(hex: string): Uint8Array<ArrayBuffer> {
  const native = (Uint8Array as { fromHex?: (hex: string) => Uint8Array<ArrayBuffer> }).fromHex
  if (native) return native(hex)
  // '0'–'9' are 48–57, 'a'–'f' 97–102: the low four bits, plus nine for a letter.
  const bytes = new Uint8Array(hex.length >> 1)
  for (let i = 0, at = 0; i < bytes.length; i++) {
    const high = hex.charCodeAt(at++)
    const low = hex.charCodeAt(at++)
    bytes[i] = (((high & 15) + (high >> 6) * 9) << 4) | ((low & 15) + (low >> 6) * 9)
  }
  return bytes
}
