// What the toolkit's other parts have to report.
import { attempt, guard } from './guard.js'
import { now } from './hooks.js'

/** What RUM needs of a query client: `whippet/query`'s is one. */
export interface MeasuredClient {
  stats?(): {
    hits: number
    misses: number
    staleServed: number
    deduplicated: number
    fetches: number
    errors: number
  }
  getQueryCache?(): { subscribe(listener: (event: never) => void): () => void }
}

/** Where the figures of other parts come from. */
export interface Figures {
  /** What `lazy()` returned, or some of them. */
  lazy?: { stats(): object } | { stats(): object }[]
  /** `stats` of `whippet/json`. */
  json?: () => object
  /** `stats` of `whippet/timing`. */
  timing?: () => object
}

/** What is counted elsewhere. */
export interface Counted {
  client?: MeasuredClient
  figures?: Figures
  counters?: () => Record<string, number>
}

/** Totals since they began, by the names they have in beacons. */
export function totals({ client, figures = {}, counters }: Counted): Record<string, number> {
  const all = new Map<string, number>()
  const add = (stats: object | undefined, names: Record<string, string>) => {
    for (const [member, name] of Object.entries(names)) {
      const figure = (stats as Record<string, unknown> | undefined)?.[member]
      if (typeof figure === 'number' && figure >= 0) all.set(name, (all.get(name) ?? 0) + figure)
    }
  }
  // Each is the page's own: if one throws, also while it is read, only its figures are missing.
  const ask = (stats: () => object | undefined, names: Record<string, string>) => guard(() => add(stats(), names))
  ask(() => client?.stats?.(), {
    hits: 'query.hits',
    misses: 'query.misses',
    staleServed: 'query.stale_served',
    deduplicated: 'query.deduplicated',
    fetches: 'query.fetches',
    errors: 'query.errors',
  })
  ask(() => figures.json?.(), { received: 'json.bytes_received', spared: 'json.bytes_spared' })
  ask(() => figures.timing?.(), { calls: 'pace.calls', invocations: 'pace.invocations' })
  const names = { loaded: 'lazy.loaded', failed: 'lazy.failed', lcp: 'lazy.lcp' }
  for (const lazy of [figures.lazy ?? []].flat()) ask(() => lazy.stats(), names)
  return { ...Object.fromEntries(all), ...guard(() => ({ ...counters?.() })) }
}

/** Turns totals into what was added since the last look. A total that shrank began anew: all of it is new. */
export class Deltas {
  readonly #before = new Map<string, number>()

  take(name: string, total: number): number {
    if (!(total >= 0 && total < 2 ** 53)) return 0
    total = Math.floor(total)
    const before = this.#before.get(name) ?? 0
    if (this.#before.has(name) || this.#before.size < 256) this.#before.set(name, total)
    return total < before ? total : total - before
  }
}

interface CacheEvent {
  type: string
  query: object
  action?: { type: string; manual?: boolean }
}

/** Tells `record` how long each fetch that succeeded took, in ms; returns how to stop. */
export function watchFetches(client: MeasuredClient | undefined, record: (ms: number) => void): () => void {
  const began = new WeakMap<object, number>()
  const listener = ({ type, query, action }: CacheEvent) => {
    if (type !== 'updated' || !action) return
    if (action.type === 'fetch') began.set(query, now())
    if (action.type === 'success' && !action.manual) {
      const start = began.get(query)
      if (start !== undefined) record(now() - start)
      began.delete(query)
    }
  }
  return client?.getQueryCache?.().subscribe((event: never) => void attempt(() => listener(event))) ?? (() => {})
}
