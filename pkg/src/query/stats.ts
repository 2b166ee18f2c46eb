import { query_latency, query_new, query_quantile, query_stats } from '../rules/query.js'
import { noBytes, type QueryEngine } from './queryEngine.js'
import type { QueryStats } from './types.js'

/** The figures of an engine; all zero if it was never started. */
export function readStats(engine: QueryEngine | undefined): QueryStats {
  const machine = engine?.engineMachine ?? query_new(0)
  const counters = query_stats(machine)
  const { count, sum, max } = query_latency(machine)
  const within = (share: number) => query_quantile(machine, share)
  const found = counters.hits + counters.staleServed
  return {
    ...counters,
    bytes: { ...(engine?.bytes ?? noBytes()) },
    hitRate: found + counters.misses ? found / (found + counters.misses) : undefined,
    fetchLatency: count ? { count, sum, max, p50: within(0.5), p95: within(0.95), p99: within(0.99) } : undefined,
  }
}
