// A clock that is moved by hand, for tests whose functions give promises.
import { afterEach, beforeEach, mock } from 'node:test'

export const clock = mock.timers

export function onMockClock() {
  beforeEach(() => clock.enable({ apis: ['setTimeout', 'Date'] }))
  afterEach(() => clock.reset())
}

/** All that is settled has been told: promises, then what waits for the end of the turn. */
export function settled() {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Lets `ms` pass, one by one, and what is settled meanwhile be told. */
export async function pass(ms) {
  await settled()
  for (let i = 0; i < ms; i++) {
    clock.tick(1)
    await settled()
  }
}

/** What became of a promise so far. */
export async function outcome(promise) {
  let found = 'pending'
  promise.then(
    (value) => (found = { value }),
    (error) => (found = { error: error?.name ?? error }),
  )
  await settled()
  return found
}

/** A function whose runs are settled from outside. */
export function answered() {
  const runs = []
  const fn = (...args) => new Promise((resolve, reject) => runs.push({ args, signal: args.at(-1), resolve, reject }))
  return { runs, fn }
}
