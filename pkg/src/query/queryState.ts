// What is known of a query and of its fetches.
import type { Query } from './query.js'
import type { QueryClient } from './queryClient.js'
import type {
  DefaultError,
  FetchStatus,
  InitialDataFunction,
  QueryKey,
  QueryOptions,
  QueryStatus,
} from './types.js'

/** What is known of a query. */
export interface QueryState<TData = unknown, TError = DefaultError> {
  /** The last data; `undefined` while there is none. */
  data: TData | undefined
  /** How often data was set. */
  dataUpdateCount: number
  /** When the data came, in ms since the epoch; 0 for never. */
  dataUpdatedAt: number
  /** Why the last fetch failed for good; `null` where it did not. */
  error: TError | null
  /** How many fetches failed for good. */
  errorUpdateCount: number
  /** When the last error came; 0 for never. */
  errorUpdatedAt: number
  /** How many attempts of the present fetch failed. */
  fetchFailureCount: number
  /** Why the last attempt of the present fetch failed. */
  fetchFailureReason: TError | null
  /** What the present or last fetch was given as `meta`. */
  fetchMeta: FetchMeta | null
  /** The data counts as stale, however young. */
  isInvalidated: boolean
  /** What there is: nothing yet, an error, or data. */
  status: QueryStatus
  /** What is going on: a fetch, one that waits for the network, or nothing. */
  fetchStatus: FetchStatus
}

/** Which way an infinite query grows. */
export type FetchDirection = 'forward' | 'backward'

/** What is known of a fetch beyond its query. */
export interface FetchMeta {
  fetchMore?: { direction: FetchDirection }
}

/** How one fetch is made. */
export interface FetchOptions<TData = unknown> {
  /** Replace the fetch on its way, where there is data to show meanwhile, instead of joining it. */
  cancelRefetch?: boolean
  /** What is to be known of the fetch beyond its query. */
  meta?: FetchMeta
  /** Stands for the first attempt. */
  initialPromise?: Promise<TData>
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

/** What happened to a query's state. */
export type Action<TData, TError> =
  | { type: 'continue' }
  | { type: 'error'; error: TError }
  | { type: 'failed'; failureCount: number; error: TError }
  | { type: 'fetch'; meta?: FetchMeta }
  | { type: 'invalidate' }
  | { type: 'pause' }
  | { type: 'setState'; state: Partial<QueryState<TData, TError>> }
  | { type: 'success'; data: TData | undefined; dataUpdatedAt?: number; manual?: boolean }

/** What a query begins with: its initial data, if there is any. */
export function initialState<TData, TError>(options: QueryOptions<any, TError, TData, any>): QueryState<TData, TError> {
  const { initialData, initialDataUpdatedAt } = options
  const data = typeof initialData === 'function' ? (initialData as InitialDataFunction<TData>)() : initialData
  const hasData = data !== undefined
  const updatedAt =
    hasData && (typeof initialDataUpdatedAt === 'function' ? initialDataUpdatedAt() : initialDataUpdatedAt)
  return {
    data,
    dataUpdateCount: 0,
    dataUpdatedAt: hasData ? ((updatedAt as number | undefined) ?? Date.now()) : 0,
    error: null,
    errorUpdateCount: 0,
    errorUpdatedAt: 0,
    fetchFailureCount: 0,
    fetchFailureReason: null,
    fetchMeta: null,
    isInvalidated: false,
    status: hasData ? 'success' : 'pending',
    fetchStatus: 'idle',
  }
}
