// What queries are given.
import type { BreakerConfig } from '../breaker.js'
import type { CacheLimits } from '../limits.js'
import type { DehydrateOptions, HydrateOptions } from '../hydration.js'
import type { MutationCache } from '../mutationCache.js'
import type { QueryFilters, QueryTypeFilter } from '../matching.js'
import type { FetchDirection, Query, QueryBehavior } from '../query.js'
import type { QueryCache } from '../queryCache.js'
import type { QueryClient } from '../queryClient.js'
import type { RetryDelayValue, RetryValue } from '../retryer.js'
import type { SkipToken } from '../utils.js'
import type { DefaultError, OmitKeyof, QueryKey, QueryMeta, WithRequired } from './keys.js'
import type { MutationObserverOptions } from './mutations.js'
import type { InfiniteQueryObserverResult } from './results.js'

/** Whether a function may run: needs the network to start, never, or only to retry. */
export type NetworkMode = 'online' | 'always' | 'offlineFirst'

/** How long data is fresh, in ms; `'static'` is for ever, even when invalidated. */
export type StaleTime = number | 'static'
export type StaleTimeFunction<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
> = StaleTime | ((query: Query<TQueryFnData, TError, TData, TQueryKey>) => StaleTime)

export type QueryBooleanOption<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
> = boolean | ((query: Query<TQueryFnData, TError, TData, TQueryKey>) => boolean)

type RefetchOn<TQueryFnData, TError, TData, TQueryKey extends QueryKey> =
  | boolean
  | 'always'
  | ((query: Query<TQueryFnData, TError, TData, TQueryKey>) => boolean | 'always')

/** What a query function is given. */
export type QueryFunctionContext<TQueryKey extends QueryKey = QueryKey, TPageParam = never> = [TPageParam] extends [
  never,
]
  ? {
      client: QueryClient
      queryKey: TQueryKey
      /** Read it, and the fetch is cancelled when nobody needs it any more. */
      signal: AbortSignal
      meta: QueryMeta | undefined
      pageParam?: unknown
      direction?: unknown
    }
  : {
      client: QueryClient
      queryKey: TQueryKey
      signal: AbortSignal
      pageParam: TPageParam
      direction: FetchDirection
      meta: QueryMeta | undefined
    }

export type QueryFunction<T = unknown, TQueryKey extends QueryKey = QueryKey, TPageParam = never> = (
  context: QueryFunctionContext<TQueryKey, TPageParam>,
) => T | Promise<T>

/** Stands between a query and its function. */
export type QueryPersister<T = unknown, TQueryKey extends QueryKey = QueryKey, TPageParam = never> = [
  TPageParam,
] extends [never]
  ? (
      queryFn: QueryFunction<T, TQueryKey, never>,
      context: QueryFunctionContext<TQueryKey>,
      query: Query,
    ) => T | Promise<T>
  : (
      queryFn: QueryFunction<T, TQueryKey, TPageParam>,
      context: QueryFunctionContext<TQueryKey>,
      query: Query,
    ) => T | Promise<T>

export type QueryKeyHashFunction<TQueryKey extends QueryKey> = (queryKey: TQueryKey) => string
export type InitialDataFunction<T> = () => T | undefined
type NonFunctionGuard<T> = T extends Function ? never : T
export type PlaceholderDataFunction<
  TQueryFnData = unknown,
  TError = DefaultError,
  TQueryData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
> = (
  previousData: TQueryData | undefined,
  previousQuery: Query<TQueryFnData, TError, TQueryData, TQueryKey> | undefined,
) => TQueryData | undefined
export type QueriesPlaceholderDataFunction<TQueryData> = (
  previousData: undefined,
  previousQuery: undefined,
) => TQueryData | undefined

export type GetNextPageParamFunction<TPageParam, TQueryFnData = unknown> = (
  lastPage: TQueryFnData,
  allPages: Array<TQueryFnData>,
  lastPageParam: TPageParam,
  allPageParams: Array<TPageParam>,
) => TPageParam | undefined | null
export type GetPreviousPageParamFunction<TPageParam, TQueryFnData = unknown> = (
  firstPage: TQueryFnData,
  allPages: Array<TQueryFnData>,
  firstPageParam: TPageParam,
  allPageParams: Array<TPageParam>,
) => TPageParam | undefined | null

/** The data of an infinite query. */
export interface InfiniteData<TData, TPageParam = unknown> {
  pages: Array<TData>
  pageParams: Array<TPageParam>
}
export interface InitialPageParam<TPageParam = unknown> {
  initialPageParam: TPageParam
}
export interface InfiniteQueryPageParamsOptions<
  TQueryFnData = unknown,
  TPageParam = unknown,
> extends InitialPageParam<TPageParam> {
  /** What comes before the first page; nothing, where it gives none. */
  getPreviousPageParam?: GetPreviousPageParamFunction<TPageParam, TQueryFnData>
  /** What comes after the last page; nothing, where it gives none. */
  getNextPageParam: GetNextPageParamFunction<TPageParam, TQueryFnData>
}

/** Which results fields' changes are told; by default those that were read. */
export type NotifyOnChangeProps =
  | Array<keyof InfiniteQueryObserverResult>
  | 'all'
  | undefined
  | (() => Array<keyof InfiniteQueryObserverResult> | 'all' | undefined)

export interface QueryOptions<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
  TPageParam = never,
> {
  /**
   * How often a failed fetch is repeated; 3 by default, 0 on a server. An error with `retryable: false` (as
   * `HttpError` has for most 4xx) is not repeated, unless this is a function that says so.
   */
  retry?: RetryValue<TError>
  /**
   * How long before each, in ms; by default a second, doubled each time, up to thirty. Where the error has a
   * `retryAfter` (in ms, as `HttpError` takes it from the server's `Retry-After`), at least that long; where
   * that is more than five minutes, the fetch fails instead, unless `retry` is `true` or a function that says so.
   */
  retryDelay?: RetryDelayValue<TError>
  /**
   * Up to this part of each delay is added to it, by chance, so that what failed together does not come back
   * together; `true` is a half. Drawn from the client's `seed`. None by default.
   */
  retryJitter?: boolean | number
  /**
   * How long an attempt may take, in ms. Then its `signal` is aborted, and it has failed with a `TimeoutError`,
   * which is repeated like any other failure. For ever by default, and where it is not above zero.
   */
  timeout?: number
  networkMode?: NetworkMode
  /** How long it is kept when nobody looks at it, in ms; five minutes by default. */
  gcTime?: number
  queryFn?: QueryFunction<TQueryFnData, TQueryKey, TPageParam> | SkipToken
  persister?: QueryPersister<TQueryFnData, NoInfer<TQueryKey>, TPageParam>
  queryHash?: string
  queryKey?: TQueryKey
  queryKeyHashFn?: QueryKeyHashFunction<TQueryKey>
  initialData?: TData | InitialDataFunction<TData>
  initialDataUpdatedAt?: number | (() => number | undefined)
  behavior?: QueryBehavior<TQueryFnData, TError, TData, TQueryKey>
  /** Whether data that is equal to before keeps its identity; or a function that sees to it. */
  structuralSharing?: boolean | ((oldData: unknown | undefined, newData: unknown) => unknown)
  _defaulted?: boolean
  _type?: 'infinite'
  meta?: QueryMeta
  /** How many pages an infinite query keeps. */
  maxPages?: number
}

export type ThrowOnError<TQueryFnData, TError, TQueryData, TQueryKey extends QueryKey> =
  | boolean
  | ((error: TError, query: Query<TQueryFnData, TError, TQueryData, TQueryKey>) => boolean)

export interface QueryObserverOptions<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
  TPageParam = never,
> extends WithRequired<QueryOptions<TQueryFnData, TError, TQueryData, TQueryKey, TPageParam>, 'queryKey'> {
  enabled?: QueryBooleanOption<TQueryFnData, TError, TQueryData, TQueryKey>
  staleTime?: StaleTimeFunction<TQueryFnData, TError, TQueryData, TQueryKey>
  /** Fetches again so long after the query last changed, in ms. */
  refetchInterval?:
    | number
    | false
    | ((query: Query<TQueryFnData, TError, TQueryData, TQueryKey>) => number | false | undefined)
  refetchIntervalInBackground?: boolean
  refetchOnWindowFocus?: RefetchOn<TQueryFnData, TError, TQueryData, TQueryKey>
  refetchOnReconnect?: RefetchOn<TQueryFnData, TError, TQueryData, TQueryKey>
  refetchOnMount?: RefetchOn<TQueryFnData, TError, TQueryData, TQueryKey>
  retryOnMount?: QueryBooleanOption<TQueryFnData, TError, TQueryData, TQueryKey>
  notifyOnChangeProps?: NotifyOnChangeProps
  throwOnError?: ThrowOnError<TQueryFnData, TError, TQueryData, TQueryKey>
  select?: (data: TQueryData) => TData
  suspense?: boolean
  placeholderData?:
    | NonFunctionGuard<TQueryData>
    | PlaceholderDataFunction<NonFunctionGuard<TQueryData>, TError, NonFunctionGuard<TQueryData>, TQueryKey>
  _optimisticResults?: 'optimistic' | 'isRestoring'
}

type Defaulted = 'throwOnError' | 'refetchOnReconnect' | 'queryHash'
export type DefaultedQueryObserverOptions<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
> = WithRequired<QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>, Defaulted>

export interface InfiniteQueryObserverOptions<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
  TPageParam = unknown,
>
  extends
    QueryObserverOptions<
      TQueryFnData,
      TError,
      TData,
      InfiniteData<TQueryFnData, TPageParam>,
      TQueryKey,
      TPageParam
    >,
    InfiniteQueryPageParamsOptions<TQueryFnData, TPageParam> {}
export type DefaultedInfiniteQueryObserverOptions<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
  TPageParam = unknown,
> = WithRequired<InfiniteQueryObserverOptions<TQueryFnData, TError, TData, TQueryKey, TPageParam>, Defaulted>

export interface FetchQueryOptions<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
  TPageParam = never,
> extends WithRequired<QueryOptions<TQueryFnData, TError, TData, TQueryKey, TPageParam>, 'queryKey'> {
  initialPageParam?: never
  staleTime?: StaleTimeFunction<TQueryFnData, TError, TData, TQueryKey>
}
export interface QueryExecuteOptions<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
  TPageParam = never,
> extends FetchQueryOptions<TQueryFnData, TError, TQueryData, TQueryKey, TPageParam> {
  select?: (data: TQueryData) => TData
}
export interface EnsureQueryDataOptions<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
  TPageParam = never,
> extends FetchQueryOptions<TQueryFnData, TError, TData, TQueryKey, TPageParam> {
  /** Fetches in the background where the data is stale. */
  revalidateIfStale?: boolean
}

/** How many pages to fetch at once, for which it must be known how to go on. */
type InfiniteQueryPages<TQueryFnData = unknown, TPageParam = unknown> =
  | { pages?: never }
  | { pages: number; getNextPageParam: GetNextPageParamFunction<TPageParam, TQueryFnData> }
type Infinite<TOptions, TQueryFnData, TPageParam> = Omit<TOptions, 'initialPageParam'> &
  InitialPageParam<TPageParam> &
  InfiniteQueryPages<TQueryFnData, TPageParam>

export type FetchInfiniteQueryOptions<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
  TPageParam = unknown,
> = Infinite<
  FetchQueryOptions<TQueryFnData, TError, InfiniteData<TData, TPageParam>, TQueryKey, TPageParam>,
  TQueryFnData,
  TPageParam
>
export type InfiniteQueryExecuteOptions<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = InfiniteData<TQueryFnData>,
  TQueryKey extends QueryKey = QueryKey,
  TPageParam = unknown,
> = Infinite<
  QueryExecuteOptions<TQueryFnData, TError, TData, InfiniteData<TQueryFnData, TPageParam>, TQueryKey, TPageParam>,
  TQueryFnData,
  TPageParam
>
export type EnsureInfiniteQueryDataOptions<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
  TPageParam = unknown,
> = FetchInfiniteQueryOptions<TQueryFnData, TError, TData, TQueryKey, TPageParam> & { revalidateIfStale?: boolean }

export interface ResultOptions {
  /** Reject where the fetch fails, instead of leaving it to the result. */
  throwOnError?: boolean
}
export interface RefetchOptions extends ResultOptions {
  /** Replace a fetch that is on its way; `true` by default. */
  cancelRefetch?: boolean
}
export interface InvalidateOptions extends RefetchOptions {}
export interface ResetOptions extends RefetchOptions {}
export interface FetchNextPageOptions extends RefetchOptions {}
export interface FetchPreviousPageOptions extends RefetchOptions {}

export interface InvalidateQueryFilters<TQueryKey extends QueryKey = QueryKey> extends QueryFilters<TQueryKey> {
  /** Which of them are fetched; those that are looked at by default. */
  refetchType?: QueryTypeFilter | 'none'
}
export interface RefetchQueryFilters<TQueryKey extends QueryKey = QueryKey> extends QueryFilters<TQueryKey> {}

export interface CancelOptions {
  /** Go back to the state before the fetch. */
  revert?: boolean
  /** Tell nobody. */
  silent?: boolean
}
export interface SetDataOptions {
  /** When the data was current, in ms since the epoch; now, by default. */
  updatedAt?: number
}

export interface DefaultOptions<TError = DefaultError> {
  queries?: OmitKeyof<QueryObserverOptions<unknown, TError>, 'suspense' | 'queryKey'>
  mutations?: MutationObserverOptions<unknown, TError, unknown, unknown>
  hydrate?: HydrateOptions['defaultOptions']
  dehydrate?: DehydrateOptions
}
export interface QueryClientConfig extends CacheLimits {
  queryCache?: QueryCache
  mutationCache?: MutationCache
  defaultOptions?: DefaultOptions
  /** What is left to chance (`retryJitter`) is drawn from this number: the same seed, the same delays. */
  seed?: number
  /**
   * Origins that keep failing are left alone for a while: fetches from them fail at once with a
   * `CircuitOpenError`. `true` takes the defaults. None by default.
   */
  breaker?: boolean | BreakerConfig
}

export type NotifyEventType =
  | 'added'
  | 'removed'
  | 'updated'
  | 'observerAdded'
  | 'observerRemoved'
  | 'observerResultsUpdated'
  | 'observerOptionsUpdated'
export interface NotifyEvent {
  type: NotifyEventType
}
