// In which async context functions run that wait for the one timer.
import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { test } from 'node:test'
import { batch, rateLimit, retry } from 'whippet/timing'
import { onMockClock, pass } from './clock.mjs'

onMockClock()

const request = new AsyncLocalStorage()

test('each attempt of retry has the async context of its call', async () => {
  const seen = []
  const attempts = (name, policy, fn) =>
    request.run(name, () =>
      retry((attempt) => {
        seen.push([name, request.getStore()])
        return fn(attempt)
      }, policy).catch(() => seen.push([name, request.getStore()])),
    )
  const fails = () => Promise.reject(new Error('no'))
  // Their timers overlap, and the first one is set by another call than it wakes.
  const all = [
    attempts('a', { retryDelay: 30, retry: 2 }, fails),
    attempts('b', { retryDelay: 7, retry: 3 }, fails),
    attempts(
      'c',
      { timeout: 5, retryDelay: () => (seen.push(['c', request.getStore()]), 9), retry: 2 },
      () => new Promise(() => {}),
    ),
  ]
  await pass(80)
  await Promise.all(all)
  assert.equal(seen.length, 4 + 5 + 7)
  for (const [call, context] of seen) assert.equal(context, call)
})

test('an attempt that fails just as it times out counts once', async () => {
  let reject
  const numbers = []
  const slow = retry(
    ({ attempt, signal }) => {
      numbers.push(attempt)
      // It rejects in the task of the timeout.
      signal.addEventListener('abort', () => reject(signal.reason))
      return new Promise((_, no) => (reject = no))
    },
    { timeout: 5, retryDelay: 5, retry: 2 },
  )
  slow.catch(() => {})
  await pass(60)
  await assert.rejects(slow, { name: 'TimeoutError' })
  assert.deepEqual(numbers, [1, 2, 3])
})

test('a call that waits for its turn has the async context of its call', async () => {
  const seen = []
  const ask = rateLimit((name) => seen.push([name, request.getStore()]), { limit: 2, interval: 10 })
  const calls = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => request.run(name, () => ask(name)))
  await pass(30)
  await Promise.all(calls)
  assert.deepEqual(
    seen.map(([name]) => name),
    ['a', 'b', 'c', 'd', 'e', 'f'],
  )
  for (const [call, context] of seen) assert.equal(context, call)
})

test('what a call makes as it runs does not overtake those that wait', async () => {
  const seen = []
  const ask = rateLimit(
    (name) => {
      seen.push(name)
      if (name === 'b') void ask('from b')
    },
    { limit: 4, interval: 10, burst: 1 },
  )
  const wide = rateLimit(
    (name) => {
      seen.push(name)
      if (name === 'w5') void wide('from w5')
    },
    { limit: 4, interval: 10 },
  )
  for (const name of ['a', 'b', 'c']) void ask(name)
  for (const name of ['w1', 'w2', 'w3', 'w4', 'w5', 'w6']) void wide(name)
  await pass(30)
  assert.deepEqual(
    seen.filter((name) => !name.includes('w')),
    ['a', 'b', 'c', 'from b'],
  )
  assert.deepEqual(
    seen.filter((name) => name.includes('w')),
    ['w1', 'w2', 'w3', 'w4', 'w5', 'w6', 'from w5'],
  )
})

test('in workerd, what waits has a timer of its own request, or that would be cancelled', async (t) => {
  const { setTimeout } = globalThis
  const timers = []
  // The mock clock's reset restores the function.
  globalThis.setTimeout = (run, delay) => {
    timers.push([request.getStore(), delay])
    return setTimeout(run, delay)
  }
  const navigator = Object.getOwnPropertyDescriptor(globalThis, 'navigator')
  Object.defineProperty(globalThis, 'navigator', { value: { userAgent: 'Cloudflare-Workers' }, configurable: true })
  t.after(() => (navigator ? Object.defineProperty(globalThis, 'navigator', navigator) : delete globalThis.navigator))
  const answers = ['a', 'b'].map((name, i) =>
    request.run(name, () => {
      const limited = rateLimit((n) => n, { limit: 1, interval: 20 })
      return Promise.all([
        limited(1),
        limited(2),
        batch((items) => items, { maxWait: 30 + i })(3),
        retry(({ attempt }) => (attempt > 1 ? attempt : Promise.reject(new Error('no'))), { retryDelay: 40 }),
        retry(() => new Promise(() => {}), { timeout: 50, retry: 0 }).catch(({ name }) => name),
      ])
    }),
  )
  await pass(60)
  for (const answer of answers) assert.deepEqual(await answer, [1, 2, 3, 2, 'TimeoutError'])
  const of = (name) => timers.filter(([store]) => store === name).map(([, delay]) => delay)
  assert.deepEqual(of('a').sort(), [20, 30, 40, 50])
  assert.deepEqual(of('b').sort(), [20, 31, 40, 50])
})
