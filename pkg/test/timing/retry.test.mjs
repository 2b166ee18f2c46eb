import assert from 'node:assert/strict'
import { test } from 'node:test'
import { retry } from 'whippet/timing'
import { clock, onMockClock, outcome, pass, settled } from './clock.mjs'

onMockClock()

/** A function that fails `times` times, and the times of its attempts. */
function failing(times, error = () => new Error('no')) {
  const start = Date.now()
  const at = []
  const fn = async () => {
    at.push(Date.now() - start)
    if (at.length <= times) throw error(at.length)
    return 'done'
  }
  return { at, fn }
}

test('a call that succeeds is made once', async () => {
  const { at, fn } = failing(0)
  assert.equal(await retry(fn), 'done')
  assert.deepEqual(at, [0])
  assert.equal(await retry(() => 5), 5)
})

test('by default there are three retries, after one, two and four seconds', async () => {
  const { at, fn } = failing(9)
  const promise = retry(fn)
  const found = outcome(promise)
  for (const ms of [1000, 2000, 4000, 60_000]) {
    await settled()
    clock.tick(ms)
  }
  assert.equal(await found, 'pending')
  assert.deepEqual(at, [0, 1000, 3000, 7000])
  await assert.rejects(promise, /no/)
})

test('retry and retryDelay may be numbers or functions', async () => {
  const few = failing(9)
  const promise = retry(few.fn, { retry: 2, retryDelay: 5 })
  promise.catch(() => {})
  await pass(50)
  assert.deepEqual(few.at, [0, 5, 10])

  const calls = []
  const some = failing(9)
  const policy = {
    retry: (count, error) => (calls.push([count, error.message]), count < 2),
    retryDelay: (count) => (count + 1) * 10,
  }
  const other = retry(some.fn, policy)
  other.catch(() => {})
  await pass(50)
  assert.deepEqual(some.at, [0, 10, 30])
  assert.deepEqual(calls, [
    [0, 'no'],
    [1, 'no'],
    [2, 'no'],
  ])

  const never = failing(1)
  await assert.rejects(retry(never.fn, { retry: false }), /no/)
  const always = failing(30)
  const last = retry(always.fn, { retry: true, retryDelay: 1 })
  await pass(31)
  assert.equal(await last, 'done')
})

test('an error controls its retry by retryAfter and retryable', async () => {
  const busy = failing(1, () => Object.assign(new Error(), { retryAfter: 30 }))
  const promise = retry(busy.fn, { retryDelay: 5 })
  await pass(30)
  assert.equal(await promise, 'done')
  assert.deepEqual(busy.at, [0, 30])
  const gone = failing(1, () => Object.assign(new Error('gone'), { retryable: false }))
  await assert.rejects(retry(gone.fn), /gone/)
  assert.deepEqual(gone.at, [0])
})

test('jitter is drawn from the seed', async () => {
  const delays = async (seed) => {
    const { at, fn } = failing(3)
    const promise = retry(fn, { retryDelay: 100, retryJitter: true, seed })
    await pass(460)
    assert.equal(await promise, 'done')
    return at.slice(1).map((time, i) => time - at[i])
  }
  const [a, b, again] = [await delays(1), await delays(2), await delays(1)]
  assert.deepEqual(a, again)
  assert.notDeepEqual(a, b)
  for (const delay of [...a, ...b]) assert.ok(delay >= 100 && delay <= 151, String(delay))
})

test('an attempt that times out has its signal aborted, and its result is ignored', async () => {
  const signals = []
  const answers = []
  const promise = retry(
    ({ attempt, signal }) => {
      signals.push(signal)
      return new Promise((resolve) => answers.push(() => resolve(attempt)))
    },
    { timeout: 20, retryDelay: 5 },
  )
  await pass(20)
  assert.equal(signals[0].aborted, true)
  assert.equal(signals[0].reason.name, 'TimeoutError')
  answers[0]()
  await pass(5)
  assert.equal(signals.length, 2)
  answers[1]()
  assert.equal(await promise, 2)
  assert.equal(signals[1].aborted, false)

  const slow = retry(() => new Promise(() => {}), { timeout: 5, retry: 0 })
  slow.catch(() => {})
  await pass(5)
  assert.deepEqual(await outcome(slow), { error: 'TimeoutError' })
})

test('an aborted signal rejects at once, during an attempt and between two', async () => {
  const running = new AbortController()
  let seen
  const one = retry(({ signal }) => new Promise(() => (seen = signal)), { signal: running.signal })
  running.abort('stop')
  assert.deepEqual(await outcome(one), { error: 'stop' })
  assert.equal(seen.aborted, true)

  const waiting = new AbortController()
  const { at, fn } = failing(9)
  const two = retry(fn, { signal: waiting.signal })
  await settled()
  waiting.abort('stop')
  assert.deepEqual(await outcome(two), { error: 'stop' })
  await pass(1)
  clock.tick(60_000)
  assert.equal(at.length, 1)
  assert.deepEqual(await outcome(retry(fn, { signal: waiting.signal })), { error: 'stop' })
  assert.equal(at.length, 1)
})

test('the function gets the number of its attempt', async () => {
  const numbers = []
  const promise = retry(
    ({ attempt }) => {
      numbers.push(attempt)
      if (attempt < 3) throw new Error('sync too')
      return 'done'
    },
    { retryDelay: 0 },
  )
  await pass(5)
  assert.equal(await promise, 'done')
  assert.deepEqual(numbers, [1, 2, 3])
})

test('an exception of a policy function rejects the call', async () => {
  const policy = {
    retry: () => {
      throw new RangeError('mine')
    },
  }
  await assert.rejects(retry(failing(1).fn, policy), /mine/)
})

test('a delay longer than a timer can wait is kept', async () => {
  const { at, fn } = failing(1)
  const promise = retry(fn, { retryDelay: 3e9 })
  await settled()
  clock.tick(2 ** 31 - 1)
  clock.tick(3e9 - 2 ** 31)
  assert.equal(at.length, 1)
  clock.tick(1)
  assert.equal(await promise, 'done')
})

test('an invalid policy is rejected with a TypeError', async () => {
  const rejects = (policy, message) =>
    assert.rejects(
      retry(() => 1, policy),
      { name: 'TypeError', message },
    )
  await assert.rejects(retry(5), { name: 'TypeError', message: /Expected a function/ })
  await rejects({ retry: -1 }, /`retry`/)
  await rejects({ retry: 'often' }, /`retry`/)
  await rejects({ retryDelay: '5' }, /`retryDelay`/)
  await rejects({ timeout: NaN }, /`timeout`/)
  await rejects({ retryJitter: -1 }, /`retryJitter`/)
  await rejects({ seed: 0.5 }, /`seed`/)
  await rejects({ signal: 1 }, /AbortSignal/)
})
