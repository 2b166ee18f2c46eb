// Chance from a seed: the same seed, the same documents, everywhere.

/** `below(n)` is an integer in [0, n), `one` of a list, `often(p)` true in a part `p` of all cases. (xorshift32) */
export function chance(seed) {
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0 || 1
  const next = () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>>= 0)
  }
  for (let i = 0; i < 4; i++) next()
  const below = (n) => Math.floor((next() / 2 ** 32) * n)
  return { below, one: (list) => list[below(list.length)], often: (part) => next() / 2 ** 32 < part }
}
