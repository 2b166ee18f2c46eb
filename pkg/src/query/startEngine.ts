// Starts the engine of a cache.
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
 * @internal The exports for a cache. Without WebAssembly, a stand-in and the reason. If wasm traps later, `owner.fail`
 * gets the reason and the stand-in takes over. The exports hold the owner weakly.
 */
export function startEngine({ tap }: EngineConfig, owner: { fail(error: unknown, next: Exports): void }): { exports: Exports; error?: unknown } {
  try {
    const weak = new WeakRef(owner)
    const exports = guarded(wasm(), (error) => {
      const next = exportsWithoutWasm()
      renew()
      weak.deref()?.fail(new WasmUnavailableError(error), next)
      return next
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
