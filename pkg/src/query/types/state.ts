// The state of queries and of mutations, and the actions that change it.
import type { DefaultError } from './keys.js'

/** What there is: nothing yet, an error, or data. */
export type QueryStatus = 'pending' | 'error' | 'success'
/** What is going on. */
export type FetchStatus = 'fetching' | 'paused' | 'idle'

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

/** What happened to a query's state. */
export type QueryAction<TData, TError> =
  | { type: 'continue' }
  | { type: 'error'; error: TError }
  | { type: 'failed'; failureCount: number; error: TError }
  | { type: 'fetch'; meta?: FetchMeta }
  | { type: 'invalidate' }
  | { type: 'pause' }
  | { type: 'setState'; state: Partial<QueryState<TData, TError>> }
  | { type: 'success'; data: TData | undefined; dataUpdatedAt?: number; manual?: boolean }

/** Not begun, running or waiting, done, or failed. */
export type MutationStatus = 'idle' | 'pending' | 'success' | 'error'

/** What is known of a mutation. */
export interface MutationState<
  TData = unknown,
  TError = DefaultError,
  TVariables = unknown,
  TOnMutateResult = unknown,
> {
  /** What `onMutate` returned. */
  context: TOnMutateResult | undefined
  /** What the function gave; `undefined` until it has. */
  data: TData | undefined
  /** Why it failed for good; `null` where it did not. */
  error: TError | null
  /** How many attempts failed. */
  failureCount: number
  /** Why the last attempt that failed did. */
  failureReason: TError | null
  /** It waits for the network, or for another of its scope. */
  isPaused: boolean
  /** Not begun, running or waiting, done, or failed. */
  status: MutationStatus
  /** What it was called with. */
  variables: TVariables | undefined
  /** When it was called, in ms since the epoch; 0 for never. */
  submittedAt: number
}

/** What happened to a mutation's state. */
export type MutationAction<TData, TError, TVariables, TOnMutateResult> =
  | { type: 'continue' }
  | { type: 'error'; error: TError }
  | { type: 'failed'; failureCount: number; error: TError | null }
  | { type: 'pending'; isPaused: boolean; variables?: TVariables; context?: TOnMutateResult }
  | { type: 'pause' }
  | { type: 'success'; data: TData }
