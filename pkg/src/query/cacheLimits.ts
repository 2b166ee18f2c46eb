// The limits of a cache, and estimates of the size of data.

/** A limit as a number for the engine; `Infinity` for none. */
export function limitCode(limit: number | undefined): number {
  return limit !== undefined && limit >= 0 ? limit : Infinity
}

const MAX_LOOKS = 1000
/** This many members of a value are measured, at equal distances. */
const SAMPLE = 20
const MAX_DEPTH = 16

/** Estimates the size of `data` in bytes, in bounded time. */
export function estimateBytes(data: unknown): number {
  let looks = 0
  const estimate = (value: any, depth: number): number => {
    if (typeof value === 'string') return value.length
    if (typeof value !== 'object' || value === null) return 8
    const { byteLength, size } = value
    if (typeof byteLength === 'number') return byteLength
    const sized = typeof size === 'number'
    if (sized && typeof value.arrayBuffer === 'function') return size
    if (looks >= MAX_LOOKS || depth > MAX_DEPTH) return 8
    // A Map or a Set of any realm.
    const listed = sized && typeof value.values === 'function'
    const names = listed || Array.isArray(value) ? undefined : Object.keys(value)
    const length: number = listed ? size : (names ?? value).length
    const items = listed && value.values()
    let sum = 0
    let seen = 0
    for (; seen < SAMPLE && seen < length; seen++) {
      looks++
      const place = Math.floor(seen * Math.max(length / SAMPLE, 1))
      const name = names?.[place]
      if (name) sum += 8 + name.length
      sum += estimate(listed ? items.next().value : value[name ?? place], depth + 1)
    }
    return 16 + 8 * length + (seen && (sum * length) / seen)
  }
  return estimate(data, 0)
}
