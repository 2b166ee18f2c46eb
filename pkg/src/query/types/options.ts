// Options that refer to no query, mutation or client.

/** A `queryFn` for a query that cannot be fetched yet. It disables the query and keeps its types. */
export const skipToken = Symbol()
/** The type of `skipToken`. */
export type SkipToken = typeof skipToken

/** Whether a function needs the network for each attempt, never, or for retries only. */
export type NetworkMode = 'online' | 'always' | 'offlineFirst'

/** How long data is fresh, in ms; `'static'` is for ever, even when invalidated. */
export type StaleTime = number | 'static'

export type RetryValue<TError> = boolean | number | ((failureCount: number, error: TError) => boolean)
export type RetryDelayValue<TError> = number | ((failureCount: number, error: TError) => number)

/** How errors are reported. */
export interface ResultOptions {
  /** Whether the promise rejects when the fetch fails. `false` by default: only the result shows the error. */
  throwOnError?: boolean
}
/** How a query is refetched. */
export interface RefetchOptions extends ResultOptions {
  /** Whether a running fetch is cancelled if there is data, rather than joined. `true` by default. */
  cancelRefetch?: boolean
}
/** How invalidated queries are refetched. */
export interface InvalidateOptions extends RefetchOptions {}
/** How queries are refetched after a reset. */
export interface ResetOptions extends RefetchOptions {}
/** How the next page is fetched. */
export interface FetchNextPageOptions extends RefetchOptions {}
/** How the previous page is fetched. */
export interface FetchPreviousPageOptions extends RefetchOptions {}

/** How a fetch is cancelled. */
export interface CancelOptions {
  /** Whether the state before the fetch is restored. `true` by default in `cancelQueries`. */
  revert?: boolean
  /** Whether the state stays as it is and nobody is notified. `false` by default. */
  silent?: boolean
}
/** How data is written. */
export interface SetDataOptions {
  /** When the data was fetched, in ms since the epoch; now, by default. */
  updatedAt?: number
}

/** Queries with enabled observers, those without, or both. */
export type QueryTypeFilter = 'all' | 'active' | 'inactive'

/** Mutations of one scope run one after another. */
export type MutationScope = {
  /** The name of the scope. */
  id: string
}

/** How much a cache holds. Observed or fetching queries are not evicted, so it may exceed its limits. */
export interface CacheLimits {
  /**
   * The maximum number of queries. Beyond it, unobserved ones are evicted, the least recently used first;
   * `client.stats().evictions` counts them. No limit by default.
   */
  maxEntries?: number
  /**
   * The maximum size of the data in bytes. Data from `jsonQuery` counts as the size of its body; other data is
   * estimated from a sample of at most 1000 values, with one byte per character and eight per number. No limit by
   * default.
   */
  maxBytes?: number
}

/** The event types of a cache. */
export type NotifyEventType =
  | 'added'
  | 'removed'
  | 'updated'
  | 'observerAdded'
  | 'observerRemoved'
  | 'observerResultsUpdated'
  | 'observerOptionsUpdated'
/** What every event of a cache has. */
export interface NotifyEvent {
  /** What happened. */
  type: NotifyEventType
}

/** A new value, or a function that makes it from the old one. */
export type Updater<TInput, TOutput> = TOutput | ((input: TInput) => TOutput)
