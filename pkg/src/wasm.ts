// What happens where a wasm module cannot run, or traps.
import { compile, type Instantiate, type Source } from './bareModule.js'

/** WebAssembly cannot run: it is missing, or the page's Content-Security-Policy forbids it. */
export class WasmUnavailableError extends Error {
  override name = 'WasmUnavailableError'
}

/** @internal The result of `start`. What it throws becomes a `WasmUnavailableError`. */
export function startWasm<T>(start: () => T): T {
  try {
    return start()
  } catch (cause) {
    // Here, since the class is exported where nothing throws it any more.
    throw new WasmUnavailableError(
      "whippet: WebAssembly cannot run. A Content-Security-Policy must have 'wasm-unsafe-eval' in script-src. Cause: " +
        ((cause as Error | undefined)?.message ?? String(cause)),
      { cause },
    )
  }
}

/** @internal As `bareModule`, but throws a `WasmUnavailableError`, on every call, if the module cannot start. */
export function wasmModule<T>(source: Source, instantiate: Instantiate): () => T {
  let exports: T | undefined
  // Once it has started, a call comes by no code that modules share: what a browser optimises is one module's.
  return () => (exports ??= startWasm(() => instantiate(compile(source)) as T))
}

/**
 * @internal The functions of `engine`. When one throws, as wasm does out of memory, the engine must not be called
 * again: the functions that `broke` returns take over, beginning with that call.
 */
export function guarded<T extends object>(engine: T, broke: (error: unknown) => T): T {
  let current = engine as Record<string, (...args: unknown[]) => unknown>
  const call =
    (name: string) =>
    (...args: unknown[]) => {
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
