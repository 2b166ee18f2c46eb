// Paced functions, memos, rate limits and lazy loading in JavaScript, beside digests of what the engine does in
// tests/sim/pacing.rs.
import { test } from 'node:test'
import { ODD, rules, script } from './script.mjs'

const yes = (drawn) => drawn.pick(2) === 0
const span = (drawn) => (drawn.pick(12) === 0 ? drawn.oneOf(ODD) : drawn.pick(60) * 5)

/** One of those that were given, or any other. */
function idOf(drawn, given) {
  const any = drawn.pick(40)
  return given.length === 0 || any === 0 ? 900_000 : given[drawn.pick(given.length)]
}

test('pacing is that of the engine', async () => {
  const engine = await rules('pacer')
  const drawn = script()
  let now = 1e12
  const ids = []
  for (let i = 0; i < 30_000; i++) {
    now += drawn.pick(40)
    if (drawn.pick(300) === 0) now -= 5000
    const last = now - span(drawn)
    const which = idOf(drawn, ids)
    const what = drawn.pick(30)
    if (what === 0) {
      const [wait, maxWait, leading, trailing] = [span(drawn), span(drawn), yes(drawn), yes(drawn)]
      const created = engine.pacer_create(wait, maxWait, leading, trailing)
      drawn.result(created)
      ids.push(created)
    } else if (what === 1) {
      const timer = engine.pace_set(now, drawn.pick(900))
      drawn.result(timer)
      ids.push(timer)
    } else if (what === 2) engine.pacer_release(which)
    else if (what === 3) engine.pace_clear(which)
    else if (what <= 10) drawn.result(engine.pacer_call(which, now, last))
    else if (what <= 13) drawn.result(engine.pacer_until(which, last))
    else if (what === 14) drawn.result(engine.pacer_flush(which, now, yes(drawn)))
    else if (what === 15) drawn.result(engine.pacer_cancel(which))
    else if (what <= 18) drawn.result(engine.pacer_expired(which, now, last, yes(drawn)))
    else if (what <= 22) drawn.result(engine.pace_arm(now))
    else if (what <= 25) engine.pace_timeout(now, yes(drawn))
    else if (what === 26) drawn.result(engine.pace_now(now))
    else drawn.result(engine.pace_expired())
  }
  drawn.compare('pacing')
})

test('memos, rate limits, retries and batches are those of the engine', async () => {
  const engine = await rules('timing')
  const drawn = script()
  let now = 1e12
  const memos = [engine.list_create()]
  const rates = [engine.list_create()]
  let slots = [[memos[0], 0]]
  const forget = (memo) => {
    slots = slots.filter(([of, slot]) => of !== memo || slot === 0)
  }
  for (let i = 0; i < 30_000; i++) {
    now += drawn.pick(40)
    const [head, slot] = slots[drawn.pick(slots.length)]
    const memo = drawn.oneOf(memos)
    const rate = drawn.oneOf(rates)
    const stale = span(drawn)
    // The slot that was removed: its number may be another's.
    let gone = 0
    const what = drawn.pick(24)
    if (what === 0) {
      const created = engine.list_create()
      drawn.result(created)
      const list = yes(drawn) ? memos : rates
      list.push(created)
    } else if (what === 1) {
      if (memo !== memos[0] && drawn.pick(10) === 0) {
        engine.list_release(memo)
        memos.splice(memos.indexOf(memo), 1)
        forget(memo)
      }
    } else if (what <= 4) {
      const found = engine.memo_lookup(head, slot, now, stale)
      drawn.result(found)
      gone = found === -3 ? slot : 0
    } else if (what <= 7) {
      const added = engine.memo_add(memo)
      drawn.result(added)
      slots.push([memo, added])
    } else if (what === 8) {
      const evicted = engine.memo_evict(memo, drawn.pick(9), drawn.pick(9))
      drawn.result(evicted)
      gone = Math.max(evicted, 0)
    } else if (what <= 11) drawn.result(engine.memo_settled(head, slot, now, span(drawn), stale))
    else if (what === 12) {
      const isGone = engine.memo_failed(slot)
      drawn.result(isGone)
      gone = isGone ? slot : 0
    } else if (what === 13) {
      engine.memo_remove(slot)
      gone = slot
    } else if (what === 14) {
      if (drawn.pick(10) === 0) {
        engine.memo_clear(memo)
        forget(memo)
      }
    } else if (what <= 16) {
      const expired = engine.memo_expired(memo, now, stale)
      drawn.result(expired)
      gone = expired < 0 ? -expired : 0
    } else if (what <= 20) {
      const [queued, most, limit, interval, burst] = [drawn.pick(3), span(drawn), drawn.pick(5), span(drawn), drawn.pick(4)]
      drawn.result(engine.rate_call(rate, queued, most, now, limit, interval, burst))
    } else if (what <= 22) {
      const [failures, retries, delay, jitter] = [drawn.pick(5), span(drawn), span(drawn) - 1, drawn.pick(3) / 2]
      const [seed, verdict, after] = [drawn.pick(1 << 20), drawn.pick(8), span(drawn)]
      drawn.result(engine.retry_next(failures, retries, delay, jitter, seed, verdict, after))
    } else drawn.result(engine.batch_enqueue(drawn.pick(5), span(drawn), stale))
    if (gone > 0) slots = slots.filter(([, known]) => known !== gone)
  }
  drawn.compare('timing')
})

test('lazy loading is that of the engine', async () => {
  const engine = await rules('lazy')
  const drawn = script()
  let now = 0
  const loaders = []
  const items = [2 ** 32 - 1]
  for (let i = 0; i < 30_000; i++) {
    now += drawn.pick(90)
    const loader = idOf(drawn, loaders)
    const item = idOf(drawn, items)
    const what = drawn.pick(24)
    if (what === 0) {
      if (loaders.length < 60) {
        const [concurrent, retries, timeout, seed] = [drawn.pick(5), drawn.pick(4), span(drawn), drawn.pick(1 << 20)]
        const created = engine.lazy_create(concurrent, retries, timeout, seed)
        drawn.result(created)
        loaders.push(created)
      }
    } else if (what === 1) {
      if (drawn.pick(20) === 0) engine.lazy_destroy(loader)
    } else if (what <= 8) {
      const distance = drawn.pick(4) === 0 ? NaN : drawn.pick(900)
      const entered = engine.lazy_enter(loader, item, distance, now)
      drawn.result(entered)
      items.push(entered)
    } else if (what <= 12) engine.lazy_end(loader, item, drawn.pick(3), now)
    else if (what === 13) {
      const online = yes(drawn)
      engine.lazy_online(loader, online, yes(drawn))
    } else if (what <= 20) drawn.result(engine.lazy_poll(loader, now))
    else if (what <= 22) drawn.result(engine.lazy_stat(loader, drawn.pick(7)))
    else {
      const generation = drawn.pick(5)
      drawn.result(engine.lazy_margin(generation, yes(drawn)))
    }
  }
  drawn.compare('lazy')
})
