// The figures of a client.

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

/** The state of an origin's circuit breaker. */
export interface BreakerInfo {
  /** What the option `origin`, `meta.origin` or `jsonQuery` named. */
  origin: string
  /** `closed`: all is well. `open`: no attempt is made. `half-open`: one attempt decides which it will be. */
  state: 'closed' | 'open' | 'half-open'
  /** While it is open: until when, in ms since the epoch. */
  until: number | undefined
}
