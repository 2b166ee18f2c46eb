// What a query cache has to report.

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

/** The figures of `client` by the names they have in beacons: totals since it began. */
export function totals(client: MeasuredClient | undefined): Record<string, number> {
  const stats = client?.stats?.()
  if (!stats) return {}
  return {
    'query.hits': stats.hits,
    'query.misses': stats.misses,
    'query.stale_served': stats.staleServed,
    'query.deduplicated': stats.deduplicated,
    'query.fetches': stats.fetches,
    'query.errors': stats.errors,
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
    if (action.type === 'fetch') began.set(query, performance.now())
    if (action.type === 'success' && !action.manual) {
      const start = began.get(query)
      if (start !== undefined) record(performance.now() - start)
      began.delete(query)
    }
  }
  return client?.getQueryCache?.().subscribe(listener as (event: never) => void) ?? (() => {})
}
