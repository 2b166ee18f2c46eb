// The client, its caches, queries, mutations and observers as interfaces, and the options whose callbacks receive them. They
// refer to one another in circles, so they share this file; nothing in `types/` imports a class.
import type {
  DefaultError,
  InferDataFromTag,
  InferErrorFromTag,
  MutationKey,
  MutationMeta,
  OmitKeyof,
  QueryKey,
  QueryMeta,
  WithRequired,
} from './keys.js'
import type {
  CacheLimits,
  CancelOptions,
  InvalidateOptions,
  MutationScope,
  NetworkMode,
  QueryTypeFilter,
  RefetchOptions,
  ResetOptions,
  RetryDelayValue,
  RetryValue,
  SetDataOptions,
  SkipToken,
  StaleTime,
  Updater,
} from './options.js'
import type {
  InfiniteData,
  InfiniteQueryPageParamsOptions,
  InfiniteQueryPages,
  InitialPageParam,
} from './pages.js'
import type { InfiniteQueryObserverResult, QueryObserverResult } from './results.js'
import type {
  FetchDirection,
  FetchOptions,
  FetchStatus,
  MutationAction,
  MutationState,
  MutationStatus,
  QueryAction,
  QueryState,
} from './state.js'
import type { BreakerInfo, QueryStats } from './stats.js'

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

/** What a behaviour may change about a fetch before it begins. */
export interface FetchContext<TQueryFnData, TError, TData, TQueryKey extends QueryKey = QueryKey> {
  fetchFn: () => unknown | Promise<unknown>
  fetchOptions?: FetchOptions
  signal: AbortSignal
  options: QueryOptions<TQueryFnData, TError, TData, any>
  client: QueryClient
  queryKey: TQueryKey
  state: QueryState<TData, TError>
}

/** Changes how a query is fetched. */
export interface QueryBehavior<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
> {
  onFetch: (context: FetchContext<TQueryFnData, TError, TData, TQueryKey>, query: Query) => void
}

type DropLast<T extends readonly unknown[]> = T extends readonly [...infer R, unknown] ? readonly [...R] : never
type TuplePrefixes<T extends readonly unknown[]> = T extends readonly []
  ? readonly []
  : TuplePrefixes<DropLast<T>> | T

/** Which queries are meant. What is left out matches all. */
export interface QueryFilters<TQueryKey extends QueryKey = QueryKey> {
  /** Those that somebody looks at, `'active'`, those that nobody does, `'inactive'`, or all, the default. */
  type?: QueryTypeFilter
  /** Whether `queryKey` is the key as a whole, not its beginning. `false` by default, and in `find` `true`. */
  exact?: boolean
  /** Only those for which this says yes. */
  predicate?: (query: Query) => boolean
  /** The beginning of the key. */
  queryKey?: TQueryKey | TuplePrefixes<TQueryKey>
  /** Those whose data is stale, `true`, or is not, `false`. */
  stale?: boolean
  /** Those that are being fetched, that wait for the network, or of which nothing is going on. */
  fetchStatus?: FetchStatus
}

/** Which mutations are meant. What is left out matches all. */
export interface MutationFilters<
  TData = unknown,
  TError = Error,
  TVariables = unknown,
  TOnMutateResult = unknown,
> {
  /** Whether `mutationKey` is the key as a whole, not its beginning. `false` by default, and in `find` `true`. */
  exact?: boolean
  /** Only those for which this says yes. */
  predicate?: (mutation: Mutation<TData, TError, TVariables, TOnMutateResult>) => boolean
  /** The beginning of the key. */
  mutationKey?: TuplePrefixes<MutationKey>
  /** Those that have not begun, run or wait, are done, or failed. */
  status?: MutationStatus
}

/** Which queries are invalidated, and which of them are fetched. */
export interface InvalidateQueryFilters<TQueryKey extends QueryKey = QueryKey> extends QueryFilters<TQueryKey> {
  /** Which of them are fetched; by default what `type` says, or else `'active'`: those that are looked at. */
  refetchType?: QueryTypeFilter | 'none'
}
/** Which queries are fetched again. */
export interface RefetchQueryFilters<TQueryKey extends QueryKey = QueryKey> extends QueryFilters<TQueryKey> {}

/** What mutation functions and callbacks are given. */
export type MutationFunctionContext = {
  /** The client that the mutation is of. */
  client: QueryClient
  /** The option `meta` of the mutation. */
  meta: MutationMeta | undefined
  /** The key of the mutation, where it has one. */
  mutationKey?: MutationKey
}
/** Changes something, by what it is given; the promise rejects where it fails. */
export type MutationFunction<TData = unknown, TVariables = unknown> = (
  variables: TVariables,
  context: MutationFunctionContext,
) => Promise<TData>

/** How a mutation runs, and whom it calls. */
export interface MutationOptions<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> {
  /** What runs; without it, and without a default, the mutation fails. */
  mutationFn?: MutationFunction<TData, TVariables>
  /** What the mutation is found by, and its defaults. None by default. */
  mutationKey?: MutationKey
  /** Before the function: the place to write what is expected. What it returns the other callbacks are given. */
  onMutate?: (
    variables: TVariables,
    context: MutationFunctionContext,
  ) => Promise<TOnMutateResult> | TOnMutateResult
  /** When it succeeded; awaited. What it throws makes the mutation fail. */
  onSuccess?: (
    data: TData,
    variables: TVariables,
    onMutateResult: TOnMutateResult,
    context: MutationFunctionContext,
  ) => Promise<unknown> | unknown
  /** When it failed for good: the place to write back what was there before; awaited. */
  onError?: (
    error: TError,
    variables: TVariables,
    onMutateResult: TOnMutateResult | undefined,
    context: MutationFunctionContext,
  ) => Promise<unknown> | unknown
  /** After either, with what there is of data and error; awaited. */
  onSettled?: (
    data: TData | undefined,
    error: TError | null,
    variables: TVariables,
    onMutateResult: TOnMutateResult | undefined,
    context: MutationFunctionContext,
  ) => Promise<unknown> | unknown
  /**
   * How often a failure is repeated: a number, `true` for ever, `false` never, or a function of how many attempts
   * failed before this one and of the error. Never, by default.
   */
  retry?: RetryValue<TError>
  /**
   * How long before each repetition, in ms, or a function that gives it; by default a second, doubled each time, up to
   * thirty.
   */
  retryDelay?: RetryDelayValue<TError>
  /** Up to this part of each delay is added to it, by chance; `true` is a half. None by default. */
  retryJitter?: boolean | number
  /**
   * What needs the network: `'online'`, each attempt, which waits for it; `'offlineFirst'`, only repetitions;
   * `'always'`, nothing. `'online'` by default.
   */
  networkMode?: NetworkMode
  /** How long the mutation is kept once it is over and nobody looks at it, in ms; five minutes by default. */
  gcTime?: number
  /** Whether all defaults are in the options already; for adapters. */
  _defaulted?: boolean
  /** Whatever else is to be known of the mutation: its function and all callbacks see it. */
  meta?: MutationMeta
  /** Mutations of one scope run one after the other. None by default: it runs beside all others. */
  scope?: MutationScope
}

/** How an observer makes mutations. */
export interface MutationObserverOptions<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> extends MutationOptions<TData, TError, TVariables, TOnMutateResult> {
  /**
   * Whether an error is thrown to the nearest error boundary, or a function of the error that says so. `false` by
   * default.
   */
  throwOnError?: boolean | ((error: TError) => boolean)
}

/** Callbacks of one call of `mutate`, which run while somebody listens. */
export interface MutateOptions<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> {
  /** When this call succeeded, after the mutation's own `onSuccess`. */
  onSuccess?: (
    data: TData,
    variables: TVariables,
    onMutateResult: TOnMutateResult | undefined,
    context: MutationFunctionContext,
  ) => void
  /** When this call failed for good, after the mutation's own `onError`. */
  onError?: (
    error: TError,
    variables: TVariables,
    onMutateResult: TOnMutateResult | undefined,
    context: MutationFunctionContext,
  ) => void
  /** After either. */
  onSettled?: (
    data: TData | undefined,
    error: TError | null,
    variables: TVariables,
    onMutateResult: TOnMutateResult | undefined,
    context: MutationFunctionContext,
  ) => void
}
/** The arguments of `mutate`: the variables may be left out where they may be undefined. */
export type MutateFunctionRest<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> = undefined extends TVariables
  ? [variables?: TVariables, options?: MutateOptions<TData, TError, TVariables, TOnMutateResult>]
  : [variables: TVariables, options?: MutateOptions<TData, TError, TVariables, TOnMutateResult>]
/** Runs a mutation; the promise gives its data, or rejects. */
export type MutateFunction<TData = unknown, TError = DefaultError, TVariables = void, TOnMutateResult = unknown> = (
  ...rest: MutateFunctionRest<TData, TError, TVariables, TOnMutateResult>
) => Promise<TData>

/** What an observer sees of its last mutation. */
export interface MutationObserverBaseResult<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> extends MutationState<TData, TError, TVariables, TOnMutateResult> {
  /** It failed: `status` is `'error'`. */
  isError: boolean
  /** None was made yet, or it was reset: `status` is `'idle'`. */
  isIdle: boolean
  /** It runs or waits: `status` is `'pending'`. */
  isPending: boolean
  /** It succeeded: `status` is `'success'`. */
  isSuccess: boolean
  /** Runs another mutation. */
  mutate: MutateFunction<TData, TError, TVariables, TOnMutateResult>
  /** Looks away, as if none had been made. */
  reset: () => void
}

// What each kind of result says for certain.
interface Idle {
  data: undefined
  variables: undefined
  error: null
  isError: false
  isIdle: true
  isPending: false
  isSuccess: false
  status: 'idle'
}
interface Loading<TVariables> {
  data: undefined
  variables: TVariables
  error: null
  isError: false
  isIdle: false
  isPending: true
  isSuccess: false
  status: 'pending'
}
interface Failed<TError, TVariables> {
  data: undefined
  error: TError
  variables: TVariables
  isError: true
  isIdle: false
  isPending: false
  isSuccess: false
  status: 'error'
}
interface Success<TData, TVariables> {
  data: TData
  error: null
  variables: TVariables
  isError: false
  isIdle: false
  isPending: false
  isSuccess: true
  status: 'success'
}
/** A result of which some is known for certain. Made member by member, so that each keeps its comment. */
type Base<TData, TError, TVariables, TOnMutateResult, TKnown> = {
  [TName in keyof MutationObserverBaseResult<TData, TError, TVariables, TOnMutateResult>]: TName extends keyof TKnown
    ? TKnown[TName]
    : MutationObserverBaseResult<TData, TError, TVariables, TOnMutateResult>[TName]
}

/** None was made yet. */
export interface MutationObserverIdleResult<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> extends Base<TData, TError, TVariables, TOnMutateResult, Idle> {}
/** It runs or waits. */
export interface MutationObserverLoadingResult<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> extends Base<TData, TError, TVariables, TOnMutateResult, Loading<TVariables>> {}
/** It failed. */
export interface MutationObserverErrorResult<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> extends Base<TData, TError, TVariables, TOnMutateResult, Failed<TError, TVariables>> {}
/** It succeeded. */
export interface MutationObserverSuccessResult<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> extends Base<TData, TError, TVariables, TOnMutateResult, Success<TData, TVariables>> {}
/** What an observer sees of its last mutation: `status` tells which kind it is. */
export type MutationObserverResult<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> =
  | MutationObserverIdleResult<TData, TError, TVariables, TOnMutateResult>
  | MutationObserverLoadingResult<TData, TError, TVariables, TOnMutateResult>
  | MutationObserverErrorResult<TData, TError, TVariables, TOnMutateResult>
  | MutationObserverSuccessResult<TData, TError, TVariables, TOnMutateResult>

/** How much a cache holds, and what is called for every query of it. */
export interface QueryCacheConfig extends CacheLimits {
  /** When a fetch failed for good. */
  onError?: (error: DefaultError, query: Query<unknown, unknown, unknown>) => void
  /** When a fetch succeeded. */
  onSuccess?: (data: unknown, query: Query<unknown, unknown, unknown>) => void
  /** After either, with what there is of data and error. */
  onSettled?: (
    data: unknown | undefined,
    error: DefaultError | null,
    query: Query<unknown, unknown, unknown>,
  ) => void
}

type AnyQuery = Query<any, any, any, any>
type AnyObserver = QueryObserver<any, any, any, any, any>

/** What a listener of the cache hears. */
export type QueryCacheNotifyEvent =
  | { type: 'added' | 'removed' | 'observerResultsUpdated'; query: AnyQuery }
  | { type: 'updated'; query: AnyQuery; action: QueryAction<any, any> }
  | { type: 'observerAdded' | 'observerRemoved' | 'observerOptionsUpdated'; query: AnyQuery; observer: AnyObserver }

type AnyMutation = Mutation<any, any, any, any>
type Unknown = Mutation<unknown, unknown, unknown>

/** What is called for every mutation of a cache, and awaited before the mutation's own. */
export interface MutationCacheConfig {
  /** When one failed for good. */
  onError?: (
    error: DefaultError,
    variables: unknown,
    onMutateResult: unknown,
    mutation: Unknown,
    context: MutationFunctionContext,
  ) => Promise<unknown> | unknown
  /** When one succeeded. What it throws makes the mutation fail. */
  onSuccess?: (
    data: unknown,
    variables: unknown,
    onMutateResult: unknown,
    mutation: Unknown,
    context: MutationFunctionContext,
  ) => Promise<unknown> | unknown
  /** Before its function runs. What it throws makes the mutation fail. */
  onMutate?: (
    variables: unknown,
    mutation: Unknown,
    context: MutationFunctionContext,
  ) => Promise<unknown> | unknown
  /** After either, with what there is of data and error. */
  onSettled?: (
    data: unknown | undefined,
    error: DefaultError | null,
    variables: unknown,
    onMutateResult: unknown,
    mutation: Unknown,
    context: MutationFunctionContext,
  ) => Promise<unknown> | unknown
}

/** What a listener of the cache hears. */
export type MutationCacheNotifyEvent =
  | { type: 'added' | 'removed'; mutation: AnyMutation }
  | { type: 'observerAdded' | 'observerRemoved'; mutation: AnyMutation; observer: MutationObserver<any, any, any> }
  | { type: 'observerOptionsUpdated'; mutation?: AnyMutation; observer: MutationObserver<any, any, any, any> }
  | { type: 'updated'; mutation: AnyMutation; action: MutationAction<any, any, any, any> }

type TransformerFn = (data: any) => any

/** What goes out, and how. */
export interface DehydrateOptions {
  /** Makes of data what can be sent. */
  serializeData?: TransformerFn
  /** Paused ones, by default. */
  shouldDehydrateMutation?: (mutation: Mutation) => boolean
  /** Those with data, by default. */
  shouldDehydrateQuery?: (query: Query) => boolean
  /** Whether an error is replaced by one that says nothing; `true` by default. */
  shouldRedactErrors?: (error: unknown) => boolean
}

/** What comes in, and how. */
export interface HydrateOptions {
  /** What holds for all that comes in. */
  defaultOptions?: {
    /** The other half of `serializeData`. */
    deserializeData?: TransformerFn
    /**
     * What becomes of mutations that were on their way when they were dehydrated: they may have reached the server, or
     * not. `'fail'`, the default: they fail with a `MutationInterruptedError`, and their callbacks hear of it.
     * `'resume'`: they count as paused, and `resumePausedMutations` runs them again.
     */
    interruptedMutations?: 'fail' | 'resume'
    /** For queries. */
    queries?: QueryOptions
    /** For mutations. */
    mutations?: MutationOptions<unknown, DefaultError, unknown, unknown>
  }
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

/** Something that listeners subscribe to. */
interface Subscribable<TListener extends (...args: any[]) => void> {
  /** Adds a listener. The returned function removes it. */
  subscribe(listener: TListener): () => void
  /** Whether there is any listener. */
  hasListeners(): boolean
}

/** One query of the cache: its key, its options, its state and its observers. */
export interface Query<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
> {
  /** The array that names the query. */
  queryKey: TQueryKey
  /** The key as a string. */
  queryHash: string
  /** The options of whoever used the query last, over the defaults. */
  options: QueryOptions<TQueryFnData, TError, TData, TQueryKey>
  /** Data, error and status. */
  state: QueryState<TData, TError>
  /** Who observes the query now. */
  observers: QueryObserver<any, any, any, any, any>[]
  /** How long the query is kept without an observer, in ms. */
  gcTime: number
  /** The option `meta`. */
  readonly meta: QueryMeta | undefined
  /** `'infinite'` for an infinite query. */
  readonly queryType: 'infinite' | undefined
  /** The promise of the current fetch. */
  readonly promise: Promise<TData> | undefined
  /** The state that the query began with, and that `reset` restores. */
  readonly resetState: QueryState<TData, TError>
  /** Sets the options, over the defaults of the key. Initial data is taken while the query has no data. */
  setOptions(options?: QueryOptions<TQueryFnData, TError, TData, TQueryKey>): void
  /** Stores data, through structural sharing. Returns what was stored. */
  setData(newData: TData, options?: SetDataOptions & { manual: boolean }): TData
  /** Overwrites parts of the state. */
  setState(state: Partial<QueryState<TData, TError>>): void
  /** Cancels the current fetch. The promise resolves when it has ended. */
  cancel(options?: CancelOptions): Promise<void>
  /** Cancels the current fetch silently. */
  destroy(): void
  /** Cancels the current fetch and restores `resetState`. */
  reset(): void
  /** Whether any observer is enabled. */
  isActive(): boolean
  /** Whether the query is only fetched on request. */
  isDisabled(): boolean
  /** Whether data was ever set or a fetch ever failed. */
  isFetched(): boolean
  /** Whether the data never turns stale for some observer. */
  isStatic(): boolean
  /** Whether the data is stale for some observer; without observers, whether it is missing or invalidated. */
  isStale(): boolean
  /** Whether the data is older than this, missing or invalidated. */
  isStaleByTime(staleTime?: StaleTime): boolean
  /** Refetches if an observer asks for it when the window gets focus, and continues a paused fetch. */
  onFocus(): void
  /** Refetches if an observer asks for it on reconnect, and continues a paused fetch. */
  onOnline(): void
  /** Adds an observer. */
  addObserver(observer: QueryObserver<any, any, any, any, any>): void
  /** Removes an observer. A fetch that nobody else needs is cancelled, if its function read the signal. */
  removeObserver(observer: QueryObserver<any, any, any, any, any>): void
  /** How many observers there are. */
  getObserversCount(): number
  /** Makes the data stale until a fetch that begins later succeeds. */
  invalidate(): void
  /** Fetches, or joins the current fetch. */
  fetch(
    options?: QueryOptions<TQueryFnData, TError, TData, TQueryKey>,
    fetchOptions?: FetchOptions<TQueryFnData>,
  ): Promise<TData>
}

/** Observes one query under its own options and notifies its listeners of changes. */
export interface QueryObserver<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
> extends Subscribable<(result: QueryObserverResult<TData, TError>) => void> {
  /** The options, over the client's defaults. */
  options: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>
  /** Whether a reconnect would refetch the query for this observer. */
  shouldFetchOnReconnect(): boolean
  /** Whether focus of the window would refetch the query for this observer. */
  shouldFetchOnWindowFocus(): boolean
  /** Stops observing and removes all listeners. */
  destroy(): void
  /** Sets the options, which may name another query. */
  setOptions(options: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>): void
  /** The result that these options would give. */
  getOptimisticResult(
    options: DefaultedQueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>,
  ): QueryObserverResult<TData, TError>
  /** The last result. */
  getCurrentResult(): QueryObserverResult<TData, TError>
  /** A result that tracks which fields are read. From then on, only changes of those notify. */
  trackResult(
    result: QueryObserverResult<TData, TError>,
    onPropTracked?: (key: keyof QueryObserverResult) => void,
  ): QueryObserverResult<TData, TError>
  /** Tracks one field, as if it had been read. */
  trackProp(key: keyof QueryObserverResult): void
  /** The observed query. */
  getCurrentQuery(): Query<TQueryFnData, TError, TQueryData, TQueryKey>
  /** Fetches the query, stale or not. */
  refetch(options?: RefetchOptions): Promise<QueryObserverResult<TData, TError>>
  /** Fetches under these options. The promise gives their result. */
  fetchOptimistic(
    options: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>,
  ): Promise<QueryObserverResult<TData, TError>>
  /** Computes the result anew and notifies the listeners if it changed. */
  updateResult(): void
  /** Called by the query when its state changed. */
  onQueryUpdate(): void
}

/** All queries, by the hash of their key. */
export interface QueryCache extends Subscribable<(event: QueryCacheNotifyEvent) => void> {
  /** The callbacks of the cache. */
  config: QueryCacheConfig
  /** The query of these options, which is created if there is none. */
  build<TQueryFnData = unknown, TError = DefaultError, TData = TQueryFnData, TQueryKey extends QueryKey = QueryKey>(
    client: QueryClient,
    options: WithRequired<QueryOptions<TQueryFnData, TError, TData, TQueryKey>, 'queryKey'>,
    state?: QueryState<TData, TError>,
  ): Query<TQueryFnData, TError, TData, TQueryKey>
  /** Adds a query, unless there is one of its hash. */
  add(query: Query<any, any, any, any>): void
  /** Removes a query, if it is the one of its hash. */
  remove(query: Query<any, any, any, any>): void
  /** Removes all queries. */
  clear(): void
  /** The query of this hash. */
  get<TQueryFnData = unknown, TError = DefaultError, TData = TQueryFnData, TQueryKey extends QueryKey = QueryKey>(
    queryHash: string,
  ): Query<TQueryFnData, TError, TData, TQueryKey> | undefined
  /** All queries. */
  getAll(): Query[]
  /** The first query that matches; `exact` is `true` by default. */
  find<TQueryFnData = unknown, TError = DefaultError, TData = TQueryFnData>(
    filters: WithRequired<QueryFilters, 'queryKey'>,
  ): Query<TQueryFnData, TError, TData> | undefined
  /** All queries that match. */
  findAll(filters?: QueryFilters<any>): Query[]
  /** Notifies the listeners of the cache. */
  notify(event: QueryCacheNotifyEvent): void
  /** Tells every query that the window got focus. */
  onFocus(): void
  /** Tells every query that the network is back. */
  onOnline(): void
  /** The circuit breaker of each known origin. */
  breakers(): BreakerInfo[]
  /** The figures of the cache so far. */
  stats(): QueryStats
}

/** One mutation: its state, its options and its observers. */
export interface Mutation<TData = unknown, TError = DefaultError, TVariables = unknown, TOnMutateResult = unknown> {
  /** Data, error and status. */
  state: MutationState<TData, TError, TVariables, TOnMutateResult>
  /** The options, over the defaults. */
  options: MutationOptions<TData, TError, TVariables, TOnMutateResult>
  /** Counts the mutations of the cache, from 1. */
  readonly mutationId: number
  /** How long the mutation is kept without an observer once it has settled, in ms. */
  gcTime: number
  /** The option `meta`. */
  readonly meta: MutationMeta | undefined
  /** Sets the options. */
  setOptions(options: MutationOptions<TData, TError, TVariables, TOnMutateResult>): void
  /** Stops the garbage collection timer until the last observer leaves again. */
  destroy(): void
  /** Adds an observer. */
  addObserver(observer: MutationObserver<any, any, any, any>): void
  /** Removes an observer. */
  removeObserver(observer: MutationObserver<any, any, any, any>): void
  /** Continues after a pause, or after hydration. A mutation that has settled stays as it is. */
  continue(): Promise<unknown>
  /** Runs the mutation and its callbacks. */
  execute(variables: TVariables): Promise<TData>
}

/** Creates mutations and observes the last one. */
export interface MutationObserver<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> extends Subscribable<(result: MutationObserverResult<TData, TError, TVariables, TOnMutateResult>) => void> {
  /** The options, over the client's defaults. */
  options: MutationObserverOptions<TData, TError, TVariables, TOnMutateResult>
  /** Sets the options. Another `mutationKey` resets the observer. */
  setOptions(options: MutationObserverOptions<TData, TError, TVariables, TOnMutateResult>): void
  /** Called by the mutation when its state changed. */
  onMutationUpdate(action: MutationAction<TData, TError, TVariables, TOnMutateResult>): void
  /** The last result. */
  getCurrentResult(): MutationObserverResult<TData, TError, TVariables, TOnMutateResult>
  /** Stops observing: the result is that of no mutation. */
  reset(): void
  /** Creates a mutation and runs it. */
  mutate(
    variables: TVariables,
    options?: MutateOptions<TData, TError, TVariables, TOnMutateResult>,
  ): Promise<TData>
}

/** All mutations, in the order of their creation. */
export interface MutationCache extends Subscribable<(event: MutationCacheNotifyEvent) => void> {
  /** The callbacks of the cache. */
  config: MutationCacheConfig
  /** Creates a mutation. */
  build<TData, TError, TVariables, TOnMutateResult>(
    client: QueryClient,
    options: MutationOptions<TData, TError, TVariables, TOnMutateResult>,
    state?: MutationState<TData, TError, TVariables, TOnMutateResult>,
  ): Mutation<TData, TError, TVariables, TOnMutateResult>
  /** Adds a mutation. */
  add(mutation: Mutation<any, any, any, any>): void
  /** Removes a mutation. One that is running finishes. */
  remove(mutation: Mutation<any, any, any, any>): void
  /** Whether no other mutation of its scope comes first. */
  canRun(mutation: Mutation<any, any, any, any>): boolean
  /** Continues the next mutation of its scope. */
  runNext(mutation: Mutation<any, any, any, any>): Promise<unknown>
  /** Removes all mutations. */
  clear(): void
  /** All mutations. */
  getAll(): Mutation[]
  /** The first mutation that matches; `exact` is `true` by default. */
  find<TData = unknown, TError = DefaultError, TVariables = any, TOnMutateResult = unknown>(
    filters: MutationFilters,
  ): Mutation<TData, TError, TVariables, TOnMutateResult> | undefined
  /** All mutations that match. */
  findAll(filters?: MutationFilters): Mutation[]
  /** Notifies the listeners of the cache. */
  notify(event: MutationCacheNotifyEvent): void
  /** Continues all paused mutations. Resolves when they have settled, except those behind a running one. */
  resumePausedMutations(): Promise<unknown>
}

/** The query cache, the mutation cache, and the operations of an application on them. */
export interface QueryClient {
  /** Begins to listen to the page's focus and network; adapters call it. */
  mount(): void
  unmount(): void
  /** How many queries are fetching. */
  isFetching(filters?: Omit<QueryFilters<any>, 'fetchStatus'>): number
  /** How many mutations are pending. */
  isMutating<TMutationFilters extends MutationFilters<any, any> = MutationFilters<any, any>>(
    filters?: NoInfer<Omit<TMutationFilters, 'status'>>,
  ): number
  /** The data of a key, where there is any. */
  getQueryData<
    TQueryFnData = unknown,
    TTaggedQueryKey extends QueryKey = QueryKey,
    TInferredQueryFnData = InferDataFromTag<TQueryFnData, TTaggedQueryKey>,
  >(queryKey: TTaggedQueryKey): TInferredQueryFnData | undefined
  /** The state of a key. */
  getQueryState<
    TQueryFnData = unknown,
    TError = DefaultError,
    TTaggedQueryKey extends QueryKey = QueryKey,
    TInferredQueryFnData = InferDataFromTag<TQueryFnData, TTaggedQueryKey>,
    TInferredError = InferErrorFromTag<TError, TTaggedQueryKey>,
  >(queryKey: TTaggedQueryKey): QueryState<TInferredQueryFnData, TInferredError> | undefined
  /** The data of a key, fetched where there is none. */
  ensureQueryData<TQueryFnData, TError = DefaultError, TData = TQueryFnData, TQueryKey extends QueryKey = QueryKey>(
    options: EnsureQueryDataOptions<TQueryFnData, TError, TData, TQueryKey>,
  ): Promise<TData>
  /** The data of every query that is meant, by key. */
  getQueriesData<TQueryFnData = unknown, TQueryFilters extends QueryFilters<any> = QueryFilters>(
    filters: TQueryFilters,
  ): Array<[QueryKey, TQueryFnData | undefined]>
  /** Writes the data of a key. `undefined` writes nothing. */
  setQueryData<
    TQueryFnData = unknown,
    TTaggedQueryKey extends QueryKey = QueryKey,
    TInferredQueryFnData = InferDataFromTag<TQueryFnData, TTaggedQueryKey>,
  >(
    queryKey: TTaggedQueryKey,
    updater: Updater<
      InferDataFromTag<NoInfer<TQueryFnData>, TTaggedQueryKey> | undefined,
      NoInfer<TInferredQueryFnData> | undefined
    >,
    options?: SetDataOptions,
  ): NoInfer<TInferredQueryFnData> | undefined
  /** Writes the data of every query that is meant. */
  setQueriesData<TQueryFnData, TQueryFilters extends QueryFilters<any> = QueryFilters>(
    filters: TQueryFilters,
    updater: Updater<NoInfer<TQueryFnData> | undefined, NoInfer<TQueryFnData> | undefined>,
    options?: SetDataOptions,
  ): Array<[QueryKey, TQueryFnData | undefined]>
  /** Takes queries out of the cache. */
  removeQueries<TTaggedQueryKey extends QueryKey = QueryKey>(filters?: QueryFilters<TTaggedQueryKey>): void
  /** Sets queries back to what they began with, and fetches those that are looked at. */
  resetQueries<TTaggedQueryKey extends QueryKey = QueryKey>(
    filters?: QueryFilters<TTaggedQueryKey>,
    options?: ResetOptions,
  ): Promise<void>
  /** Ends fetches; the state before them comes back. */
  cancelQueries<TTaggedQueryKey extends QueryKey = QueryKey>(
    filters?: QueryFilters<TTaggedQueryKey>,
    cancelOptions?: CancelOptions,
  ): Promise<void>
  /** The data of queries counts as stale from now on; those that are looked at are fetched. */
  invalidateQueries<TTaggedQueryKey extends QueryKey = QueryKey>(
    filters?: InvalidateQueryFilters<TTaggedQueryKey>,
    options?: InvalidateOptions,
  ): Promise<void>
  /** Fetches queries, stale or not. */
  refetchQueries<TTaggedQueryKey extends QueryKey = QueryKey>(
    filters?: RefetchQueryFilters<TTaggedQueryKey>,
    options?: RefetchOptions,
  ): Promise<void>
  /** The data of a query, from the cache while it is fresh, through `select`. */
  query<
    TQueryFnData,
    TError = DefaultError,
    TData = TQueryFnData,
    TQueryData = TQueryFnData,
    TQueryKey extends QueryKey = QueryKey,
    TPageParam = never,
  >(
    options: QueryExecuteOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey, TPageParam>,
  ): Promise<TData>
  /** The data of a query, from the cache while it is fresh. */
  fetchQuery<
    TQueryFnData,
    TError = DefaultError,
    TData = TQueryFnData,
    TQueryKey extends QueryKey = QueryKey,
    TPageParam = never,
  >(options: FetchQueryOptions<TQueryFnData, TError, TData, TQueryKey, TPageParam>): Promise<TData>
  /** Fetches for later; nobody hears of a failure. */
  prefetchQuery<
    TQueryFnData = unknown,
    TError = DefaultError,
    TData = TQueryFnData,
    TQueryKey extends QueryKey = QueryKey,
  >(options: FetchQueryOptions<TQueryFnData, TError, TData, TQueryKey>): Promise<void>
  /** As `query`, for one that grows page by page. */
  infiniteQuery<
    TQueryFnData,
    TError = DefaultError,
    TData = InfiniteData<TQueryFnData>,
    TQueryKey extends QueryKey = QueryKey,
    TPageParam = unknown,
  >(
    options: InfiniteQueryExecuteOptions<TQueryFnData, TError, TData, TQueryKey, TPageParam>,
  ): Promise<
    Array<TData> extends Array<InfiniteData<TQueryFnData>> ? InfiniteData<TQueryFnData, TPageParam> : TData
  >
  /** As `fetchQuery`, for one that grows page by page. */
  fetchInfiniteQuery<
    TQueryFnData,
    TError = DefaultError,
    TData = TQueryFnData,
    TQueryKey extends QueryKey = QueryKey,
    TPageParam = unknown,
  >(
    options: FetchInfiniteQueryOptions<TQueryFnData, TError, TData, TQueryKey, TPageParam>,
  ): Promise<InfiniteData<TData, TPageParam>>
  /** As `prefetchQuery`, for one that grows page by page. */
  prefetchInfiniteQuery<
    TQueryFnData,
    TError = DefaultError,
    TData = TQueryFnData,
    TQueryKey extends QueryKey = QueryKey,
    TPageParam = unknown,
  >(options: FetchInfiniteQueryOptions<TQueryFnData, TError, TData, TQueryKey, TPageParam>): Promise<void>
  /** As `ensureQueryData`, for one that grows page by page. */
  ensureInfiniteQueryData<
    TQueryFnData,
    TError = DefaultError,
    TData = TQueryFnData,
    TQueryKey extends QueryKey = QueryKey,
    TPageParam = unknown,
  >(
    options: EnsureInfiniteQueryDataOptions<TQueryFnData, TError, TData, TQueryKey, TPageParam>,
  ): Promise<InfiniteData<TData, TPageParam>>
  /** Lets paused mutations go on, if there is a network. */
  resumePausedMutations(): Promise<unknown>
  getQueryCache(): QueryCache
  getMutationCache(): MutationCache
  getDefaultOptions(): DefaultOptions
  setDefaultOptions(options: DefaultOptions): void
  /** Defaults for the queries whose key begins so. */
  setQueryDefaults<TQueryFnData = unknown, TError = DefaultError, TData = TQueryFnData, TQueryData = TQueryFnData>(
    queryKey: QueryKey,
    options: Partial<OmitKeyof<QueryObserverOptions<TQueryFnData, TError, TData, TQueryData>, 'queryKey'>>,
  ): void
  getQueryDefaults(queryKey: QueryKey): OmitKeyof<QueryObserverOptions<any, any, any, any, any>, 'queryKey'>
  /** Defaults for the mutations whose key begins so. */
  setMutationDefaults<TData = unknown, TError = DefaultError, TVariables = void, TOnMutateResult = unknown>(
    mutationKey: MutationKey,
    options: OmitKeyof<MutationObserverOptions<TData, TError, TVariables, TOnMutateResult>, 'mutationKey'>,
  ): void
  getMutationDefaults(
    mutationKey: MutationKey,
  ): OmitKeyof<MutationObserverOptions<any, any, any, any>, 'mutationKey'>
  /** These options over the client's defaults, as a plain object of their own. */
  defaultQueryOptions<
    TQueryFnData = unknown,
    TError = DefaultError,
    TData = TQueryFnData,
    TQueryData = TQueryFnData,
    TQueryKey extends QueryKey = QueryKey,
    TPageParam = never,
  >(
    options:
      | QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey, TPageParam>
      | DefaultedQueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>,
  ): DefaultedQueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>
  /** These options over the client's defaults. */
  defaultMutationOptions<T extends MutationOptions<any, any, any, any>>(options?: T): T
  clear(): void
  /**
   * Gives the memory of its engine back where it holds nothing: no query, looked at or not, no mutation, no breaker that
   * still knows something. Otherwise it is kept for what comes next. Whether it did; if so, `stats()` begins anew.
   */
  releaseMemory(): boolean
  /** The circuit breakers of the origins asked so far; none without the option `breaker`. */
  breakers(): BreakerInfo[]
  /** What the query cache did so far. */
  stats(): QueryStats
}
