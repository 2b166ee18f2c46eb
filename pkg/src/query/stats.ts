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
import type { QueryEngine } from './engine.js'

/** What a cache did since it began: plain numbers. */
export interface QueryStats {
  /** Reads that were answered from the cache, the data fresh. */
  hits: number
  /** Reads for which there was no data. */
  misses: number
  /** Reads that were answered from the cache, the data stale. */
  staleServed: number
  /** Fetches that joined one on its way. */
  deduplicated: number
  /** Fetches that began. */
  fetches: number
  /** Fetches that failed, after all their retries. */
  errors: number
  /** Attempts that failed and were made again. */
  retries: number
  /** Queries collected after their gc time, or let go since there were too many. */
  evictions: number
  /** The part of all reads that was answered from the cache, 0 to 1; `undefined` before the first. */
  hitRate: number | undefined
  /** What the bodies of `jsonQuery` were: bytes. */
  bytes: BodyBytes
  /** How long fetches that succeeded took, in ms; `undefined` before the first. */
  fetchLatency: { count: number; sum: number; max: number; p50: number; p95: number; p99: number } | undefined
}

/** Bytes of bodies, as `stats()` of `whippet/json` counts them for all clients together. */
export interface BodyBytes {
  /** Came in. */
  received: number
  /** Were compared with the body before. */
  compared: number
  /** Were parsed. */
  parsed: number
  /** Came in, or need not have come, and were not parsed. */
  spared: number
}

/** @internal */
export function noBytes(): BodyBytes {
  return { received: 0, compared: 0, parsed: 0, spared: 0 }
}

/** @internal The figures of an engine; all zero where it was never started. */
export function statsOf(engine: QueryEngine | undefined): QueryStats {
  const stat = (which: number) => engine?.exports.query_stat(engine.machine, which) ?? 0
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
      ? { count, sum: stat(STAT_LATENCY_SUM), max: stat(STAT_LATENCY_MAX), p50: stat(STAT_LATENCY_P50), p95: stat(STAT_LATENCY_P95), p99: stat(STAT_LATENCY_P99) }
      : undefined,
  }
}
