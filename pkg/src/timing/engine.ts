// The engine's two modules, and what happens where they cannot run.
import hex from '../../wasm/pacer/hex.js'
import { instantiate } from '../../wasm/pacer/instantiate.js'
import { wasmModule } from '../wasm.js'
import type * as exports from '../../wasm/pacer/whippet_npm_bg.wasm.js'

/** Debounced and throttled functions, and the deadlines of all others. */
export const pacer = /* @__PURE__ */ wasmModule<typeof exports>(hex, instantiate)

/** Whether functions run unpaced, because the engine cannot run or trapped. */
export let isBroken = false

/** What runs when a deadline expires, by the id of the pacer or the timer. */
export const waiters = /* @__PURE__ */ new Map<number, () => void>()

/**
 * The engine's answer to `question`; `otherwise` where the engine cannot run, or stopped working, as wasm does out of
 * memory. Then no deadline will expire: what waits runs now.
 */
export function ask(question: () => number | void, otherwise = 0): number {
  if (!isBroken) {
    try {
      return question() as number
    } catch (error) {
      isBroken = true
      console.warn('whippet/timing: functions run unpaced.', error)
      for (const run of waiters.values()) queueMicrotask(run)
    }
  }
  return otherwise
}

interface Owned {
  id: number
  release: (id: number) => void
}

let registry: FinalizationRegistry<Owned> | undefined

/** Has `id` released when `owner` is garbage-collected. Returns `id`. */
export function own(owner: object, release: (id: number) => void, id: number): number {
  if (typeof FinalizationRegistry === 'function') {
    registry ??= new FinalizationRegistry(({ id, release }) => ask(() => release(id)))
    registry.register(owner, { id, release })
  }
  return id
}
