// Random ids. `Math.random` is not used where `crypto` exists: a page may have seeded it, so that all its visitors would
// get the same ids, and every number drawn here would be missing from the page's own sequence.
import { now } from './eventsAndTimers.js'
import { hex } from './format.js'
import { attempt } from './guard.js'

let state = 0

/** 32 random bits. */
export const random32 = (): number => attempt(() => crypto.getRandomValues(new Uint32Array(1))[0]) ?? randomFromClocks()

/** From 0 (inclusive) to 1 (exclusive). */
export const random = (): number => random32() / 2 ** 32

/** Sixteen random hexadecimal digits. */
export const randomId = (): string => hex(random32()) + hex(random32())

/** The fallback without `crypto`. No two pages read both clocks at the same moment. */
function randomFromClocks(): number {
  for (const value of [Date.now(), now() * 1e6, Math.random() * 2 ** 32]) {
    state = Math.imul(state ^ (value % 2 ** 32), 0x9e3779b1) + 1
    state ^= state >>> 15
  }
  return state >>> 0
}
