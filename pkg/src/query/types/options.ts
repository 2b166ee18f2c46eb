// Options that call back with no query, mutation or client.

/** As `queryFn`: there is nothing to fetch yet. The query is disabled, and its types are known all the same. */
export const skipToken = Symbol()
/** The type of `skipToken`. */
export type SkipToken = typeof skipToken

/** Whether a function may run: needs the network to start, never, or only to retry. */
export type NetworkMode = 'online' | 'always' | 'offlineFirst'

/** How long data is fresh, in ms; `'static'` is for ever, even when invalidated. */
export type StaleTime = number | 'static'

export type RetryValue<TError> = boolean | number | ((failureCount: number, error: TError) => boolean)
export type RetryDelayValue<TError> = number | ((failureCount: number, error: TError) => number)

/** What becomes of an error. */
export interface ResultOptions {
  /** Whether the promise rejects where the fetch fails, instead of leaving it to the result. `false` by default. */
  throwOnError?: boolean
}
/** How a query is fetched again. */
export interface RefetchOptions extends ResultOptions {
  /** Whether a fetch on its way is replaced, where there is data, instead of joined. `true` by default. */
  cancelRefetch?: boolean
}
/** How queries are fetched again once they are invalidated. */
export interface InvalidateOptions extends RefetchOptions {}
/** How queries are fetched again once they are reset. */
export interface ResetOptions extends RefetchOptions {}
/** How the next page is fetched. */
export interface FetchNextPageOptions extends RefetchOptions {}
/** How the previous page is fetched. */
export interface FetchPreviousPageOptions extends RefetchOptions {}

/** What becomes of the state of a query whose fetch is cancelled. */
export interface CancelOptions {
  /** Whether the state before the fetch comes back. `true` by default in `cancelQueries`. */
  revert?: boolean
  /** Whether nobody is told: the state goes on to say what it says. `false` by default. */
  silent?: boolean
}
/** What is said of data that is written. */
export interface SetDataOptions {
  /** When the data was current, in ms since the epoch; now, by default. */
  updatedAt?: number
}

/** With observers that are enabled, without, or either. */
export type QueryTypeFilter = 'all' | 'active' | 'inactive'

/** Mutations of one scope run one after the other. */
export type MutationScope = {
  /** Its name. */
  id: string
}

/** How much a cache holds. What is observed or on its way is never let go, so it may be more. */
export interface CacheLimits {
  /**
   * So many queries. Where there are more, those that nobody looks at go, the longest unused first:
   * `client.stats().evictions` counts them. No limit by default.
   */
  maxEntries?: number
  /**
   * So many bytes of data: where it came from `jsonQuery`, as long as the body was; otherwise estimated from a
   * sample of at most 1000 values, a character counting as one byte and a number as eight. No limit by default.
   */
  maxBytes?: number
}

/** What a listener of a cache hears of. */
export type NotifyEventType =
  | 'added'
  | 'removed'
  | 'updated'
  | 'observerAdded'
  | 'observerRemoved'
  | 'observerResultsUpdated'
  | 'observerOptionsUpdated'
/** The least that every event of a cache says. */
export interface NotifyEvent {
  /** What happened. */
  type: NotifyEventType
}

/** A new value, or a function that makes it from the old one. */
export type Updater<TInput, TOutput> = TOutput | ((input: TInput) => TOutput)
