import assert from 'node:assert/strict'
import { afterEach, beforeEach, mock, test } from 'node:test'
import { throttle } from 'whippet/timing'

const clock = mock.timers
beforeEach(() => clock.enable({ apis: ['setTimeout', 'Date'] }))
afterEach(() => clock.reset())

/** Advances the clock ms by ms: in a bigger tick every timer would see the time of its end. */
function pass(ms) {
  for (let i = 0; i < ms; i++) clock.tick(1)
}

/** Makes ten calls, one every 10 ms; returns the times of the runs. */
function runs(options) {
  const start = Date.now()
  const at = []
  const throttled = throttle(() => at.push(Date.now() - start), 30, options)
  for (let i = 0; i < 10; i++) {
    throttled()
    pass(10)
  }
  pass(1000)
  return at
}

test('runs on the first call, once per wait, and for the last call', () => {
  assert.deepEqual(runs(), [0, 30, 60, 90, 120])
})

test('without the leading edge it runs after the first wait', () => {
  assert.deepEqual(runs({ leading: false }), [30, 60, 90, 120])
})

test('without the trailing edge it does not run after the last call', () => {
  assert.deepEqual(runs({ trailing: false }), [0, 30, 60, 90])
})

test('returns the result of the last run', () => {
  const throttled = throttle((n) => n * 2, 10)
  assert.equal(throttled(1), 2)
  assert.equal(throttled(2), 2)
  clock.tick(10)
  assert.equal(throttled.flush(), 4)
})

test('a call after cancel runs at once', () => {
  const throttled = throttle((n) => n, 10)
  throttled(1)
  throttled(2)
  throttled.cancel()
  assert.equal(throttled(3), 3)
})
