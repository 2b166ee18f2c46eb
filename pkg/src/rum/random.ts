// Chance, for names that must differ. Not from `Math.random`: a page may have seeded it, so that all its visitors would have
// one name, and each number drawn from it is one that the page does not get.
import { attempt } from './guard.js'
import { now } from './hooks.js'

let state = 0

/** 32 random bits. */
export const random32 = (): number => attempt(() => crypto.getRandomValues(new Uint32Array(1))[0]) ?? byClocks()

/** From 0 up to 1. */
export const random = (): number => random32() / 2 ** 32

/** Where there is no `crypto`: the clocks, which no two pages read at the same moment. */
function byClocks(): number {
  for (const value of [Date.now(), now() * 1e6, Math.random() * 2 ** 32]) {
    state = Math.imul(state ^ (value % 2 ** 32), 0x9e3779b1) + 1
    state ^= state >>> 15
  }
  return state >>> 0
}
