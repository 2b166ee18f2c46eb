// The client, its caches, queries, mutations and observers as interfaces, and the options whose callbacks receive them.
// They refer to one another in circles, so they share this file; nothing in `types/` imports a class.
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
import type { InfiniteData, InfiniteQueryPageParamsOptions, InfiniteQueryPages, InitialPageParam } from './pages.js'
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

/** A stale time, or a function of the query that returns one. */
export type StaleTimeFunction<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
> = StaleTime | ((query: Query<TQueryFnData, TError, TData, TQueryKey>) => StaleTime)

/** A boolean, or a function of the query that returns one. */
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

/** The argument of a query function. */
export type QueryFunctionContext<TQueryKey extends QueryKey = QueryKey, TPageParam = never> = [TPageParam] extends [never]
  ? {
      /** The client that fetches. */
      client: QueryClient
      /** The key of the query. */
      queryKey: TQueryKey
      /** Reading it makes the fetch abortable: it is cancelled when the last observer leaves. */
      signal: AbortSignal
      /** The option `meta` of the query. */
      meta: QueryMeta | undefined
      /** The page to fetch; infinite queries only. */
      pageParam?: unknown
      /** The direction of paging; infinite queries only. */
      direction?: unknown
    }
  : {
      /** The client that fetches. */
      client: QueryClient
      /** The key of the query. */
      queryKey: TQueryKey
      /** Reading it makes the fetch abortable: it is cancelled when the last observer leaves. */
      signal: AbortSignal
      /** The page to fetch: `initialPageParam`, or the result of `getNextPageParam` or `getPreviousPageParam`. */
      pageParam: TPageParam
      /** `'backward'` for `fetchPreviousPage`, otherwise `'forward'`. */
      direction: FetchDirection
      /** The option `meta` of the query. */
      meta: QueryMeta | undefined
    }

/** Fetches the data of a key. Returns it or a promise for it, and throws or rejects on failure. */
export type QueryFunction<T = unknown, TQueryKey extends QueryKey = QueryKey, TPageParam = never> = (
  context: QueryFunctionContext<TQueryKey, TPageParam>,
) => T | Promise<T>

/** Wraps the query function, for example to read from a storage first. */
export type QueryPersister<T = unknown, TQueryKey extends QueryKey = QueryKey, TPageParam = never> = [TPageParam] extends [never]
  ? (queryFn: QueryFunction<T, TQueryKey, never>, context: QueryFunctionContext<TQueryKey>, query: Query) => T | Promise<T>
  : (queryFn: QueryFunction<T, TQueryKey, TPageParam>, context: QueryFunctionContext<TQueryKey>, query: Query) => T | Promise<T>

/** Hashes a key. Queries with the same hash are the same query. */
export type QueryKeyHashFunction<TQueryKey extends QueryKey> = (queryKey: TQueryKey) => string
/** Returns the initial data, or `undefined` for none. Called when the query is created. */
export type InitialDataFunction<T> = () => T | undefined
type NonFunctionGuard<T> = T extends Function ? never : T
/** Returns a placeholder for missing data, from the data that the observer showed last; `undefined` for none. */
export type PlaceholderDataFunction<
  TQueryFnData = unknown,
  TError = DefaultError,
  TQueryData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
> = (
  previousData: TQueryData | undefined,
  previousQuery: Query<TQueryFnData, TError, TQueryData, TQueryKey> | undefined,
) => TQueryData | undefined
/** `PlaceholderDataFunction` for a list of queries, in which there is no previous data. */
export type QueriesPlaceholderDataFunction<TQueryData> = (
  previousData: undefined,
  previousQuery: undefined,
) => TQueryData | undefined

/** The result fields whose changes notify: a list, `'all'`, or a function that returns either. */
export type NotifyOnChangeProps =
  | Array<keyof InfiniteQueryObserverResult>
  | 'all'
  | undefined
  | (() => Array<keyof InfiniteQueryObserverResult> | 'all' | undefined)

/** The options of a query. */
export interface QueryOptions<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
  TPageParam = never,
> {
  /**
   * How often a failed fetch is retried: a number, `true` for endlessly, `false` for never, or a function of the number
   * of failed attempts before this one and the error. 3 by default; 0 on a server and for `fetchQuery` and the like. An
   * error with `retryable: false` (`HttpError` for most 4xx) is not retried, unless this is a function that returns
   * `true`.
   */
  retry?: RetryValue<TError>
  /**
   * The delay before each retry, in ms, or a function that returns it. By default 1 s, doubled with each retry, up to
   * 30 s. An error's `retryAfter` in ms (`HttpError` takes it from the `Retry-After` header) is a lower bound; above
   * five minutes the fetch fails instead, unless `retry` is `true` or a function that returns `true`.
   */
  retryDelay?: RetryDelayValue<TError>
  /**
   * Adds a random share of each delay to it, up to this fraction, so that clients that failed together do not retry
   * together; `true` is 0.5. Random numbers come from the client's `seed`. None by default.
   */
  retryJitter?: boolean | number
  /**
   * How long an attempt may take, in ms. Then its `signal` is aborted and it fails with a `TimeoutError`, which is
   * retried like any other error. Without limit by default, and for values that are not above zero.
   */
  timeout?: number
  /**
   * What waits for the network: each attempt (`'online'`), retries only (`'offlineFirst'`), or nothing (`'always'`).
   * `'online'` by default, and `'offlineFirst'` with a `persister`.
   */
  networkMode?: NetworkMode
  /**
   * How long the query is kept without an observer, in ms. The longest time of all its users counts. Five minutes by
   * default, `Infinity` on a server.
   */
  gcTime?: number
  /** Fetches the data; `skipToken` disables the query. Without a function, also in the defaults, a fetch fails. */
  queryFn?: QueryFunction<TQueryFnData, TQueryKey, TPageParam> | SkipToken
  /** Wraps the query function, to store its data and to return stored data. None by default. */
  persister?: QueryPersister<TQueryFnData, NoInfer<TQueryKey>, TPageParam>
  /** The name of the query in the cache; by default the result of `queryKeyHashFn`. */
  queryHash?: string
  /** The array that names the query. Queries with equal keys are the same query. */
  queryKey?: TQueryKey
  /** Hashes the key, for keys that the default function cannot tell apart. `hashKey` by default. */
  queryKeyHashFn?: QueryKeyHashFunction<TQueryKey>
  /**
   * Data that the query starts with, as if it had been fetched. Without a `staleTime` it is stale at once. None by
   * default.
   */
  initialData?: TData | InitialDataFunction<TData>
  /** When the initial data was fetched, in ms since the epoch; now, by default. */
  initialDataUpdatedAt?: number | (() => number | undefined)
  /** Changes how the query is fetched. Infinite queries have their own. None by default. */
  behavior?: QueryBehavior<TQueryFnData, TError, TData, TQueryKey>
  /**
   * Whether parts of new data that are equal to the old ones keep the old identity; or a function of the old and the
   * new data that returns what is stored. `true` by default.
   */
  structuralSharing?: boolean | ((oldData: unknown | undefined, newData: unknown) => unknown)
  /** Whether the defaults have been applied already; for adapters. */
  _defaulted?: boolean
  /** `'infinite'` for an infinite query; set by the functions that create those. */
  _type?: 'infinite'
  /** Any further information about the query, for its function, its persister and the callbacks of the cache. */
  meta?: QueryMeta
  /**
   * The maximum number of pages of an infinite query. Fetching one more drops the one at the other end. Without limit
   * by default, and for 0.
   */
  maxPages?: number
}

/** Whether an error is thrown to the nearest error boundary. */
export type ThrowOnError<TQueryFnData, TError, TQueryData, TQueryKey extends QueryKey> =
  | boolean
  | ((error: TError, query: Query<TQueryFnData, TError, TQueryData, TQueryKey>) => boolean)

/** The options of an observer. */
export interface QueryObserverOptions<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
  TPageParam = never,
> extends WithRequired<QueryOptions<TQueryFnData, TError, TQueryData, TQueryKey, TPageParam>, 'queryKey'> {
  /** Whether the query is fetched automatically, and not only by `refetch`. `true` by default. */
  enabled?: QueryBooleanOption<TQueryFnData, TError, TQueryData, TQueryKey>
  /**
   * How long data is fresh, in ms; `Infinity` until it is invalidated, `'static'` even then. 0 by default: stale at
   * once. Stale data is shown, and refetched on the next trigger.
   */
  staleTime?: StaleTimeFunction<TQueryFnData, TError, TQueryData, TQueryKey>
  /**
   * Refetches this long after the query's last change, in ms; or a function that returns it. `false`, the default, for
   * never.
   */
  refetchInterval?: number | false | ((query: Query<TQueryFnData, TError, TQueryData, TQueryKey>) => number | false | undefined)
  /** Whether the interval continues while the page is hidden. `false` by default. */
  refetchIntervalInBackground?: boolean
  /** Whether stale data is refetched when the window gets focus; `'always'` includes fresh data. `true` by default. */
  refetchOnWindowFocus?: RefetchOn<TQueryFnData, TError, TQueryData, TQueryKey>
  /**
   * Whether stale data is refetched when the network comes back; `'always'` includes fresh data. `true` by default, and
   * `false` with `networkMode: 'always'`.
   */
  refetchOnReconnect?: RefetchOn<TQueryFnData, TError, TQueryData, TQueryKey>
  /** Whether stale data is refetched when an observer mounts; `'always'` includes fresh data. `true` by default. */
  refetchOnMount?: RefetchOn<TQueryFnData, TError, TQueryData, TQueryKey>
  /** Whether a query that failed and has no data is fetched when an observer mounts. `true` by default. */
  retryOnMount?: QueryBooleanOption<TQueryFnData, TError, TQueryData, TQueryKey>
  /**
   * The result fields whose changes notify: a list, `'all'`, or a function that returns either. By default the fields
   * that were read from a tracked result; if none were, all.
   */
  notifyOnChangeProps?: NotifyOnChangeProps
  /**
   * Whether an error is thrown to the nearest error boundary, or a function of the error and the query that decides.
   * `false` by default.
   */
  throwOnError?: ThrowOnError<TQueryFnData, TError, TQueryData, TQueryKey>
  /**
   * Transforms the data for this observer. Runs again when the data or the function changes; equal parts keep their
   * identity. An error that it throws appears in this observer's result only.
   */
  select?: (data: TQueryData) => TData
  /** Whether the component is suspended until there is data; set by adapters. */
  suspense?: boolean
  /**
   * Shown while there is no data, but not stored: a value, or a function of the data shown last, such as
   * `keepPreviousData`. None by default.
   */
  placeholderData?:
    | NonFunctionGuard<TQueryData>
    | PlaceholderDataFunction<NonFunctionGuard<TQueryData>, TError, NonFunctionGuard<TQueryData>, TQueryKey>
  /** Whether the result shows a fetch that is about to start; for adapters. */
  _optimisticResults?: 'optimistic' | 'isRestoring'
}

type Defaulted = 'throwOnError' | 'refetchOnReconnect' | 'queryHash'
/** Observer options with the defaults applied. */
export type DefaultedQueryObserverOptions<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
> = WithRequired<QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>, Defaulted>

/** The options of an observer of an infinite query. */
export interface InfiniteQueryObserverOptions<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
  TPageParam = unknown,
>
  extends
    QueryObserverOptions<TQueryFnData, TError, TData, InfiniteData<TQueryFnData, TPageParam>, TQueryKey, TPageParam>,
    InfiniteQueryPageParamsOptions<TQueryFnData, TPageParam> {}
/** Options of an observer of an infinite query, with the defaults applied. */
export type DefaultedInfiniteQueryObserverOptions<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
  TPageParam = unknown,
> = WithRequired<InfiniteQueryObserverOptions<TQueryFnData, TError, TData, TQueryKey, TPageParam>, Defaulted>

/** The options of `fetchQuery` and `prefetchQuery`. */
export interface FetchQueryOptions<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
  TPageParam = never,
> extends WithRequired<QueryOptions<TQueryFnData, TError, TData, TQueryKey, TPageParam>, 'queryKey'> {
  /** For infinite queries only. */
  initialPageParam?: never
  /** How old cached data may be, in ms. 0 by default: always fetch. */
  staleTime?: StaleTimeFunction<TQueryFnData, TError, TData, TQueryKey>
}
/** The options of `query`. */
export interface QueryExecuteOptions<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
  TPageParam = never,
> extends FetchQueryOptions<TQueryFnData, TError, TQueryData, TQueryKey, TPageParam> {
  /** Transforms the data that the promise gives. */
  select?: (data: TQueryData) => TData
}
/** The options of `ensureQueryData`. */
export interface EnsureQueryDataOptions<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
  TPageParam = never,
> extends FetchQueryOptions<TQueryFnData, TError, TData, TQueryKey, TPageParam> {
  /** Whether stale data is refetched in the background while it is returned. `false` by default. */
  revalidateIfStale?: boolean
}

type Infinite<TOptions, TQueryFnData, TPageParam> = Omit<TOptions, 'initialPageParam'> &
  InitialPageParam<TPageParam> &
  InfiniteQueryPages<TQueryFnData, TPageParam>

/** The options of `fetchInfiniteQuery` and `prefetchInfiniteQuery`. */
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
/** The options of `infiniteQuery`. */
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
/** The options of `ensureInfiniteQueryData`. */
export type EnsureInfiniteQueryDataOptions<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
  TPageParam = unknown,
> = FetchInfiniteQueryOptions<TQueryFnData, TError, TData, TQueryKey, TPageParam> & {
  /** Whether stale data is refetched in the background while it is returned. `false` by default. */
  revalidateIfStale?: boolean
}

/** What a behavior may change about a fetch before it starts. */
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
type TuplePrefixes<T extends readonly unknown[]> = T extends readonly [] ? readonly [] : TuplePrefixes<DropLast<T>> | T

/** Selects queries. Members that are left out match all. */
export interface QueryFilters<TQueryKey extends QueryKey = QueryKey> {
  /** `'active'` for queries with an enabled observer, `'inactive'` for the others, `'all'` by default. */
  type?: QueryTypeFilter
  /** Whether `queryKey` is the whole key, not a prefix. `false` by default; `true` in `find`. */
  exact?: boolean
  /** Selects the queries for which it returns `true`. */
  predicate?: (query: Query) => boolean
  /** A prefix of the key. */
  queryKey?: TQueryKey | TuplePrefixes<TQueryKey>
  /** `true` for stale queries, `false` for fresh ones. */
  stale?: boolean
  /** The fetch status. */
  fetchStatus?: FetchStatus
}

/** Selects mutations. Members that are left out match all. */
export interface MutationFilters<TData = unknown, TError = Error, TVariables = unknown, TOnMutateResult = unknown> {
  /** Whether `mutationKey` is the whole key, not a prefix. `false` by default; `true` in `find`. */
  exact?: boolean
  /** Selects the mutations for which it returns `true`. */
  predicate?: (mutation: Mutation<TData, TError, TVariables, TOnMutateResult>) => boolean
  /** A prefix of the key. */
  mutationKey?: TuplePrefixes<MutationKey>
  /** The status. */
  status?: MutationStatus
}

/** Selects queries to invalidate, and those of them to refetch. */
export interface InvalidateQueryFilters<TQueryKey extends QueryKey = QueryKey> extends QueryFilters<TQueryKey> {
  /** Which of them are refetched; `type` by default, or else `'active'`. */
  refetchType?: QueryTypeFilter | 'none'
}
/** Selects queries to refetch. */
export interface RefetchQueryFilters<TQueryKey extends QueryKey = QueryKey> extends QueryFilters<TQueryKey> {}

/** The last argument of mutation functions and their callbacks. */
export type MutationFunctionContext = {
  /** The client of the mutation. */
  client: QueryClient
  /** The option `meta` of the mutation. */
  meta: MutationMeta | undefined
  /** The key of the mutation, if it has one. */
  mutationKey?: MutationKey
}
/** Performs the mutation. The promise rejects on failure. */
export type MutationFunction<TData = unknown, TVariables = unknown> = (
  variables: TVariables,
  context: MutationFunctionContext,
) => Promise<TData>

/** The options of a mutation. */
export interface MutationOptions<TData = unknown, TError = DefaultError, TVariables = void, TOnMutateResult = unknown> {
  /** Performs the mutation. Without a function, also in the defaults, the mutation fails. */
  mutationFn?: MutationFunction<TData, TVariables>
  /** Names the mutation, for filters and for the defaults. None by default. */
  mutationKey?: MutationKey
  /** Runs before the function, for optimistic updates. The other callbacks receive its result. */
  onMutate?: (variables: TVariables, context: MutationFunctionContext) => Promise<TOnMutateResult> | TOnMutateResult
  /** Runs after success and is awaited. An error that it throws fails the mutation. */
  onSuccess?: (
    data: TData,
    variables: TVariables,
    onMutateResult: TOnMutateResult,
    context: MutationFunctionContext,
  ) => Promise<unknown> | unknown
  /** Runs after the last failed attempt and is awaited; for rolling back optimistic updates. */
  onError?: (
    error: TError,
    variables: TVariables,
    onMutateResult: TOnMutateResult | undefined,
    context: MutationFunctionContext,
  ) => Promise<unknown> | unknown
  /** Runs after `onSuccess` or `onError` and is awaited. */
  onSettled?: (
    data: TData | undefined,
    error: TError | null,
    variables: TVariables,
    onMutateResult: TOnMutateResult | undefined,
    context: MutationFunctionContext,
  ) => Promise<unknown> | unknown
  /**
   * How often a failure is retried: a number, `true` for endlessly, `false` for never, or a function of the number of
   * failed attempts before this one and the error. Never by default.
   */
  retry?: RetryValue<TError>
  /**
   * The delay before each retry, in ms, or a function that returns it. By default 1 s, doubled with each retry, up to
   * 30 s.
   */
  retryDelay?: RetryDelayValue<TError>
  /** Adds a random share of each delay to it, up to this fraction; `true` is 0.5. None by default. */
  retryJitter?: boolean | number
  /**
   * What waits for the network: each attempt (`'online'`), retries only (`'offlineFirst'`), or nothing (`'always'`).
   * `'online'` by default.
   */
  networkMode?: NetworkMode
  /** How long a settled mutation is kept without an observer, in ms. Five minutes by default. */
  gcTime?: number
  /** Whether the defaults have been applied already; for adapters. */
  _defaulted?: boolean
  /** Any further information about the mutation, for its function and callbacks. */
  meta?: MutationMeta
  /** Mutations of one scope run one after another. None by default: it runs in parallel with all others. */
  scope?: MutationScope
}

/** The options of a mutation observer. */
export interface MutationObserverOptions<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> extends MutationOptions<TData, TError, TVariables, TOnMutateResult> {
  /**
   * Whether an error is thrown to the nearest error boundary, or a function of the error that decides. `false` by
   * default.
   */
  throwOnError?: boolean | ((error: TError) => boolean)
}

/** Callbacks for one call of `mutate`. They run only while the observer has listeners. */
export interface MutateOptions<TData = unknown, TError = DefaultError, TVariables = void, TOnMutateResult = unknown> {
  /** Runs after success, and after the mutation's own `onSuccess`. */
  onSuccess?: (
    data: TData,
    variables: TVariables,
    onMutateResult: TOnMutateResult | undefined,
    context: MutationFunctionContext,
  ) => void
  /** Runs after the last failed attempt, and after the mutation's own `onError`. */
  onError?: (
    error: TError,
    variables: TVariables,
    onMutateResult: TOnMutateResult | undefined,
    context: MutationFunctionContext,
  ) => void
  /** Runs after `onSuccess` or `onError`. */
  onSettled?: (
    data: TData | undefined,
    error: TError | null,
    variables: TVariables,
    onMutateResult: TOnMutateResult | undefined,
    context: MutationFunctionContext,
  ) => void
}
/** The arguments of `mutate`. The variables are optional if they may be `undefined`. */
export type MutateFunctionRest<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> = undefined extends TVariables
  ? [variables?: TVariables, options?: MutateOptions<TData, TError, TVariables, TOnMutateResult>]
  : [variables: TVariables, options?: MutateOptions<TData, TError, TVariables, TOnMutateResult>]
/** Runs a mutation. The promise gives its data, or rejects. */
export type MutateFunction<TData = unknown, TError = DefaultError, TVariables = void, TOnMutateResult = unknown> = (
  ...rest: MutateFunctionRest<TData, TError, TVariables, TOnMutateResult>
) => Promise<TData>

/** The result of an observer: the state of its last mutation. */
export interface MutationObserverBaseResult<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> extends MutationState<TData, TError, TVariables, TOnMutateResult> {
  /** `status` is `'error'`. */
  isError: boolean
  /** `status` is `'idle'`: nothing was mutated, or the observer was reset. */
  isIdle: boolean
  /** `status` is `'pending'`: the mutation is running or waiting. */
  isPending: boolean
  /** `status` is `'success'`. */
  isSuccess: boolean
  /** Runs another mutation. */
  mutate: MutateFunction<TData, TError, TVariables, TOnMutateResult>
  /** Stops observing the mutation: the status is `'idle'` again. */
  reset: () => void
}

// What each status implies for the other fields.
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
/** A result with some fields known. A mapped type over the members keeps their documentation. */
type Base<TData, TError, TVariables, TOnMutateResult, TKnown> = {
  [TName in keyof MutationObserverBaseResult<TData, TError, TVariables, TOnMutateResult>]: TName extends keyof TKnown
    ? TKnown[TName]
    : MutationObserverBaseResult<TData, TError, TVariables, TOnMutateResult>[TName]
}

/** Nothing was mutated. */
export interface MutationObserverIdleResult<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> extends Base<TData, TError, TVariables, TOnMutateResult, Idle> {}
/** The mutation is running or waiting. */
export interface MutationObserverLoadingResult<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> extends Base<TData, TError, TVariables, TOnMutateResult, Loading<TVariables>> {}
/** The mutation failed. */
export interface MutationObserverErrorResult<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> extends Base<TData, TError, TVariables, TOnMutateResult, Failed<TError, TVariables>> {}
/** The mutation succeeded. */
export interface MutationObserverSuccessResult<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> extends Base<TData, TError, TVariables, TOnMutateResult, Success<TData, TVariables>> {}
/** The result of a mutation observer, discriminated by `status`. */
export type MutationObserverResult<TData = unknown, TError = DefaultError, TVariables = void, TOnMutateResult = unknown> =
  | MutationObserverIdleResult<TData, TError, TVariables, TOnMutateResult>
  | MutationObserverLoadingResult<TData, TError, TVariables, TOnMutateResult>
  | MutationObserverErrorResult<TData, TError, TVariables, TOnMutateResult>
  | MutationObserverSuccessResult<TData, TError, TVariables, TOnMutateResult>

/** The limits of a cache, and callbacks for all its queries. */
export interface QueryCacheConfig extends CacheLimits {
  /** Runs after the last failed attempt of a fetch. */
  onError?: (error: DefaultError, query: Query<unknown, unknown, unknown>) => void
  /** Runs after a fetch that succeeded. */
  onSuccess?: (data: unknown, query: Query<unknown, unknown, unknown>) => void
  /** Runs after `onSuccess` or `onError`. */
  onSettled?: (data: unknown | undefined, error: DefaultError | null, query: Query<unknown, unknown, unknown>) => void
}

type AnyQuery = Query<any, any, any, any>
type AnyObserver = QueryObserver<any, any, any, any, any>

/** An event of the query cache. */
export type QueryCacheNotifyEvent =
  | { type: 'added' | 'removed' | 'observerResultsUpdated'; query: AnyQuery }
  | { type: 'updated'; query: AnyQuery; action: QueryAction<any, any> }
  | { type: 'observerAdded' | 'observerRemoved' | 'observerOptionsUpdated'; query: AnyQuery; observer: AnyObserver }

type AnyMutation = Mutation<any, any, any, any>
type Unknown = Mutation<unknown, unknown, unknown>

/** Callbacks for all mutations of a cache. They are awaited before the mutation's own. */
export interface MutationCacheConfig {
  /** Runs after the last failed attempt. */
  onError?: (
    error: DefaultError,
    variables: unknown,
    onMutateResult: unknown,
    mutation: Unknown,
    context: MutationFunctionContext,
  ) => Promise<unknown> | unknown
  /** Runs after success. An error that it throws fails the mutation. */
  onSuccess?: (
    data: unknown,
    variables: unknown,
    onMutateResult: unknown,
    mutation: Unknown,
    context: MutationFunctionContext,
  ) => Promise<unknown> | unknown
  /** Runs before the mutation function. An error that it throws fails the mutation. */
  onMutate?: (variables: unknown, mutation: Unknown, context: MutationFunctionContext) => Promise<unknown> | unknown
  /** Runs after `onSuccess` or `onError`. */
  onSettled?: (
    data: unknown | undefined,
    error: DefaultError | null,
    variables: unknown,
    onMutateResult: unknown,
    mutation: Unknown,
    context: MutationFunctionContext,
  ) => Promise<unknown> | unknown
}

/** An event of the mutation cache. */
export type MutationCacheNotifyEvent =
  | { type: 'added' | 'removed'; mutation: AnyMutation }
  | { type: 'observerAdded' | 'observerRemoved'; mutation: AnyMutation; observer: MutationObserver<any, any, any> }
  | { type: 'observerOptionsUpdated'; mutation?: AnyMutation; observer: MutationObserver<any, any, any, any> }
  | { type: 'updated'; mutation: AnyMutation; action: MutationAction<any, any, any, any> }

type TransformerFn = (data: any) => any

/** What is dehydrated, and how. */
export interface DehydrateOptions {
  /** Makes data serializable. */
  serializeData?: TransformerFn
  /** Selects mutations; paused ones by default. */
  shouldDehydrateMutation?: (mutation: Mutation) => boolean
  /** Selects queries; those with data by default. */
  shouldDehydrateQuery?: (query: Query) => boolean
  /** Whether an error is replaced by one without information. `true` by default. */
  shouldRedactErrors?: (error: unknown) => boolean
}

/** How state is hydrated. */
export interface HydrateOptions {
  /** Defaults for all that is hydrated. */
  defaultOptions?: {
    /** Reverses `serializeData`. */
    deserializeData?: TransformerFn
    /**
     * For mutations that were running when they were dehydrated and may or may not have reached the server. By default,
     * `'fail'`, they fail with a `MutationInterruptedError` and their callbacks run. With `'resume'` they count as
     * paused, and `resumePausedMutations` runs them again.
     */
    interruptedMutations?: 'fail' | 'resume'
    /** Options for queries. */
    queries?: QueryOptions
    /** Options for mutations. */
    mutations?: MutationOptions<unknown, DefaultError, unknown, unknown>
  }
}

/** The default options of a client. */
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
  fetch(options?: QueryOptions<TQueryFnData, TError, TData, TQueryKey>, fetchOptions?: FetchOptions<TQueryFnData>): Promise<TData>
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
  mutate(variables: TVariables, options?: MutateOptions<TData, TError, TVariables, TOnMutateResult>): Promise<TData>
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
  /** Starts to listen to focus and network changes; adapters call it. */
  mount(): void
  unmount(): void
  /** How many queries are fetching. */
  isFetching(filters?: Omit<QueryFilters<any>, 'fetchStatus'>): number
  /** How many mutations are pending. */
  isMutating<TMutationFilters extends MutationFilters<any, any> = MutationFilters<any, any>>(
    filters?: NoInfer<Omit<TMutationFilters, 'status'>>,
  ): number
  /** The data of a key, if it is cached. */
  getQueryData<
    TQueryFnData = unknown,
    TTaggedQueryKey extends QueryKey = QueryKey,
    TInferredQueryFnData = InferDataFromTag<TQueryFnData, TTaggedQueryKey>,
  >(
    queryKey: TTaggedQueryKey,
  ): TInferredQueryFnData | undefined
  /** The state of a key, if it is cached. */
  getQueryState<
    TQueryFnData = unknown,
    TError = DefaultError,
    TTaggedQueryKey extends QueryKey = QueryKey,
    TInferredQueryFnData = InferDataFromTag<TQueryFnData, TTaggedQueryKey>,
    TInferredError = InferErrorFromTag<TError, TTaggedQueryKey>,
  >(
    queryKey: TTaggedQueryKey,
  ): QueryState<TInferredQueryFnData, TInferredError> | undefined
  /** The data of a key, which is fetched if it is not cached. */
  ensureQueryData<TQueryFnData, TError = DefaultError, TData = TQueryFnData, TQueryKey extends QueryKey = QueryKey>(
    options: EnsureQueryDataOptions<TQueryFnData, TError, TData, TQueryKey>,
  ): Promise<TData>
  /** The data of all matching queries, with their keys. */
  getQueriesData<TQueryFnData = unknown, TQueryFilters extends QueryFilters<any> = QueryFilters>(
    filters: TQueryFilters,
  ): Array<[QueryKey, TQueryFnData | undefined]>
  /** Writes the data of a key. Writing `undefined` does nothing. */
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
  /** Writes the data of all matching queries. */
  setQueriesData<TQueryFnData, TQueryFilters extends QueryFilters<any> = QueryFilters>(
    filters: TQueryFilters,
    updater: Updater<NoInfer<TQueryFnData> | undefined, NoInfer<TQueryFnData> | undefined>,
    options?: SetDataOptions,
  ): Array<[QueryKey, TQueryFnData | undefined]>
  /** Removes matching queries from the cache. */
  removeQueries<TTaggedQueryKey extends QueryKey = QueryKey>(filters?: QueryFilters<TTaggedQueryKey>): void
  /** Restores the initial state of matching queries and refetches the active ones. */
  resetQueries<TTaggedQueryKey extends QueryKey = QueryKey>(
    filters?: QueryFilters<TTaggedQueryKey>,
    options?: ResetOptions,
  ): Promise<void>
  /** Cancels fetches of matching queries. Their states before the fetch are restored. */
  cancelQueries<TTaggedQueryKey extends QueryKey = QueryKey>(
    filters?: QueryFilters<TTaggedQueryKey>,
    cancelOptions?: CancelOptions,
  ): Promise<void>
  /** Makes matching queries stale and refetches the active ones. */
  invalidateQueries<TTaggedQueryKey extends QueryKey = QueryKey>(
    filters?: InvalidateQueryFilters<TTaggedQueryKey>,
    options?: InvalidateOptions,
  ): Promise<void>
  /** Refetches matching queries, stale or not. */
  refetchQueries<TTaggedQueryKey extends QueryKey = QueryKey>(
    filters?: RefetchQueryFilters<TTaggedQueryKey>,
    options?: RefetchOptions,
  ): Promise<void>
  /** The data of a query through `select`, from the cache while it is fresh. */
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
  >(
    options: FetchQueryOptions<TQueryFnData, TError, TData, TQueryKey, TPageParam>,
  ): Promise<TData>
  /** Fetches in advance. Errors are ignored. */
  prefetchQuery<TQueryFnData = unknown, TError = DefaultError, TData = TQueryFnData, TQueryKey extends QueryKey = QueryKey>(
    options: FetchQueryOptions<TQueryFnData, TError, TData, TQueryKey>,
  ): Promise<void>
  /** `query` for an infinite query. */
  infiniteQuery<
    TQueryFnData,
    TError = DefaultError,
    TData = InfiniteData<TQueryFnData>,
    TQueryKey extends QueryKey = QueryKey,
    TPageParam = unknown,
  >(
    options: InfiniteQueryExecuteOptions<TQueryFnData, TError, TData, TQueryKey, TPageParam>,
  ): Promise<Array<TData> extends Array<InfiniteData<TQueryFnData>> ? InfiniteData<TQueryFnData, TPageParam> : TData>
  /** `fetchQuery` for an infinite query. */
  fetchInfiniteQuery<
    TQueryFnData,
    TError = DefaultError,
    TData = TQueryFnData,
    TQueryKey extends QueryKey = QueryKey,
    TPageParam = unknown,
  >(
    options: FetchInfiniteQueryOptions<TQueryFnData, TError, TData, TQueryKey, TPageParam>,
  ): Promise<InfiniteData<TData, TPageParam>>
  /** `prefetchQuery` for an infinite query. */
  prefetchInfiniteQuery<
    TQueryFnData,
    TError = DefaultError,
    TData = TQueryFnData,
    TQueryKey extends QueryKey = QueryKey,
    TPageParam = unknown,
  >(
    options: FetchInfiniteQueryOptions<TQueryFnData, TError, TData, TQueryKey, TPageParam>,
  ): Promise<void>
  /** `ensureQueryData` for an infinite query. */
  ensureInfiniteQueryData<
    TQueryFnData,
    TError = DefaultError,
    TData = TQueryFnData,
    TQueryKey extends QueryKey = QueryKey,
    TPageParam = unknown,
  >(
    options: EnsureInfiniteQueryDataOptions<TQueryFnData, TError, TData, TQueryKey, TPageParam>,
  ): Promise<InfiniteData<TData, TPageParam>>
  /** Continues paused mutations, if the network is up. */
  resumePausedMutations(): Promise<unknown>
  getQueryCache(): QueryCache
  getMutationCache(): MutationCache
  getDefaultOptions(): DefaultOptions
  setDefaultOptions(options: DefaultOptions): void
  /** Sets default options for queries whose key starts with `queryKey`. */
  setQueryDefaults<TQueryFnData = unknown, TError = DefaultError, TData = TQueryFnData, TQueryData = TQueryFnData>(
    queryKey: QueryKey,
    options: Partial<OmitKeyof<QueryObserverOptions<TQueryFnData, TError, TData, TQueryData>, 'queryKey'>>,
  ): void
  getQueryDefaults(queryKey: QueryKey): OmitKeyof<QueryObserverOptions<any, any, any, any, any>, 'queryKey'>
  /** Sets default options for mutations whose key starts with `mutationKey`. */
  setMutationDefaults<TData = unknown, TError = DefaultError, TVariables = void, TOnMutateResult = unknown>(
    mutationKey: MutationKey,
    options: OmitKeyof<MutationObserverOptions<TData, TError, TVariables, TOnMutateResult>, 'mutationKey'>,
  ): void
  getMutationDefaults(mutationKey: MutationKey): OmitKeyof<MutationObserverOptions<any, any, any, any>, 'mutationKey'>
  /** Applies the client's defaults. Returns a new object. */
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
  /** Applies the client's defaults. */
  defaultMutationOptions<T extends MutationOptions<any, any, any, any>>(options?: T): T
  clear(): void
  /**
   * Releases the memory of the engine if nothing uses it: no query, observer, mutation, or breaker with recent
   * failures. Returns whether it did. Afterwards `stats()` starts at zero.
   */
  releaseMemory(): boolean
  /** The circuit breaker of each known origin; none without the option `breaker`. */
  breakers(): BreakerInfo[]
  /** The figures of the query cache. */
  stats(): QueryStats
}
