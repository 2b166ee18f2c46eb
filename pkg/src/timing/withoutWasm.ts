// The engine's substitute where WebAssembly cannot run: functions run whenever they are called, and nothing waits.
import { EXPIRED, FILLS, HIT, INVOKE, NONE, RUN } from '../boundary/timing.js'
import { standIn } from '../wasm.js'
import type { Engine } from './wasm.js'

/** The id of all memos without `ttl` and `maxSize`, whose results stay fresh. Those of id 0 are never fresh. */
const ENDLESS = 1

/** The functions of the engine. Those that are not named here do nothing and return 0. */
export function engineWithoutWasm(): Engine {
  let slots = 0
  let last = NONE as number
  return standIn<Engine>({
    pace_arm: () => NONE,
    pace_expired: () => NONE,
    pacer_call: () => INVOKE,
    batch_enqueue: () => FILLS,
    rate_call: () => RUN,
    rate_ready: () => NONE,
    memo_create: (ttl: number, _stale: number, maxSize: number) => (ttl === Infinity && maxSize === Infinity ? ENDLESS : 0),
    memo_add: () => (last = ++slots),
    memo_lookup: (id: number) => (id === ENDLESS ? HIT : EXPIRED),
    memo_until: (id: number) => (id === ENDLESS ? Infinity : NONE),
    memo_failed: () => 1,
    memo_expired: () => NONE,
    // Evicts at once the results that are never fresh.
    memo_evict(id: number) {
      const slot = id === ENDLESS ? NONE : last
      last = NONE
      return slot
    },
  })
}
