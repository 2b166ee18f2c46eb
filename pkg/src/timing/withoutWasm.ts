// What stands in for the engine where WebAssembly cannot run: functions run when they are called, once, and nothing waits.
import { standIn } from '../wasm.js'
import type { Engine } from './host.js'

// What a call does: see `pacer.ts` and `batch.ts`.
const INVOKE = 1
const GOES = 3
const NONE = -1
/** The number of a memo whose results are fresh for ever; of any other nothing is fresh. */
const FOR_EVER = 1
const GONE = 3

/** The same functions; those that are not named do nothing and give 0. */
export function engineWithoutWasm(): Engine {
  let slots = 0
  let last = NONE
  return standIn<Engine>({
    pace_arm: () => NONE,
    pace_expired: () => NONE,
    pacer_call: () => INVOKE,
    batch_join: () => GOES,
    limit_ask: () => NONE,
    limit_ready: () => NONE,
    memo_create: (ttl: number, _stale: number, maxSize: number) => (ttl === Infinity && maxSize === Infinity ? FOR_EVER : 0),
    memo_add: () => (last = ++slots),
    memo_look: (id: number) => (id === FOR_EVER ? 0 : GONE),
    memo_quiet: (id: number) => (id === FOR_EVER ? Infinity : NONE),
    memo_failed: () => 1,
    memo_expired: () => NONE,
    // Nothing is kept that would never be fresh.
    memo_overflow(id: number) {
      const slot = id === FOR_EVER ? NONE : last
      last = NONE
      return slot
    },
  })
}
