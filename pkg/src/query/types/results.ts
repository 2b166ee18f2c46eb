// What observers see.
import type { DefaultError } from './keys.js'
import type { FetchNextPageOptions, FetchPreviousPageOptions, RefetchOptions } from './options.js'

/** What there is: nothing yet, an error, or data. */
export type QueryStatus = 'pending' | 'error' | 'success'
/** What is going on. */
export type FetchStatus = 'fetching' | 'paused' | 'idle'

export interface QueryObserverBaseResult<TData = unknown, TError = DefaultError> {
  data: TData | undefined
  /** When the data came, in ms since the epoch. */
  dataUpdatedAt: number
  error: TError | null
  errorUpdatedAt: number
  /** How many attempts of the present fetch failed, and why the last did. */
  failureCount: number
  failureReason: TError | null
  errorUpdateCount: number
  isError: boolean
  isFetched: boolean
  /** A fetch has ended since the observer turned to the query. */
  isFetchedAfterMount: boolean
  isFetching: boolean
  /** Fetching, with nothing to show yet. */
  isLoading: boolean
  isPending: boolean
  isLoadingError: boolean
  /** The old name of `isLoading`. */
  isInitialLoading: boolean
  isPaused: boolean
  isPlaceholderData: boolean
  isRefetchError: boolean
  isRefetching: boolean
  isStale: boolean
  isSuccess: boolean
  isEnabled: boolean
  refetch: (options?: RefetchOptions) => Promise<QueryObserverResult<TData, TError>>
  status: QueryStatus
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

type Base<TData, TError, TKnown> = Omit<QueryObserverBaseResult<TData, TError>, keyof TKnown> & TKnown

export interface QueryObserverPendingResult<TData = unknown, TError = DefaultError> extends Base<
  TData,
  TError,
  Pending
> {}
export interface QueryObserverLoadingResult<TData = unknown, TError = DefaultError> extends Base<
  TData,
  TError,
  Loading
> {}
export interface QueryObserverLoadingErrorResult<TData = unknown, TError = DefaultError> extends Base<
  TData,
  TError,
  LoadingError<TError>
> {}
export interface QueryObserverRefetchErrorResult<TData = unknown, TError = DefaultError> extends Base<
  TData,
  TError,
  RefetchError<TData, TError>
> {}
export interface QueryObserverSuccessResult<TData = unknown, TError = DefaultError> extends Base<
  TData,
  TError,
  Success<TData>
> {}
export interface QueryObserverPlaceholderResult<TData = unknown, TError = DefaultError> extends Base<
  TData,
  TError,
  Placeholder<TData>
> {}
export type DefinedQueryObserverResult<TData = unknown, TError = DefaultError> =
  | QueryObserverRefetchErrorResult<TData, TError>
  | QueryObserverSuccessResult<TData, TError>
export type QueryObserverResult<TData = unknown, TError = DefaultError> =
  | DefinedQueryObserverResult<TData, TError>
  | QueryObserverLoadingErrorResult<TData, TError>
  | QueryObserverLoadingResult<TData, TError>
  | QueryObserverPendingResult<TData, TError>
  | QueryObserverPlaceholderResult<TData, TError>

export interface InfiniteQueryObserverBaseResult<TData = unknown, TError = DefaultError> extends QueryObserverBaseResult<
  TData,
  TError
> {
  fetchNextPage: (options?: FetchNextPageOptions) => Promise<InfiniteQueryObserverResult<TData, TError>>
  fetchPreviousPage: (options?: FetchPreviousPageOptions) => Promise<InfiniteQueryObserverResult<TData, TError>>
  hasNextPage: boolean
  hasPreviousPage: boolean
  isFetchNextPageError: boolean
  isFetchingNextPage: boolean
  isFetchPreviousPageError: boolean
  isFetchingPreviousPage: boolean
}

interface NoPageError {
  isFetchNextPageError: false
  isFetchPreviousPageError: false
}
type InfiniteBase<TData, TError, TKnown> = Omit<InfiniteQueryObserverBaseResult<TData, TError>, keyof TKnown> & TKnown

export interface InfiniteQueryObserverPendingResult<TData = unknown, TError = DefaultError> extends InfiniteBase<
  TData,
  TError,
  Pending & NoPageError
> {}
export interface InfiniteQueryObserverLoadingResult<TData = unknown, TError = DefaultError> extends InfiniteBase<
  TData,
  TError,
  Loading & NoPageError
> {}
export interface InfiniteQueryObserverLoadingErrorResult<TData = unknown, TError = DefaultError> extends InfiniteBase<
  TData,
  TError,
  LoadingError<TError> & NoPageError
> {}
export interface InfiniteQueryObserverRefetchErrorResult<TData = unknown, TError = DefaultError> extends InfiniteBase<
  TData,
  TError,
  RefetchError<TData, TError>
> {}
export interface InfiniteQueryObserverSuccessResult<TData = unknown, TError = DefaultError> extends InfiniteBase<
  TData,
  TError,
  Success<TData> & NoPageError
> {}
export interface InfiniteQueryObserverPlaceholderResult<TData = unknown, TError = DefaultError> extends InfiniteBase<
  TData,
  TError,
  Placeholder<TData> & NoPageError
> {}
export type DefinedInfiniteQueryObserverResult<TData = unknown, TError = DefaultError> =
  | InfiniteQueryObserverRefetchErrorResult<TData, TError>
  | InfiniteQueryObserverSuccessResult<TData, TError>
export type InfiniteQueryObserverResult<TData = unknown, TError = DefaultError> =
  | DefinedInfiniteQueryObserverResult<TData, TError>
  | InfiniteQueryObserverLoadingErrorResult<TData, TError>
  | InfiniteQueryObserverLoadingResult<TData, TError>
  | InfiniteQueryObserverPendingResult<TData, TError>
  | InfiniteQueryObserverPlaceholderResult<TData, TError>
