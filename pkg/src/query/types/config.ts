// The options of a client.
import type { DefaultOptions, MutationCache, Query, QueryCache } from './classes.js'
import type { CacheLimits } from './options.js'

/** The options of a client. */
export interface QueryClientConfig extends CacheLimits {
  /** The query cache; a new one by default. */
  queryCache?: QueryCache
  /** The mutation cache; a new one by default. */
  mutationCache?: MutationCache
  /** Default options of queries and mutations. */
  defaultOptions?: DefaultOptions
  /** Seeds the random numbers of `retryJitter`: the same seed gives the same delays. Random by default. */
  seed?: number
  /**
   * Circuit breakers: while an origin keeps failing, fetches from it fail at once with a `CircuitOpenError`. `true`
   * takes the default settings. None by default.
   */
  breaker?: boolean | BreakerConfig
}

/** When a circuit breaker opens, and for how long. Each origin has its own. */
export interface BreakerConfig {
  /** The number of failed attempts that opens it. 5 by default. */
  failures?: number
  /** The time in which they are counted, in ms. 10,000 by default. */
  window?: number
  /** How long it stays open, in ms, before one attempt is made to test the origin. 30,000 by default. */
  openFor?: number
  /**
   * The origin that a query fetches from; `undefined` for a query without a breaker. By default `meta.origin` of the
   * query, or the origin of the URL of `jsonQuery`.
   */
  origin?: (query: Query<any, any, any, any>) => string | undefined
}
