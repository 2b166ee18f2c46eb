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
  // The order of `figure` in crates/npm/src/query/queries.rs.
  const figure = (which: number) => engine?.exports.query_figure(engine.machine, which) ?? 0
  const count = figure(9)
  const reads = figure(0) + figure(1) + figure(2)
  return {
    hits: figure(0),
    misses: figure(1),
    staleServed: figure(2),
    deduplicated: figure(3),
    fetches: figure(4),
    errors: figure(5),
    retries: figure(6),
    evictions: figure(7),
    bytes: { ...(engine?.bytes ?? noBytes()) },
    hitRate: reads ? figure(8) : undefined,
    fetchLatency: count
      ? { count, sum: figure(10), max: figure(11), p50: figure(12), p95: figure(13), p99: figure(14) }
      : undefined,
  }
}
