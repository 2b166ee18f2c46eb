import assert from 'node:assert/strict'
import { afterEach, beforeEach, mock, test } from 'node:test'
import { debounce, stats } from 'whippet/timing'

const clock = mock.timers
beforeEach(() => clock.enable({ apis: ['setTimeout', 'Date'] }))
afterEach(() => clock.reset())

/** Advances the clock ms by ms: in a bigger tick every timer would see the time of its end. */
function pass(ms) {
  for (let i = 0; i < ms; i++) clock.tick(1)
}

/** A function that records its arguments and returns the first. */
function recorder() {
  const calls = []
  const fn = function (...args) {
    calls.push(args)
    return args[0]
  }
  return { calls, fn }
}

test('runs once no call has come for the wait, with the last arguments', () => {
  const { calls, fn } = recorder()
  const debounced = debounce(fn, 30)
  assert.equal(debounced('a'), undefined)
  clock.tick(29)
  assert.equal(debounced('b', 2), undefined)
  clock.tick(29)
  assert.deepEqual(calls, [])
  clock.tick(1)
  assert.deepEqual(calls, [['b', 2]])
  clock.tick(100)
  assert.equal(debounced('c'), 'b')
})

test('runs with the `this` of the last call', () => {
  const seen = []
  const debounced = debounce(function () {
    seen.push(this)
  }, 5)
  const a = { debounced }
  const b = { debounced }
  a.debounced()
  b.debounced()
  clock.tick(5)
  assert.equal(seen.length, 1)
  assert.equal(seen[0], b)
})

test('leading runs on the first call, and on the trailing edge only after another call', () => {
  const { calls, fn } = recorder()
  const debounced = debounce(fn, 30, { leading: true })
  assert.equal(debounced(1), 1)
  clock.tick(30)
  assert.deepEqual(calls, [[1]])
  assert.equal(debounced(2), 2)
  assert.equal(debounced(3), 2)
  clock.tick(30)
  assert.deepEqual(calls, [[1], [2], [3]])
})

test('maxWait runs within a long burst', () => {
  const at = []
  const debounced = debounce(() => at.push(Date.now()), 30, { maxWait: 40 })
  const start = Date.now()
  for (let i = 0; i < 10; i++) {
    debounced()
    pass(10)
  }
  pass(1000)
  assert.deepEqual(
    at.map((time) => time - start),
    [40, 80, 120],
  )
})

test('without a wait it runs in the next task', () => {
  const { calls, fn } = recorder()
  const debounced = debounce(fn)
  debounced(1)
  debounced(2)
  assert.deepEqual(calls, [])
  clock.tick(1)
  assert.deepEqual(calls, [[2]])
})

test('cancel drops a waiting call, flush runs it, pending tells of it', () => {
  const { calls, fn } = recorder()
  const debounced = debounce(fn, 30)
  assert.equal(debounced.flush(), undefined)
  assert.equal(debounced.pending(), false)
  debounced.cancel()
  debounced(1)
  assert.equal(debounced.pending(), true)
  debounced.cancel()
  assert.equal(debounced.pending(), false)
  clock.tick(100)
  assert.deepEqual(calls, [])
  debounced(2)
  assert.equal(debounced.flush(), 2)
  assert.equal(debounced.flush(), 2)
  assert.equal(debounced.pending(), false)
  clock.tick(100)
  assert.deepEqual(calls, [[2]])
})

test('a function may call itself again', () => {
  const calls = []
  const debounced = debounce((n) => {
    calls.push(n)
    if (n < 3) debounced(n + 1)
    return n
  }, 10)
  debounced(1)
  clock.tick(10)
  assert.deepEqual(calls, [1])
  clock.tick(10)
  clock.tick(10)
  assert.deepEqual(calls, [1, 2, 3])
})

test('a call by another function in the same timeout postpones a function that is due', () => {
  const { calls, fn } = recorder()
  const inner = debounce(fn, 10)
  const outer = debounce(() => inner('again'), 10)
  outer()
  inner('first')
  pass(10)
  assert.deepEqual(calls, [])
  pass(10)
  assert.deepEqual(calls, [['again']])
})

test('a function that throws does not prevent others from running', () => {
  const { calls, fn } = recorder()
  const bad = debounce(() => {
    throw new Error('mine')
  }, 10)
  const good = debounce(fn, 10)
  bad()
  good('ran')
  assert.throws(() => clock.tick(10), /mine/)
  clock.tick(1)
  assert.deepEqual(calls, [['ran']])
})

test('an aborted signal cancels a waiting call, and later calls do nothing', () => {
  const { calls, fn } = recorder()
  const controller = new AbortController()
  const debounced = debounce(fn, 10, { signal: controller.signal })
  debounced(1)
  controller.abort()
  assert.equal(debounced.pending(), false)
  debounced(2)
  clock.tick(100)
  assert.deepEqual(calls, [])
})

test('waiting functions share one timer', (t) => {
  const pending = new Set()
  const { setTimeout, clearTimeout } = globalThis
  t.mock.method(globalThis, 'setTimeout', (fn, delay) => {
    const timer = setTimeout(() => {
      pending.delete(timer)
      fn()
    }, delay)
    pending.add(timer)
    return timer
  })
  t.mock.method(globalThis, 'clearTimeout', (timer) => {
    pending.delete(timer)
    clearTimeout(timer)
  })
  const { calls, fn } = recorder()
  const all = Array.from({ length: 50 }, (_, i) => debounce(fn, 10 + i))
  for (const debounced of all) {
    debounced()
    assert.equal(pending.size, 1)
  }
  const set = globalThis.setTimeout.mock.callCount()
  for (let i = 0; i < 1000; i++) for (const debounced of all) debounced()
  assert.equal(globalThis.setTimeout.mock.callCount(), set, 'calls within a burst set no timer')
  clock.tick(100)
  assert.equal(calls.length, 50)
  assert.equal(pending.size, 0)
})

test('a wait on a mock clock that was removed does not disturb the next clock', () => {
  debounce(() => {}, 1000)()
  clock.reset()
  clock.enable({ apis: ['setTimeout', 'Date'] })
  const { calls, fn } = recorder()
  debounce(fn, 1000)('later')
  clock.tick(1000)
  assert.deepEqual(calls, [['later']])
})

test('stats counts calls and runs', () => {
  const before = stats()
  const debounced = debounce(() => {}, 10)
  for (let i = 0; i < 5; i++) debounced()
  // Before the burst is over, too.
  assert.equal(stats().calls - before.calls, 5)
  clock.tick(10)
  const after = stats()
  assert.deepEqual([after.calls - before.calls, after.invocations - before.invocations], [5, 1])
})

test('stats counts a call whose run throws, and none after its signal was aborted', () => {
  const before = stats()
  const controller = new AbortController()
  const fails = debounce(() => assert.fail('no'), 10, { leading: true, signal: controller.signal })
  assert.throws(fails, { message: 'no' })
  controller.abort()
  fails()
  const after = stats()
  assert.deepEqual([after.calls - before.calls, after.invocations - before.invocations], [1, 1])
})

test('an argument that is not a function throws a TypeError', () => {
  assert.throws(() => debounce('no', 10), TypeError)
})
