import {
  STAT_DEDUPLICATED,
  STAT_ERRORS,
  STAT_EVICTIONS,
  STAT_FETCHES,
  STAT_HITS,
  STAT_HIT_RATE,
  STAT_LATENCY_COUNT,
  STAT_LATENCY_MAX,
  STAT_LATENCY_P50,
  STAT_LATENCY_P95,
  STAT_LATENCY_P99,
  STAT_LATENCY_SUM,
  STAT_MISSES,
  STAT_RETRIES,
  STAT_STALE_SERVED,
} from '../boundary/query.js'
import { noBytes, type QueryEngine } from './queryEngine.js'
import type { QueryStats } from './types.js'

/** The figures of an engine; all zero if it was never started. */
export function readStats(engine: QueryEngine | undefined): QueryStats {
  const stat = (which: number) => engine?.calls.query_stat(which) ?? 0
  const count = stat(STAT_LATENCY_COUNT)
  const reads = stat(STAT_HITS) + stat(STAT_MISSES) + stat(STAT_STALE_SERVED)
  return {
    hits: stat(STAT_HITS),
    misses: stat(STAT_MISSES),
    staleServed: stat(STAT_STALE_SERVED),
    deduplicated: stat(STAT_DEDUPLICATED),
    fetches: stat(STAT_FETCHES),
    errors: stat(STAT_ERRORS),
    retries: stat(STAT_RETRIES),
    evictions: stat(STAT_EVICTIONS),
    bytes: { ...(engine?.bytes ?? noBytes()) },
    hitRate: reads ? stat(STAT_HIT_RATE) : undefined,
    fetchLatency: count
      ? {
          count,
          sum: stat(STAT_LATENCY_SUM),
          max: stat(STAT_LATENCY_MAX),
          p50: stat(STAT_LATENCY_P50),
          p95: stat(STAT_LATENCY_P95),
          p99: stat(STAT_LATENCY_P99),
        }
      : undefined,
  }
}
