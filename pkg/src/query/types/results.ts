// The results of query observers.
import type { DefaultError } from './keys.js'
import type { FetchNextPageOptions, FetchPreviousPageOptions, RefetchOptions } from './options.js'
import type { FetchStatus, QueryStatus } from './state.js'

/** The fields of an observer's result. */
export interface QueryObserverBaseResult<TData = unknown, TError = DefaultError> {
  /** The last data, through `select`, or the placeholder; `undefined` if there is none. */
  data: TData | undefined
  /** When the data was fetched or set, in ms since the epoch; 0 if there is none. */
  dataUpdatedAt: number
  /** The error of the last fetch, or of `select`; `null` if it succeeded. */
  error: TError | null
  /** When the error occurred, in ms since the epoch; 0 for never. */
  errorUpdatedAt: number
  /** How many attempts of the current fetch have failed; 0 after success. */
  failureCount: number
  /** The error of the last failed attempt of the current fetch; `null` after success. */
  failureReason: TError | null
  /** How many fetches have failed in total. */
  errorUpdateCount: number
  /** `status` is `'error'`. */
  isError: boolean
  /** Data was set or a fetch failed at any time. */
  isFetched: boolean
  /** A fetch has ended since the observer began to observe the query. */
  isFetchedAfterMount: boolean
  /** `fetchStatus` is `'fetching'`: the query function is running, or will be retried. */
  isFetching: boolean
  /** The first fetch is running: `isFetching` and `isPending`. */
  isLoading: boolean
  /** `status` is `'pending'`: there is neither data nor an error. */
  isPending: boolean
  /** There is an error and no data. */
  isLoadingError: boolean
  /** The old name of `isLoading`. */
  isInitialLoading: boolean
  /** `fetchStatus` is `'paused'`: the fetch waits for the network. */
  isPaused: boolean
  /** The data is the placeholder. */
  isPlaceholderData: boolean
  /** There is an error and data from an earlier fetch. */
  isRefetchError: boolean
  /** A refetch is running: `isFetching` and not `isPending`. */
  isRefetching: boolean
  /** The data is older than `staleTime`, invalidated or missing. `false` for a disabled observer. */
  isStale: boolean
  /** `status` is `'success'`: there is data. */
  isSuccess: boolean
  /** The option `enabled` lets the query be fetched automatically. */
  isEnabled: boolean
  /** Fetches, stale or not. The promise gives the next result, and rejects only with `throwOnError`. */
  refetch: (options?: RefetchOptions) => Promise<QueryObserverResult<TData, TError>>
  /** `'pending'` without data or error, `'error'`, or `'success'` with data. */
  status: QueryStatus
  /** `'fetching'`, `'paused'` while waiting for the network, or `'idle'`. */
  fetchStatus: FetchStatus
}

// What each status implies for the other fields.
interface Pending {
  data: undefined
  error: null
  isError: false
  isPending: true
  isLoadingError: false
  isRefetchError: false
  isSuccess: false
  isPlaceholderData: false
  status: 'pending'
}
interface Loading extends Pending {
  isLoading: true
}
interface Failed<TError> {
  error: TError
  isError: true
  isPending: false
  isLoading: false
  isSuccess: false
  isPlaceholderData: false
  status: 'error'
}
interface LoadingError<TError> extends Failed<TError> {
  data: undefined
  isLoadingError: true
  isRefetchError: false
}
interface RefetchError<TData, TError> extends Failed<TError> {
  data: TData
  isLoadingError: false
  isRefetchError: true
}
interface Shown<TData> {
  data: TData
  error: null
  isError: false
  isPending: false
  isLoading: false
  isLoadingError: false
  isRefetchError: false
  isSuccess: true
  status: 'success'
}
interface Success<TData> extends Shown<TData> {
  isPlaceholderData: false
}
interface Placeholder<TData> extends Shown<TData> {
  isPlaceholderData: true
}

/** A result with some fields known. A mapped type over the members keeps their documentation. */
type Base<TData, TError, TKnown> = {
  [TName in keyof QueryObserverBaseResult<TData, TError>]: TName extends keyof TKnown
    ? TKnown[TName]
    : QueryObserverBaseResult<TData, TError>[TName]
}

/** There is neither data nor an error. */
export interface QueryObserverPendingResult<TData = unknown, TError = DefaultError> extends Base<TData, TError, Pending> {}
/** The first fetch is running. */
export interface QueryObserverLoadingResult<TData = unknown, TError = DefaultError> extends Base<TData, TError, Loading> {}
/** There is an error and no data. */
export interface QueryObserverLoadingErrorResult<TData = unknown, TError = DefaultError> extends Base<
  TData,
  TError,
  LoadingError<TError>
> {}
/** There is an error and data from an earlier fetch. */
export interface QueryObserverRefetchErrorResult<TData = unknown, TError = DefaultError> extends Base<
  TData,
  TError,
  RefetchError<TData, TError>
> {}
/** There is data. */
export interface QueryObserverSuccessResult<TData = unknown, TError = DefaultError> extends Base<TData, TError, Success<TData>> {}
/** A placeholder is shown in place of data. */
export interface QueryObserverPlaceholderResult<TData = unknown, TError = DefaultError> extends Base<
  TData,
  TError,
  Placeholder<TData>
> {}
/** A result with data. */
export type DefinedQueryObserverResult<TData = unknown, TError = DefaultError> =
  | QueryObserverRefetchErrorResult<TData, TError>
  | QueryObserverSuccessResult<TData, TError>
/** The result of an observer, discriminated by `status`. */
export type QueryObserverResult<TData = unknown, TError = DefaultError> =
  | DefinedQueryObserverResult<TData, TError>
  | QueryObserverLoadingErrorResult<TData, TError>
  | QueryObserverLoadingResult<TData, TError>
  | QueryObserverPendingResult<TData, TError>
  | QueryObserverPlaceholderResult<TData, TError>

/** The fields of the result for an infinite query. */
export interface InfiniteQueryObserverBaseResult<TData = unknown, TError = DefaultError> extends QueryObserverBaseResult<
  TData,
  TError
> {
  /** Fetches the next page. The promise gives the next result, and rejects only with `throwOnError`. */
  fetchNextPage: (options?: FetchNextPageOptions) => Promise<InfiniteQueryObserverResult<TData, TError>>
  /** Fetches the previous page. The promise gives the next result, and rejects only with `throwOnError`. */
  fetchPreviousPage: (options?: FetchPreviousPageOptions) => Promise<InfiniteQueryObserverResult<TData, TError>>
  /** Whether `getNextPageParam` gives a param. */
  hasNextPage: boolean
  /** Whether `getPreviousPageParam` gives a param. */
  hasPreviousPage: boolean
  /** Fetching the next page failed. */
  isFetchNextPageError: boolean
  /** The next page is being fetched. */
  isFetchingNextPage: boolean
  /** Fetching the previous page failed. */
  isFetchPreviousPageError: boolean
  /** The previous page is being fetched. */
  isFetchingPreviousPage: boolean
}

interface NoPageError {
  isFetchNextPageError: false
  isFetchPreviousPageError: false
}
type InfiniteBase<TData, TError, TKnown> = {
  [TName in keyof InfiniteQueryObserverBaseResult<TData, TError>]: TName extends keyof TKnown
    ? TKnown[TName]
    : InfiniteQueryObserverBaseResult<TData, TError>[TName]
}

/** There are neither pages nor an error. */
export interface InfiniteQueryObserverPendingResult<TData = unknown, TError = DefaultError> extends InfiniteBase<
  TData,
  TError,
  Pending & NoPageError
> {}
/** The first fetch is running. */
export interface InfiniteQueryObserverLoadingResult<TData = unknown, TError = DefaultError> extends InfiniteBase<
  TData,
  TError,
  Loading & NoPageError
> {}
/** There is an error and no pages. */
export interface InfiniteQueryObserverLoadingErrorResult<TData = unknown, TError = DefaultError> extends InfiniteBase<
  TData,
  TError,
  LoadingError<TError> & NoPageError
> {}
/** There is an error and pages from an earlier fetch. */
export interface InfiniteQueryObserverRefetchErrorResult<TData = unknown, TError = DefaultError> extends InfiniteBase<
  TData,
  TError,
  RefetchError<TData, TError>
> {}
/** There are pages. */
export interface InfiniteQueryObserverSuccessResult<TData = unknown, TError = DefaultError> extends InfiniteBase<
  TData,
  TError,
  Success<TData> & NoPageError
> {}
/** A placeholder is shown in place of pages. */
export interface InfiniteQueryObserverPlaceholderResult<TData = unknown, TError = DefaultError> extends InfiniteBase<
  TData,
  TError,
  Placeholder<TData> & NoPageError
> {}
/** A result with pages. */
export type DefinedInfiniteQueryObserverResult<TData = unknown, TError = DefaultError> =
  | InfiniteQueryObserverRefetchErrorResult<TData, TError>
  | InfiniteQueryObserverSuccessResult<TData, TError>
/** The result of an observer of an infinite query, discriminated by `status`. */
export type InfiniteQueryObserverResult<TData = unknown, TError = DefaultError> =
  | DefinedInfiniteQueryObserverResult<TData, TError>
  | InfiniteQueryObserverLoadingErrorResult<TData, TError>
  | InfiniteQueryObserverLoadingResult<TData, TError>
  | InfiniteQueryObserverPendingResult<TData, TError>
  | InfiniteQueryObserverPlaceholderResult<TData, TError>
