// What a client is created with.
import type { DefaultOptions, MutationCache, Query, QueryCache } from './classes.js'
import type { CacheLimits } from './options.js'

/** What a client is made with. */
export interface QueryClientConfig extends CacheLimits {
  /** Where queries are kept; a cache of its own, by default. */
  queryCache?: QueryCache
  /** Where mutations are kept; a cache of its own, by default. */
  mutationCache?: MutationCache
  /** What holds where options say nothing. */
  defaultOptions?: DefaultOptions
  /**
   * What is left to chance (`retryJitter`) is drawn from this number: the same seed, the same delays. Another each
   * time, by default.
   */
  seed?: number
  /**
   * Origins that keep failing are left alone for a while: fetches from them fail at once with a
   * `CircuitOpenError`. `true` takes the defaults. None by default.
   */
  breaker?: boolean | BreakerConfig
}

/** When a circuit breaker opens, and for how long. There is one per origin. */
export interface BreakerConfig {
  /** So many failed attempts open it; 5 by default. */
  failures?: number
  /** Counting those of the last so many ms; 10,000 by default. */
  window?: number
  /** For how many ms it stays open before one attempt is let through to see how things are; 30,000 by default. */
  openFor?: number
  /**
   * Which origin a query asks; `undefined` for one that no breaker should guard. By default it is what
   * `meta.origin` of the query says, or what `jsonQuery` was given.
   */
  origin?: (query: Query<any, any, any, any>) => string | undefined
}
