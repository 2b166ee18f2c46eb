// Simulated time for the tests of this folder.
import { afterEach, beforeEach, mock } from 'node:test'
import { environmentManager } from 'whippet/query'

/** Fakes timers and `Date` in each test of a file, and says that this is no server. */
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

/** Lets what is promised come true. */
export async function settle() {
  for (let i = 0; i < 30; i++) await undefined
}

/** Lets `ms` pass in steps that end where something may happen, and what follows from it happen. */
export async function pass(ms, step = ms) {
  await settle()
  for (let passed = 0; passed < ms; passed += step) {
    mock.timers.tick(Math.min(step, ms - passed))
    await settle()
  }
}

/** A promise for `value` after `ms`. */
export function after(ms, value) {
  return new Promise((resolve) => setTimeout(() => resolve(value), ms))
}

/** A query function that counts its calls and gives the count, after `ms`. */
export function counter(ms = 0) {
  const fn = () => after(ms, ++fn.calls)
  fn.calls = 0
  return fn
}

/** The results that an observer tells, shortened. */
export function watch(observer, ...fields) {
  const seen = []
  const unsubscribe = observer.subscribe((result) => seen.push(fields.map((field) => result[field])))
  return { seen, unsubscribe }
}
