import hex from '../../wasm/lazy/hex.js'
import { instantiate } from '../../wasm/lazy/instantiate.js'
import { bareModule } from '../bareModule.js'
import type * as exports from '../../wasm/lazy/whippet_npm_bg.wasm.js'

export type Engine = typeof exports

const wasm = /* @__PURE__ */ bareModule<Engine>(hex, instantiate)

/** The engine, unless the page cannot use it. */
export function startEngine(): Engine | undefined {
  if (typeof IntersectionObserver !== 'function') return undefined
  try {
    return wasm()
  } catch {
    // The images are loaded anyway, so there is no error to report.
    return undefined
  }
}

/** `engine` until it throws, as wasm does out of memory. From then on, and without an engine, every function returns 0. */
export function guarded(engine: Engine | undefined, broke: () => void): Engine {
  type Call = (...args: never[]) => unknown
  return new Proxy({} as Record<string, Call>, {
    get: (known, name: string) =>
      (known[name] ??= (...args) => {
        if (!engine) return 0
        try {
          return (engine[name as keyof Engine] as Call)(...args)
        } catch {
          engine = undefined
          broke()
          return 0
        }
      }),
  }) as unknown as Engine
}
