// What the engine behind a cache is given when it starts.
import type { BreakerConfig } from './breaker.js'
import type { CacheLimits } from './limits.js'
import { wasm, type Exports } from './wasm.js'
import { exportsWithoutWasm } from './withoutWasm.js'

/** @internal A client and a recording write here; what is written after the engine has started has no effect. */
export interface Setup {
  seed?: number
  breaker?: BreakerConfig
  limits?: CacheLimits
  /** Stands between the face and the machine. */
  tap?: (exports: Exports) => Exports
}

/** @internal The exports that a cache is to call; where WebAssembly cannot run, what stands in for them, and why. */
export function start({ tap }: Setup): { exports: Exports; error?: unknown } {
  try {
    const exports = wasm()
    return { exports: tap ? tap(exports) : exports }
  } catch (error) {
    return { exports: exportsWithoutWasm(), error }
  }
}

/** @internal What is left to chance is drawn from this. */
export function seedOf(setup: Setup): number {
  return setup.seed ?? Math.random() * 2 ** 32
}
