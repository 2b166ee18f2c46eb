// Counters of the other modules of the toolkit, and of the page.
import { now } from './lib/eventsAndTimers.js'
import { callPageFunction } from './lib/guard.js'
import { inScope, onEnd } from './lib/scope.js'

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

/** The modules whose counters are reported. */
export interface Figures {
  /** What `lazy()` returned, or an array of that. */
  lazy?: { stats(): object } | { stats(): object }[]
  /** `stats` of `whippet/json`, or of `whippet/json/delta`, which counts the bytes on the wire too. */
  json?: () => object
  /** `stats` of `whippet/timing`. */
  timing?: () => object
}

export interface CounterSources {
  client?: MeasuredClient
  figures?: Figures
  counters?: () => Record<string, number>
}

/** Reads all counters, by their names in beacons. Each is a total since its module started. */
export function readTotals({ client, figures = {}, counters }: CounterSources): Record<string, number> {
  const all = new Map<string, number>()
  // These functions belong to the page. If one throws, only its own counters are missing.
  const read = (prefix: string, members: string, stats: () => object | undefined) =>
    callPageFunction(() => {
      const totals = stats() as Record<string, unknown> | undefined
      for (const member of members.split(' ')) {
        const total = totals?.[member]
        // `staleServed` becomes `stale_served`.
        const name = prefix + member.replace(/[A-Z]/, '_$&').toLowerCase()
        if (typeof total === 'number' && total >= 0) all.set(name, (all.get(name) ?? 0) + total)
      }
    })
  read('query.', 'hits misses staleServed deduplicated fetches errors', () => client?.stats?.())
  read('json.bytes_', 'received compared parsed spared wire', () => figures.json?.())
  read('pace.', 'calls invocations', () => figures.timing?.())
  for (const lazy of [figures.lazy ?? []].flat()) read('lazy.', 'loaded failed lcp', () => lazy.stats())
  return { ...Object.fromEntries(all), ...callPageFunction(() => ({ ...counters?.() })) }
}

/** Returns by how much a total rose since it was last given. One that fell was reset: then all of it is new. */
export type CounterDeltas = (name: string, total: number) => number

export function createCounterDeltas(): CounterDeltas {
  const totals = new Map<string, number>()
  return (name, total) => {
    if (!(total >= 0 && total < 2 ** 53)) return 0
    total = Math.floor(total)
    const before = totals.get(name) ?? 0
    totals.set(name, total)
    return total < before ? total : total - before
  }
}

interface CacheEvent {
  type: string
  query: object
  action?: { type: string; manual?: boolean }
}

/** Calls `record` with the duration of each successful fetch, in ms, within a scope. */
export function observeFetches(client: MeasuredClient | undefined, record: (ms: number) => void): void {
  const started = new WeakMap<object, number>()
  const listener = inScope(({ type, query, action }: CacheEvent) => {
    if (type !== 'updated' || !action) return
    if (action.type === 'fetch') started.set(query, now())
    if (action.type === 'success' && !action.manual) {
      const start = started.get(query)
      if (start !== undefined) record(now() - start)
      started.delete(query)
    }
  })
  const unsubscribe = client?.getQueryCache?.().subscribe(listener as (event: never) => void)
  if (unsubscribe) onEnd(unsubscribe)
}
