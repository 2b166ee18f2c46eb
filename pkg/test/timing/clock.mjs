// A mock clock, for tests of functions that return promises.
import { afterEach, beforeEach, mock } from 'node:test'

export const clock = mock.timers

export function onMockClock() {
  beforeEach(() => clock.enable({ apis: ['setTimeout', 'Date'] }))
  afterEach(() => clock.reset())
}

/** Resolves after all microtasks and the tasks that they scheduled. */
export function settled() {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Advances the clock ms by ms, with all microtasks in between. */
export async function pass(ms) {
  await settled()
  for (let i = 0; i < ms; i++) {
    clock.tick(1)
    await settled()
  }
}

/** The state of a promise: 'pending', its value, or the name of its error. */
export async function outcome(promise) {
  let state = 'pending'
  promise.then(
    (value) => (state = { value }),
    (error) => (state = { error: error?.name ?? error }),
  )
  await settled()
  return state
}

/** A function whose runs are settled by the test. */
export function deferredRuns() {
  const runs = []
  const fn = (...args) => new Promise((resolve, reject) => runs.push({ args, signal: args.at(-1), resolve, reject }))
  return { runs, fn }
}
