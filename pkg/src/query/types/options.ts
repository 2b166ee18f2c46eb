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
/** A stale time, or a function of the query that gives it. */
export type StaleTimeFunction<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
> = StaleTime | ((query: Query<TQueryFnData, TError, TData, TQueryKey>) => StaleTime)

/** A boolean, or a function of the query that gives it. */
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
      /** The client that fetches. */
      client: QueryClient
      /** The key of the query. */
      queryKey: TQueryKey
      /** Read it, and the fetch is cancelled when nobody needs it any more. */
      signal: AbortSignal
      /** The option `meta` of the query. */
      meta: QueryMeta | undefined
      /** Which page to fetch; of an infinite query only. */
      pageParam?: unknown
      /** Which way the query grows; of an infinite query only. */
      direction?: unknown
    }
  : {
      /** The client that fetches. */
      client: QueryClient
      /** The key of the query. */
      queryKey: TQueryKey
      /** Read it, and the fetch is cancelled when nobody needs it any more. */
      signal: AbortSignal
      /** Which page to fetch: `initialPageParam`, or what `getNextPageParam` or `getPreviousPageParam` gave. */
      pageParam: TPageParam
      /** Which way the query grows: `'forward'`, also where all pages are fetched, or `'backward'`. */
      direction: FetchDirection
      /** The option `meta` of the query. */
      meta: QueryMeta | undefined
    }

/** Fetches what a key stands for: gives data, or a promise for it, and throws or rejects where it fails. */
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

/** Makes a string of a key: keys of the same string are one query. */
export type QueryKeyHashFunction<TQueryKey extends QueryKey> = (queryKey: TQueryKey) => string
/** Gives the data to begin with, or `undefined` for none. Called when the query is made. */
export type InitialDataFunction<T> = () => T | undefined
type NonFunctionGuard<T> = T extends Function ? never : T
/** Gives what to show while there is no data, of what was shown last; `undefined` for nothing. */
export type PlaceholderDataFunction<
  TQueryFnData = unknown,
  TError = DefaultError,
  TQueryData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
> = (
  previousData: TQueryData | undefined,
  previousQuery: Query<TQueryFnData, TError, TQueryData, TQueryKey> | undefined,
) => TQueryData | undefined
/** As `PlaceholderDataFunction`, in a list of queries, where nothing was shown before. */
export type QueriesPlaceholderDataFunction<TQueryData> = (
  previousData: undefined,
  previousQuery: undefined,
) => TQueryData | undefined

/** Gives the param of the page after the last; `undefined` or `null` where there is none. */
export type GetNextPageParamFunction<TPageParam, TQueryFnData = unknown> = (
  lastPage: TQueryFnData,
  allPages: Array<TQueryFnData>,
  lastPageParam: TPageParam,
  allPageParams: Array<TPageParam>,
) => TPageParam | undefined | null
/** Gives the param of the page before the first; `undefined` or `null` where there is none. */
export type GetPreviousPageParamFunction<TPageParam, TQueryFnData = unknown> = (
  firstPage: TQueryFnData,
  allPages: Array<TQueryFnData>,
  firstPageParam: TPageParam,
  allPageParams: Array<TPageParam>,
) => TPageParam | undefined | null

/** The data of an infinite query. */
export interface InfiniteData<TData, TPageParam = unknown> {
  /** The pages, first to last. */
  pages: Array<TData>
  /** For each page, the param that it was fetched with. */
  pageParams: Array<TPageParam>
}
/** Where an infinite query begins. */
export interface InitialPageParam<TPageParam = unknown> {
  /** The param of the page that is fetched first. */
  initialPageParam: TPageParam
}
/** How an infinite query goes from page to page. */
export interface InfiniteQueryPageParamsOptions<
  TQueryFnData = unknown,
  TPageParam = unknown,
> extends InitialPageParam<TPageParam> {
  /**
   * Of the first page, the param of the one before; `undefined` or `null` where there is none. Without the option,
   * there never is.
   */
  getPreviousPageParam?: GetPreviousPageParamFunction<TPageParam, TQueryFnData>
  /** Of the last page, the param of the one after; `undefined` or `null` where there is none. */
  getNextPageParam: GetNextPageParamFunction<TPageParam, TQueryFnData>
}

/** Of which fields a change is told: a list, `'all'`, or a function that gives either. */
export type NotifyOnChangeProps =
  | Array<keyof InfiniteQueryObserverResult>
  | 'all'
  | undefined
  | (() => Array<keyof InfiniteQueryObserverResult> | 'all' | undefined)

/** How a query is fetched and kept. */
export interface QueryOptions<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
  TPageParam = never,
> {
  /**
   * How often a failed fetch is repeated: a number, `true` for ever, `false` never, or a function of how many attempts
   * failed before this one and of the error. 3 by default, 0 on a server and for `fetchQuery` and its like. An error
   * with `retryable: false` (as `HttpError` has for most 4xx) is not repeated, unless this is a function that says so.
   */
  retry?: RetryValue<TError>
  /**
   * How long before each repetition, in ms, or a function that gives it; by default a second, doubled each time, up to
   * thirty. Where the error has a `retryAfter` (in ms, as `HttpError` takes it from the server's `Retry-After`), at
   * least that long; where that is more than five minutes, the fetch fails instead, unless `retry` is `true` or a
   * function that says so.
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
  /**
   * What needs the network: `'online'`, each attempt, which waits for it; `'offlineFirst'`, only repetitions;
   * `'always'`, nothing. `'online'` by default, and with a `persister` `'offlineFirst'`.
   */
  networkMode?: NetworkMode
  /**
   * How long the query is kept when nobody looks at it, in ms; the longest that anyone asked for counts. Five minutes
   * by default, for ever on a server.
   */
  gcTime?: number
  /**
   * What fetches the data; `skipToken` where there is nothing to fetch yet. Without one that of the defaults is used,
   * and where there is none the fetch fails.
   */
  queryFn?: QueryFunction<TQueryFnData, TQueryKey, TPageParam> | SkipToken
  /** Stands between the query and its function, to store what that gives and give what is stored. None by default. */
  persister?: QueryPersister<TQueryFnData, NoInfer<TQueryKey>, TPageParam>
  /** What names the query in the cache; by default, what `queryKeyHashFn` makes of the key. */
  queryHash?: string
  /** What the data is known by: a list of values. Queries of equal keys are one. */
  queryKey?: TQueryKey
  /** Makes a string of the key, for keys that the usual one cannot tell apart; by default `hashKey`. */
  queryKeyHashFn?: QueryKeyHashFunction<TQueryKey>
  /**
   * Data that the query begins with, as if it had been fetched; stale at once where there is no `staleTime`. None by
   * default.
   */
  initialData?: TData | InitialDataFunction<TData>
  /** When the initial data was current, in ms since the epoch; now, by default. */
  initialDataUpdatedAt?: number | (() => number | undefined)
  /** Changes how the query is fetched. Infinite queries have their own. None by default. */
  behavior?: QueryBehavior<TQueryFnData, TError, TData, TQueryKey>
  /**
   * Whether what is equal to before keeps its identity when new data comes; or a function of the old data and the new
   * that gives what is stored. `true` by default.
   */
  structuralSharing?: boolean | ((oldData: unknown | undefined, newData: unknown) => unknown)
  /** Whether all defaults are in the options already; for adapters. */
  _defaulted?: boolean
  /** Whether the query grows page by page; set by what makes such queries. */
  _type?: 'infinite'
  /** Whatever else is to be known of the query: its function, its persister and the callbacks of the cache see it. */
  meta?: QueryMeta
  /**
   * How many pages an infinite query keeps: where one more is fetched, the one at the other end goes. By default, or
   * where it is 0, all.
   */
  maxPages?: number
}

/** Whether an error is thrown to the nearest error boundary. */
export type ThrowOnError<TQueryFnData, TError, TQueryData, TQueryKey extends QueryKey> =
  | boolean
  | ((error: TError, query: Query<TQueryFnData, TError, TQueryData, TQueryKey>) => boolean)

/** How an observer looks at a query, and when it has it fetched. */
export interface QueryObserverOptions<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
  TPageParam = never,
> extends WithRequired<QueryOptions<TQueryFnData, TError, TQueryData, TQueryKey, TPageParam>, 'queryKey'> {
  /** Whether the query is fetched of its own accord, and not by `refetch` alone. `true` by default. */
  enabled?: QueryBooleanOption<TQueryFnData, TError, TQueryData, TQueryKey>
  /**
   * How long data is fresh, in ms; `Infinity` until it is invalidated, `'static'` even then. 0 by default: stale at
   * once. Stale data is shown, and fetched again on the next occasion.
   */
  staleTime?: StaleTimeFunction<TQueryFnData, TError, TQueryData, TQueryKey>
  /**
   * Fetches again so long after the query last changed, in ms, or what a function of the query gives; `false`, the
   * default, is never.
   */
  refetchInterval?:
    | number
    | false
    | ((query: Query<TQueryFnData, TError, TQueryData, TQueryKey>) => number | false | undefined)
  /** Whether the interval goes on while the page is not looked at. `false` by default. */
  refetchIntervalInBackground?: boolean
  /**
   * Whether stale data is fetched when the page comes to the front; `'always'`, also what is fresh. `true` by default.
   */
  refetchOnWindowFocus?: RefetchOn<TQueryFnData, TError, TQueryData, TQueryKey>
  /**
   * Whether stale data is fetched when the network comes back; `'always'`, also what is fresh. `true` by default, and
   * `false` where `networkMode` is `'always'`.
   */
  refetchOnReconnect?: RefetchOn<TQueryFnData, TError, TQueryData, TQueryKey>
  /**
   * Whether stale data is fetched when an observer begins to look; `'always'`, also what is fresh. `true` by default.
   */
  refetchOnMount?: RefetchOn<TQueryFnData, TError, TQueryData, TQueryKey>
  /**
   * Whether a query that failed without ever having data is fetched when an observer begins to look. `true` by default.
   */
  retryOnMount?: QueryBooleanOption<TQueryFnData, TError, TQueryData, TQueryKey>
  /**
   * Of which fields a change is told: a list of names, `'all'`, or a function that gives either. By default those that
   * were read from a tracked result; where none was, all.
   */
  notifyOnChangeProps?: NotifyOnChangeProps
  /**
   * Whether an error is thrown to the nearest error boundary, or a function of the error and the query that says so.
   * `false` by default.
   */
  throwOnError?: ThrowOnError<TQueryFnData, TError, TQueryData, TQueryKey>
  /**
   * Makes of the data what the observer shows. Called anew when the data or the function is another; what is equal
   * keeps its identity. An error in it is the observer's. Without it, the data is shown.
   */
  select?: (data: TQueryData) => TData
  /** Whether a component that looks at it is suspended until there is data; set by adapters. */
  suspense?: boolean
  /**
   * What is shown while there is no data, or a function of what was shown last that gives it, such as
   * `keepPreviousData`. It is not stored. None by default.
   */
  placeholderData?:
    | NonFunctionGuard<TQueryData>
    | PlaceholderDataFunction<NonFunctionGuard<TQueryData>, TError, NonFunctionGuard<TQueryData>, TQueryKey>
  /** Whether a result shows a fetch that is about to begin; for adapters. */
  _optimisticResults?: 'optimistic' | 'isRestoring'
}

type Defaulted = 'throwOnError' | 'refetchOnReconnect' | 'queryHash'
/** Options of an observer with all defaults in them. */
export type DefaultedQueryObserverOptions<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
> = WithRequired<QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>, Defaulted>

/** How an observer looks at an infinite query. */
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
/** Options of an observer of an infinite query with all defaults in them. */
export type DefaultedInfiniteQueryObserverOptions<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
  TPageParam = unknown,
> = WithRequired<InfiniteQueryObserverOptions<TQueryFnData, TError, TData, TQueryKey, TPageParam>, Defaulted>

/** How `fetchQuery` and `prefetchQuery` fetch. */
export interface FetchQueryOptions<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
  TPageParam = never,
> extends WithRequired<QueryOptions<TQueryFnData, TError, TData, TQueryKey, TPageParam>, 'queryKey'> {
  /** Only infinite queries have it. */
  initialPageParam?: never
  /** Data younger than this is taken from the cache, in ms; 0 by default: it is always fetched. */
  staleTime?: StaleTimeFunction<TQueryFnData, TError, TData, TQueryKey>
}
/** How `query` fetches. */
export interface QueryExecuteOptions<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
  TPageParam = never,
> extends FetchQueryOptions<TQueryFnData, TError, TQueryData, TQueryKey, TPageParam> {
  /** Makes of the data what the promise gives. */
  select?: (data: TQueryData) => TData
}
/** How `ensureQueryData` fetches. */
export interface EnsureQueryDataOptions<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
  TPageParam = never,
> extends FetchQueryOptions<TQueryFnData, TError, TData, TQueryKey, TPageParam> {
  /** Whether data that is stale is fetched in the background, while that is given. `false` by default. */
  revalidateIfStale?: boolean
}

/** How many pages to fetch at once, for which it must be known how to go on. */
type InfiniteQueryPages<TQueryFnData = unknown, TPageParam = unknown> =
  | {
      /** How many pages to fetch; by default as many as there are, at least one. */
      pages?: never
    }
  | {
      /** How many pages to fetch; by default as many as there are, at least one. */
      pages: number
      /** Of the last page, the param of the one after; `undefined` or `null` where there is none. */
      getNextPageParam: GetNextPageParamFunction<TPageParam, TQueryFnData>
    }
type Infinite<TOptions, TQueryFnData, TPageParam> = Omit<TOptions, 'initialPageParam'> &
  InitialPageParam<TPageParam> &
  InfiniteQueryPages<TQueryFnData, TPageParam>

/** How `fetchInfiniteQuery` and `prefetchInfiniteQuery` fetch. */
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
/** How `infiniteQuery` fetches. */
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
/** How `ensureInfiniteQueryData` fetches. */
export type EnsureInfiniteQueryDataOptions<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
  TPageParam = unknown,
> = FetchInfiniteQueryOptions<TQueryFnData, TError, TData, TQueryKey, TPageParam> & {
  /** Whether data that is stale is fetched in the background, while that is given. `false` by default. */
  revalidateIfStale?: boolean
}

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

/** Which queries are invalidated, and which of them are fetched. */
export interface InvalidateQueryFilters<TQueryKey extends QueryKey = QueryKey> extends QueryFilters<TQueryKey> {
  /** Which of them are fetched; by default what `type` says, or else `'active'`: those that are looked at. */
  refetchType?: QueryTypeFilter | 'none'
}
/** Which queries are fetched again. */
export interface RefetchQueryFilters<TQueryKey extends QueryKey = QueryKey> extends QueryFilters<TQueryKey> {}

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

/** What holds where options say nothing. */
export interface DefaultOptions<TError = DefaultError> {
  /** For queries and their observers. */
  queries?: OmitKeyof<QueryObserverOptions<unknown, TError>, 'suspense' | 'queryKey'>
  /** For mutations. */
  mutations?: MutationObserverOptions<unknown, TError, unknown, unknown>
  /** For `hydrate`. */
  hydrate?: HydrateOptions['defaultOptions']
  /** For `dehydrate`. */
  dehydrate?: DehydrateOptions
}
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
