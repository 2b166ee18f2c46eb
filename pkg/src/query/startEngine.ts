// What the engine behind a cache is given when it starts.
import type { BreakerConfig, CacheLimits } from './types.js'
import { guarded, WasmUnavailableError } from '../wasm.js'
import { renew, wasm, type Exports } from './wasm.js'
import { exportsWithoutWasm } from './withoutWasm.js'

/** @internal A client and a recording write here; what is written after the engine has started has no effect. */
export interface EngineConfig {
  seed?: number
  breaker?: BreakerConfig
  limits?: CacheLimits
  /** Stands between the face and the machine. */
  tap?: (exports: Exports) => Exports
}

/**
 * @internal The exports that a cache is to call; where WebAssembly cannot run, what stands in for them, and why. Where it
 * traps later, the owner is told why, and goes on with what stands in. These exports do not keep it.
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

/** @internal What is left to chance is drawn from this. */
export function seedFrom(setup: EngineConfig): number {
  return setup.seed ?? Math.random() * 2 ** 32
}
