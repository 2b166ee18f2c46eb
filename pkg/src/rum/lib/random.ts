// Random ids. `Math.random` is not used where `crypto` exists: a page may have seeded it, so that all its visitors would
// get the same ids, and every number drawn here would be missing from the page's own sequence.
import { now } from './eventsAndTimers.js'
import { hex } from './format.js'
import { attempt } from './guard.js'

let state = 0

/** 32 random bits. Without `crypto` from the clocks: no two pages read both at the same moment. */
export const random32 = (): number =>
  attempt(() => crypto.getRandomValues(new Uint32Array(1))[0]) ??
  (state = (Math.imul(state ^ Date.now() ^ (now() * 1e6), 0x9e3779b1) + Math.random() * 2 ** 32) >>> 0)

/** Sixteen random hexadecimal digits. */
export const randomId = (): string => hex(random32()) + hex(random32())
