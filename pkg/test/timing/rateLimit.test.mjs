import assert from 'node:assert/strict'
import { test } from 'node:test'
import { batch, debounce, debounceAsync, QueueFullError, rateLimit, retry, throttle } from 'whippet/timing'
import { clock, onMockClock, outcome, pass, settled } from './clock.mjs'

onMockClock()

/** A rate-limited function, and the times and arguments of its runs. */
function timed(options, result = (n) => n) {
  const start = Date.now()
  const ran = []
  const fn = rateLimit((n) => {
    ran.push([Date.now() - start, n])
    return result(n)
  }, options)
  return { ran, fn }
}

test('no window holds more than the limit', async () => {
  const { ran, fn } = timed({ limit: 10, interval: 1000 })
  for (let n = 0; n < 25; n++) void fn(n)
  for (let step = 0; step < 25; step++) {
    clock.tick(100)
    await settled()
  }
  const at = ran.map(([at]) => at)
  assert.equal(at.length, 25)
  for (const start of at) assert.ok(at.filter((ms) => ms >= start && ms < start + 1000).length <= 10)
  assert.deepEqual([at[9], at[10], at[19], at[20]], [0, 1000, 1000, 2000])
})

test('a shared signal has one listener, which is removed in the end', async () => {
  const { signal } = new AbortController()
  let listeners = 0
  const { addEventListener, removeEventListener } = signal
  signal.addEventListener = (...args) => (listeners++, addEventListener.apply(signal, args))
  signal.removeEventListener = (...args) => (listeners--, removeEventListener.apply(signal, args))
  const { fn } = timed({ limit: 1, interval: 1, signal })
  const all = Array.from({ length: 100 }, (_, n) => fn(n))
  const paced = Array.from({ length: 100 }, () => debounce(() => {}, 5, { signal }))
  assert.equal(listeners, 1)
  for (const one of paced) one()
  const awaited = Array.from({ length: 100 }, () => debounceAsync(async () => {}, 5, { signal })())
  const tried = Array.from({ length: 100 }, () => retry(async () => {}, { signal }))
  const batched = Array.from({ length: 100 }, () => batch((items) => items, { signal })(1))
  assert.equal(listeners, 1)
  await pass(100)
  await Promise.all([...all, ...awaited, ...tried, ...batched])
  assert.equal(listeners, 0)
})

test('with burst, a full bucket runs at once, then one call per token, in order', async () => {
  const { ran, fn } = timed({ limit: 2, interval: 100, burst: 2 })
  const results = [1, 2, 3, 4, 5].map((n) => fn(n))
  assert.equal(fn.pending(), 3)
  await pass(300)
  assert.deepEqual(ran, [
    [0, 1],
    [0, 2],
    [50, 3],
    [100, 4],
    [150, 5],
  ])
  assert.deepEqual(await Promise.all(results), [1, 2, 3, 4, 5])
  fn(6)
  fn(7)
  assert.deepEqual(ran.slice(5), [
    [300, 6],
    [300, 7],
  ])
})

test('burst is the size of the bucket, limit its rate', async () => {
  const even = timed({ limit: 2, interval: 100, burst: 1 })
  const bursting = timed({ limit: 1, interval: 100, burst: 3 })
  for (let n = 1; n <= 4; n++) {
    even.fn(n)
    bursting.fn(n)
  }
  await pass(200)
  assert.deepEqual(
    even.ran.map(([at]) => at),
    [0, 50, 100, 150],
  )
  assert.deepEqual(
    bursting.ran.map(([at]) => at),
    [0, 0, 0, 100],
  )
})

test('no span holds too many calls where the interval is no multiple of a millisecond', async () => {
  // Hosts drop the fraction of a delay; the mock clock does not. Its reset restores the function.
  const { setTimeout } = globalThis
  globalThis.setTimeout = (run, delay) => setTimeout(run, Math.trunc(delay))
  const sliding = timed({ limit: 1, interval: 2.5 })
  const bucket = timed({ limit: 400, interval: 1000, burst: 2 })
  // A timer of another function, long after.
  let expired = false
  void retry(({ attempt }) => (attempt > 1 ? (expired = true) : Promise.reject(new Error())), { retryDelay: 60 })
  for (let n = 0; n < 20; n++) {
    void sliding.fn(n)
    void bucket.fn(n)
  }
  await pass(59)
  assert.equal(expired, false)
  await pass(2)
  assert.equal(expired, true)
  for (const [{ ran }, burst] of [
    [sliding, 1],
    [bucket, 2],
  ]) {
    assert.equal(ran.length, 20)
    for (const [i, [from]] of ran.entries()) {
      for (const [j, [to]] of ran.entries()) if (j > i) assert.ok(j - i + 1 <= burst + (to - from) / 2.5, `${from} to ${to}`)
    }
  }
})

test('no span holds too many calls where many timers fire a ms early, as those of Node do', async () => {
  const { setTimeout } = globalThis
  globalThis.setTimeout = (run, delay) => setTimeout(run, delay > 1 ? delay - 1 : delay)
  const { ran, fn } = timed({ limit: 1, interval: 100 })
  const placed = []
  const place = throttle(() => placed.push(Date.now()), 5)
  for (let n = 0; n < 4; n++) void fn(n)
  for (let ms = 0; ms < 310; ms++) {
    place()
    await pass(1)
  }
  assert.deepEqual(
    ran.map(([at]) => at),
    [0, 100, 200, 300],
  )
  assert.ok(placed.length > 60)
})

test('a clock that stands still does not stop a timer, not even one of a ms', async () => {
  clock.reset()
  clock.enable({ apis: ['Date'] })
  const ask = rateLimit((n) => n, { limit: 1, interval: 1 })
  assert.deepEqual(await Promise.all([ask(1), ask(2), ask(3)]), [1, 2, 3])
})

test('no call overtakes waiting calls', async () => {
  const { ran, fn } = timed({ limit: 1, interval: 10 })
  fn(1)
  fn(2)
  await pass(9)
  fn(3)
  await pass(11)
  assert.deepEqual(ran, [
    [0, 1],
    [10, 2],
    [20, 3],
  ])
})

test('calls beyond maxQueue are rejected', async () => {
  const { ran, fn } = timed({ limit: 1, interval: 10, maxQueue: 1 })
  fn(1)
  fn(2)
  await assert.rejects(
    fn(3),
    (error) => error instanceof QueueFullError && error.maxQueue === 1 && /maxQueue/.test(error.message),
  )
  await pass(10)
  fn(4)
  await pass(10)
  assert.deepEqual(
    ran.map(([, n]) => n),
    [1, 2, 4],
  )
})

test('a failed call uses its token, and later calls run', async () => {
  const { ran, fn } = timed({ limit: 1, interval: 10 }, (n) => {
    if (n === 1) throw new RangeError()
    return n === 2 ? Promise.reject(new TypeError()) : n
  })
  const results = Promise.allSettled([fn(1), fn(2), fn(3)])
  await pass(30)
  const [one, two, three] = await results
  assert.deepEqual([one.reason.name, two.reason.name, three.value], ['RangeError', 'TypeError', 3])
  assert.deepEqual(ran, [
    [0, 1],
    [10, 2],
    [20, 3],
  ])
})

test('clear rejects waiting calls', async () => {
  const { ran, fn } = timed({ limit: 1, interval: 10 })
  const results = [fn(1), fn(2), fn(3)]
  fn.clear()
  assert.equal(fn.pending(), 0)
  assert.deepEqual(await Promise.all(results.map(outcome)), [{ value: 1 }, { error: 'AbortError' }, { error: 'AbortError' }])
  await pass(50)
  fn(4)
  assert.deepEqual(ran, [
    [0, 1],
    [50, 4],
  ])
})

test('an aborted signal rejects waiting and later calls', async () => {
  const controller = new AbortController()
  const { ran, fn } = timed({ limit: 1, interval: 10, signal: controller.signal })
  const results = [fn(1), fn(2)]
  controller.abort('gone')
  assert.deepEqual(await Promise.all(results.map(outcome)), [{ value: 1 }, { error: 'gone' }])
  assert.deepEqual(await outcome(fn(3)), { error: 'gone' })
  await pass(50)
  assert.equal(ran.length, 1)
})

test('the signal of one call rejects it, and the calls behind it move up', async () => {
  const controller = new AbortController()
  const ran = []
  const fn = rateLimit((n) => ran.push(n), { limit: 1, interval: 10, signal: (n, signal) => signal })
  fn(1)
  const aborted = fn(2, controller.signal)
  fn(3)
  controller.abort('gone')
  assert.deepEqual(await outcome(aborted), { error: 'gone' })
  await pass(10)
  assert.deepEqual(ran, [1, 3])
})

test('an interval longer than a timer can wait is kept', async () => {
  const { ran, fn } = timed({ limit: 1, interval: 3e9 })
  fn(1)
  fn(2)
  clock.tick(2 ** 31 - 1)
  clock.tick(3e9 - 2 ** 31)
  assert.equal(ran.length, 1)
  clock.tick(1)
  await settled()
  assert.deepEqual(ran, [
    [0, 1],
    [3e9, 2],
  ])
})

test('the function keeps `this`, and may call itself', async () => {
  const seen = []
  const one = {
    name: 'one',
    go: rateLimit(
      function (n) {
        seen.push(this.name, n)
        return n < 3 ? this.go(n + 1) : 'end'
      },
      { limit: 1, interval: 10 },
    ),
  }
  const end = one.go(1)
  await pass(20)
  assert.deepEqual(seen, ['one', 1, 'one', 2, 'one', 3])
  assert.equal(await end, 'end')
})

test('invalid options throw a TypeError', () => {
  const rejects = (options, message) => assert.throws(() => rateLimit(() => {}, options), { name: 'TypeError', message })
  assert.throws(() => rateLimit(), { name: 'TypeError', message: /Expected a function/ })
  rejects(undefined, /`limit`/)
  rejects({ limit: 0, interval: 10 }, /`limit`/)
  rejects({ limit: 1 }, /`interval`/)
  rejects({ limit: 1, interval: Infinity }, /`interval`/)
  rejects({ limit: 1, interval: 10, burst: 0 }, /`burst`/)
  rejects({ limit: 1, interval: 10, maxQueue: -1 }, /`maxQueue`/)
  rejects({ limit: 1, interval: 10, signal: 'x' }, /AbortSignal/)
})
