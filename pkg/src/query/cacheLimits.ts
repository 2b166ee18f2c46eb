// The limits of a cache, and estimates of the size of data.

/** A limit as a number for the engine; `Infinity` for none. */
export function limitCode(limit: number | undefined): number {
  return limit !== undefined && limit >= 0 ? limit : Infinity
}

const MAX_LOOKS = 1000
/** This many items of a list are measured. */
const SAMPLE = 20
const MAX_DEPTH = 16

/** Estimates the size of `data` in bytes, in bounded time. */
export function estimateBytes(data: unknown): number {
  let looks = 0
  const estimate = (value: any, depth: number): number => {
    if (typeof value === 'string') return value.length
    if (typeof value !== 'object' || value === null) return 8
    if (typeof value.byteLength === 'number') return value.byteLength
    if (typeof value.size === 'number' && typeof value.arrayBuffer === 'function') return value.size
    if (looks >= MAX_LOOKS || depth > MAX_DEPTH) return 8
    const [count, items] = members(value)
    let sum = 0
    for (const item of items) {
      looks++
      sum += estimate(item, depth + 1)
    }
    return 16 + 8 * count + (items.length ? (sum * count) / items.length : 0)
  }
  return estimate(data, 0)
}

/** The number of values inside, and a sample of them. */
function members(value: any): [number, unknown[]] {
  if (Array.isArray(value)) {
    const step = Math.max(value.length / SAMPLE, 1)
    const places = Array.from({ length: Math.min(value.length, SAMPLE) }, (_, i) => Math.floor(i * step))
    return [value.length, places.map((place) => value[place])]
  }
  // A Map or a Set of any realm.
  if (typeof value.size === 'number' && typeof value.values === 'function') {
    const some: unknown[] = []
    for (const item of value.values()) if (some.push(item) === SAMPLE) break
    return [value.size, some]
  }
  const some: unknown[] = []
  const names = Object.keys(value)
  for (const name of names.slice(0, SAMPLE)) some.push(name, value[name])
  return [2 * names.length, some]
}
