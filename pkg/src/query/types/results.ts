// What observers see.
import type { DefaultError } from './keys.js'
import type { FetchNextPageOptions, FetchPreviousPageOptions, RefetchOptions } from './options.js'
import type { FetchStatus, QueryStatus } from './state.js'

/** What an observer sees of its query. */
export interface QueryObserverBaseResult<TData = unknown, TError = DefaultError> {
  /** The last data, through `select`, or the placeholder; `undefined` while there is none. */
  data: TData | undefined
  /** When the data came, in ms since the epoch; 0 while there is none. */
  dataUpdatedAt: number
  /** Why the last fetch failed for good, or what `select` threw; `null` where nothing did. */
  error: TError | null
  /** When the error came, in ms since the epoch; 0 for never. */
  errorUpdatedAt: number
  /** How many attempts of the present fetch failed; 0 again when one succeeds. */
  failureCount: number
  /** Why the last attempt of the present fetch failed; `null` again when one succeeds. */
  failureReason: TError | null
  /** How many fetches failed for good so far. */
  errorUpdateCount: number
  /** There is an error: `status` is `'error'`. */
  isError: boolean
  /** Data was set or a fetch failed, at any time. */
  isFetched: boolean
  /** A fetch has ended since the observer turned to the query. */
  isFetchedAfterMount: boolean
  /** The function runs, or is about to be tried again: `fetchStatus` is `'fetching'`. */
  isFetching: boolean
  /** Fetching, with nothing to show yet: `isFetching` and `isPending`. */
  isLoading: boolean
  /** There is neither data nor an error yet: `status` is `'pending'`. */
  isPending: boolean
  /** There is an error, and no data. */
  isLoadingError: boolean
  /** The old name of `isLoading`. */
  isInitialLoading: boolean
  /** A fetch waits for the network: `fetchStatus` is `'paused'`. */
  isPaused: boolean
  /** The data is what `placeholderData` gave. */
  isPlaceholderData: boolean
  /** There is an error, and the data from before. */
  isRefetchError: boolean
  /** Fetching, with something to show already: `isFetching`, but not `isPending`. */
  isRefetching: boolean
  /** The data is older than `staleTime`, was invalidated, or is missing; never where the observer is disabled. */
  isStale: boolean
  /** There is data: `status` is `'success'`. */
  isSuccess: boolean
  /** The observer has the query fetched of its own accord, by the option `enabled`. */
  isEnabled: boolean
  /** Fetches, stale or not; the promise gives the result then, and rejects only with `throwOnError`. */
  refetch: (options?: RefetchOptions) => Promise<QueryObserverResult<TData, TError>>
  /** What there is: `'pending'`, nothing yet; `'error'`; or `'success'`, data. */
  status: QueryStatus
  /** What is going on: `'fetching'`; `'paused'`, which waits for the network; or `'idle'`. */
  fetchStatus: FetchStatus
}

// What each kind of result says for certain.
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

/** A result of which some is known for certain. Made member by member, so that each keeps its comment. */
type Base<TData, TError, TKnown> = {
  [TName in keyof QueryObserverBaseResult<TData, TError>]: TName extends keyof TKnown
    ? TKnown[TName]
    : QueryObserverBaseResult<TData, TError>[TName]
}

/** Nothing yet, neither data nor an error. */
export interface QueryObserverPendingResult<TData = unknown, TError = DefaultError> extends Base<
  TData,
  TError,
  Pending
> {}
/** Nothing yet, and the first fetch is on its way. */
export interface QueryObserverLoadingResult<TData = unknown, TError = DefaultError> extends Base<
  TData,
  TError,
  Loading
> {}
/** An error, and no data. */
export interface QueryObserverLoadingErrorResult<TData = unknown, TError = DefaultError> extends Base<
  TData,
  TError,
  LoadingError<TError>
> {}
/** An error, and the data from before. */
export interface QueryObserverRefetchErrorResult<TData = unknown, TError = DefaultError> extends Base<
  TData,
  TError,
  RefetchError<TData, TError>
> {}
/** Data. */
export interface QueryObserverSuccessResult<TData = unknown, TError = DefaultError> extends Base<
  TData,
  TError,
  Success<TData>
> {}
/** A placeholder in the place of data. */
export interface QueryObserverPlaceholderResult<TData = unknown, TError = DefaultError> extends Base<
  TData,
  TError,
  Placeholder<TData>
> {}
/** A result that has data. */
export type DefinedQueryObserverResult<TData = unknown, TError = DefaultError> =
  | QueryObserverRefetchErrorResult<TData, TError>
  | QueryObserverSuccessResult<TData, TError>
/** What an observer sees: `status` tells which kind it is. */
export type QueryObserverResult<TData = unknown, TError = DefaultError> =
  | DefinedQueryObserverResult<TData, TError>
  | QueryObserverLoadingErrorResult<TData, TError>
  | QueryObserverLoadingResult<TData, TError>
  | QueryObserverPendingResult<TData, TError>
  | QueryObserverPlaceholderResult<TData, TError>

/** What an observer sees of an infinite query. */
export interface InfiniteQueryObserverBaseResult<TData = unknown, TError = DefaultError> extends QueryObserverBaseResult<
  TData,
  TError
> {
  /** Fetches the page after the last; the promise gives the result then, and rejects only with `throwOnError`. */
  fetchNextPage: (options?: FetchNextPageOptions) => Promise<InfiniteQueryObserverResult<TData, TError>>
  /** Fetches the page before the first; the promise gives the result then, and rejects only with `throwOnError`. */
  fetchPreviousPage: (options?: FetchPreviousPageOptions) => Promise<InfiniteQueryObserverResult<TData, TError>>
  /** There is a page after the last, as `getNextPageParam` says. */
  hasNextPage: boolean
  /** There is a page before the first, as `getPreviousPageParam` says. */
  hasPreviousPage: boolean
  /** The last fetch was for the next page, and failed. */
  isFetchNextPageError: boolean
  /** The next page is being fetched. */
  isFetchingNextPage: boolean
  /** The last fetch was for the previous page, and failed. */
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

/** Nothing yet, neither pages nor an error. */
export interface InfiniteQueryObserverPendingResult<TData = unknown, TError = DefaultError> extends InfiniteBase<
  TData,
  TError,
  Pending & NoPageError
> {}
/** Nothing yet, and the first fetch is on its way. */
export interface InfiniteQueryObserverLoadingResult<TData = unknown, TError = DefaultError> extends InfiniteBase<
  TData,
  TError,
  Loading & NoPageError
> {}
/** An error, and no pages. */
export interface InfiniteQueryObserverLoadingErrorResult<TData = unknown, TError = DefaultError> extends InfiniteBase<
  TData,
  TError,
  LoadingError<TError> & NoPageError
> {}
/** An error, and the pages from before. */
export interface InfiniteQueryObserverRefetchErrorResult<TData = unknown, TError = DefaultError> extends InfiniteBase<
  TData,
  TError,
  RefetchError<TData, TError>
> {}
/** Pages. */
export interface InfiniteQueryObserverSuccessResult<TData = unknown, TError = DefaultError> extends InfiniteBase<
  TData,
  TError,
  Success<TData> & NoPageError
> {}
/** A placeholder in the place of pages. */
export interface InfiniteQueryObserverPlaceholderResult<TData = unknown, TError = DefaultError> extends InfiniteBase<
  TData,
  TError,
  Placeholder<TData> & NoPageError
> {}
/** A result that has pages. */
export type DefinedInfiniteQueryObserverResult<TData = unknown, TError = DefaultError> =
  | InfiniteQueryObserverRefetchErrorResult<TData, TError>
  | InfiniteQueryObserverSuccessResult<TData, TError>
/** What an observer sees of an infinite query: `status` tells which kind it is. */
export type InfiniteQueryObserverResult<TData = unknown, TError = DefaultError> =
  | DefinedInfiniteQueryObserverResult<TData, TError>
  | InfiniteQueryObserverLoadingErrorResult<TData, TError>
  | InfiniteQueryObserverLoadingResult<TData, TError>
  | InfiniteQueryObserverPendingResult<TData, TError>
  | InfiniteQueryObserverPlaceholderResult<TData, TError>
