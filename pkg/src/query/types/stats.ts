// The figures of a client.

/** The figures of a query cache since it was created. */
export interface QueryStats {
  /** Reads that found fresh data. */
  hits: number
  /** Reads that found no data. */
  misses: number
  /** Reads that found stale data. */
  staleServed: number
  /** Fetches that joined a running one. */
  deduplicated: number
  /** Fetches that started. */
  fetches: number
  /** Fetches that failed after all retries. */
  errors: number
  /** Attempts that failed and were retried. */
  retries: number
  /** Queries that were garbage-collected or evicted. */
  evictions: number
  /** The share of reads that found data, 0 to 1; `undefined` before the first read. */
  hitRate: number | undefined
  /** The bytes of bodies that `jsonQuery` fetched. */
  bytes: BodyBytes
  /** The duration of successful fetches in ms; `undefined` before the first. `p50` to `p99` are off by at most 1.6 %. */
  fetchLatency: { count: number; sum: number; max: number; p50: number; p95: number; p99: number } | undefined
}

/** Bytes of bodies, as in `stats()` of `whippet/json`, which counts all clients together. */
export interface BodyBytes {
  /** Received. */
  received: number
  /** Compared with the previous body. */
  compared: number
  /** Parsed. */
  parsed: number
  /** Received or, for a body that did not change, not even received, and not parsed. */
  spared: number
}

/** The state of an origin's circuit breaker. */
export interface BreakerInfo {
  /** The origin, from the option `origin`, from `meta.origin` or from `jsonQuery`. */
  origin: string
  /** `closed`: attempts are made. `open`: none is made. `half-open`: one attempt decides between the two. */
  state: 'closed' | 'open' | 'half-open'
  /** When an open breaker lets one attempt through, in ms since the epoch. */
  until: number | undefined
}
