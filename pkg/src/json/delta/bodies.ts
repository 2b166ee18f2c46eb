// The last body of each URL. The least recently used go first.

/** How much is kept. */
export interface DeltaBudget {
  /** The length of one body in bytes. Default: 8 MiB. */
  body: number
  /** All bodies together. Default: 16 MiB. */
  total: number
}

/** A body, and what the server calls it. */
export interface Held {
  bytes: Uint8Array
  /** The SHA-256 as a field's value. */
  name: string
  type: string | null
  /** Until when the browser's cache has it, too, in milliseconds. What was made of a delta is in no cache. */
  until?: number
}

export const budget: DeltaBudget = { body: 8 * 1024 ** 2, total: 16 * 1024 ** 2 }
const bodies = /* @__PURE__ */ new Map<string, Held>()
let total = 0

/** Changes how much is kept, and drops what exceeds it. A bound that is not given stays. */
export function setDeltaBudget({ body = budget.body, total = budget.total }: Partial<DeltaBudget> = {}): void {
  Object.assign(budget, { body, total })
  evict()
}

export function heldFor(url: string): Held | undefined {
  const held = bodies.get(url)
  if (held) {
    bodies.delete(url)
    bodies.set(url, held)
  }
  return held
}

export function hold(url: string, held: Held): void {
  forget(url)
  if (held.bytes.length > budget.body) return
  bodies.set(url, held)
  total += held.bytes.length
  evict()
}

export function forget(url: string): void {
  total -= bodies.get(url)?.bytes.length ?? 0
  bodies.delete(url)
}

function evict(): void {
  for (const [url, { bytes }] of bodies) {
    if (total > budget.total || bytes.length > budget.body) forget(url)
  }
}
