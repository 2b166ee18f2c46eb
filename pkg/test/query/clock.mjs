// Simulated time for the tests of this folder.
import { afterEach, beforeEach, mock } from 'node:test'
import { environmentManager } from 'whippet/query'

/** Mocks timers and `Date` in each test of a file, and sets `isServer` to false. */
export function simulatedTime() {
  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: 1_800_000_000_000 })
    environmentManager.setIsServer(() => false)
  })
  afterEach(() => {
    mock.timers.reset()
    environmentManager.setIsServer(() => typeof window === 'undefined')
  })
}

/** Runs all pending microtasks. */
export async function settle() {
  for (let i = 0; i < 30; i++) await undefined
}

/** Advances the time by `ms` in steps, and runs the microtasks after each. */
export async function pass(ms, step = ms) {
  await settle()
  for (let passed = 0; passed < ms; passed += step) {
    mock.timers.tick(Math.min(step, ms - passed))
    await settle()
  }
}

/** Resolves with `value` after `ms`. */
export function after(ms, value) {
  return new Promise((resolve) => setTimeout(() => resolve(value), ms))
}

/** A query function that returns the number of its calls after `ms`. */
export function counter(ms = 0) {
  const fn = () => after(ms, ++fn.calls)
  fn.calls = 0
  return fn
}

/** The results that an observer notifies, shortened. */
export function watch(observer, ...fields) {
  const seen = []
  const unsubscribe = observer.subscribe((result) => seen.push(fields.map((field) => result[field])))
  return { seen, unsubscribe }
}
