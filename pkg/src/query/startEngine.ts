// Starts an engine, and calls it.
import type { BreakerConfig, CacheLimits } from './types.js'
import { guarded, WasmUnavailableError } from '../wasm.js'
import { renew, wasm, type Exports } from './wasm.js'
import { exportsWithoutWasm } from './withoutWasm.js'

/** @internal Set by the client or by `recordSession` before the engine starts; later changes have no effect. */
export interface EngineConfig {
  seed?: number
  breaker?: BreakerConfig
  limits?: CacheLimits
  /** Wraps the exports, to record all calls. */
  tap?: (exports: Exports) => Exports
}

/**
 * @internal The exports for a mutation cache. Without WebAssembly, a stand-in and the reason. If wasm traps later,
 * `owner.fail` gets the reason and the stand-in takes over. The exports hold the owner weakly.
 */
export function startEngine({ tap }: EngineConfig, owner: { fail(error: unknown): void }): { exports: Exports; error?: unknown } {
  try {
    const weak = new WeakRef(owner)
    const exports = guarded(wasm(), (error) => {
      renew()
      weak.deref()?.fail(new WasmUnavailableError(error))
      return exportsWithoutWasm()
    })
    return { exports: tap ? tap(exports) : exports }
  } catch (error) {
    return { exports: exportsWithoutWasm(), error }
  }
}

/** @internal The seed of the engine's random numbers. */
export function seedFrom(config: EngineConfig): number {
  return config.seed ?? Math.random() * 2 ** 32
}

/** @internal The exports without their first argument, the machine. */
export type Calls = {
  [K in keyof Exports]: Exports[K] extends (machine: number, ...args: infer A) => infer R ? (...args: A) => R : never
}

/**
 * @internal The exports, called for one machine; `after` runs after each call. When one throws, as wasm does out of memory,
 * the engine must not be called again: what `broke` returns takes over, beginning with that call.
 */
export function callsOf(exports: Exports, machine: number, after: () => void, broke: (error: unknown) => Calls): Calls {
  type Call = (...args: unknown[]) => unknown
  let next: Record<string, Call> | undefined
  const calls: Record<string, Call> = {}
  for (const name in exports) {
    const call = exports[name as keyof Exports] as Call
    calls[name] = (...args) => {
      let result
      try {
        if (!next) result = call(machine, ...args)
      } catch (error) {
        next = broke(error) as any
      }
      if (next) result = next[name]!(...args)
      after()
      return result
    }
  }
  return calls as Calls
}
