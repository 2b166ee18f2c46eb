import { COUNTERS, LATENCIES, STAT_LATENCY_COUNT } from '../boundary/query.js'
import { noBytes, type QueryEngine } from './queryEngine.js'
import type { QueryStats } from './types.js'

/** The figures of an engine; all zero if it was never started. */
export function readStats(engine: QueryEngine | undefined): QueryStats {
  const named = (names: readonly string[], first: number) =>
    Object.fromEntries(names.map((name, i) => [name, engine?.calls.query_stat(first + i) ?? 0])) as any
  const counters = named(COUNTERS, 0)
  const fetchLatency = named(LATENCIES, STAT_LATENCY_COUNT)
  const found = counters.hits + counters.staleServed
  return {
    ...counters,
    bytes: { ...(engine?.bytes ?? noBytes()) },
    hitRate: found + counters.misses ? found / (found + counters.misses) : undefined,
    fetchLatency: fetchLatency.count ? fetchLatency : undefined,
  }
}
