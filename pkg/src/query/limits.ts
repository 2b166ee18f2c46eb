// How much a cache may hold, and how much a value weighs.

/** A limit as the engine reads it. */
export function limitCode(limit: number | undefined): number {
  return limit !== undefined && limit >= 0 ? limit : Infinity
}

const MAX_LOOKS = 1000
/** Of a list, so many items stand for all. */
const SAMPLE = 20
const MAX_DEPTH = 16

/** How many bytes `data` takes, about. What it costs does not grow with `data`. */
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

/** How many values there are inside, and some of them. */
function members(value: any): [number, unknown[]] {
  if (Array.isArray(value)) {
    const step = Math.max(value.length / SAMPLE, 1)
    const places = Array.from({ length: Math.min(value.length, SAMPLE) }, (_, i) => Math.floor(i * step))
    return [value.length, places.map((place) => value[place])]
  }
  // A map or a set, of any realm.
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
