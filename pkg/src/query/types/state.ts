// The state of queries and of mutations, and the actions that change it.
import type { DefaultError } from './keys.js'

/** `'pending'` without data or error, `'error'`, or `'success'` with data. */
export type QueryStatus = 'pending' | 'error' | 'success'
/** `'fetching'`, `'paused'` while waiting for the network, or `'idle'`. */
export type FetchStatus = 'fetching' | 'paused' | 'idle'

/** The state of a query. */
export interface QueryState<TData = unknown, TError = DefaultError> {
  /** The last data; `undefined` if there is none. */
  data: TData | undefined
  /** How often data was set. */
  dataUpdateCount: number
  /** When the data was set, in ms since the epoch; 0 for never. */
  dataUpdatedAt: number
  /** The error of the last fetch; `null` if it succeeded. */
  error: TError | null
  /** How many fetches have failed. */
  errorUpdateCount: number
  /** When the last fetch failed, in ms since the epoch; 0 for never. */
  errorUpdatedAt: number
  /** How many attempts of the current fetch have failed. */
  fetchFailureCount: number
  /** The error of the last failed attempt of the current fetch. */
  fetchFailureReason: TError | null
  /** The `meta` of the current or last fetch. */
  fetchMeta: FetchMeta | null
  /** Whether the data is stale however young it is. */
  isInvalidated: boolean
  /** Whether there is data or an error. */
  status: QueryStatus
  /** Whether a fetch is running, paused or neither. */
  fetchStatus: FetchStatus
}

/** The direction in which an infinite query fetches another page. */
export type FetchDirection = 'forward' | 'backward'

/** The information that belongs to a fetch rather than to its query. */
export interface FetchMeta {
  fetchMore?: { direction: FetchDirection }
}

/** The options of one fetch. */
export interface FetchOptions<TData = unknown> {
  /** Whether a running fetch is cancelled if there is data, rather than joined. */
  cancelRefetch?: boolean
  /** What the state has as `fetchMeta`. */
  meta?: FetchMeta
  /** Takes the place of the first attempt. */
  initialPromise?: Promise<TData>
}

/** A change of a query's state. */
export type QueryAction<TData, TError> =
  | { type: 'continue' }
  | { type: 'error'; error: TError }
  | { type: 'failed'; failureCount: number; error: TError }
  | { type: 'fetch'; meta?: FetchMeta }
  | { type: 'invalidate' }
  | { type: 'pause' }
  | { type: 'setState'; state: Partial<QueryState<TData, TError>> }
  | { type: 'success'; data: TData | undefined; dataUpdatedAt?: number; manual?: boolean }

/** Not started, running or waiting, succeeded, or failed. */
export type MutationStatus = 'idle' | 'pending' | 'success' | 'error'

/** The state of a mutation. */
export interface MutationState<TData = unknown, TError = DefaultError, TVariables = unknown, TOnMutateResult = unknown> {
  /** The result of `onMutate`. */
  context: TOnMutateResult | undefined
  /** The result of the mutation function; `undefined` before success. */
  data: TData | undefined
  /** The error of the last attempt; `null` if the mutation did not fail. */
  error: TError | null
  /** How many attempts have failed. */
  failureCount: number
  /** The error of the last failed attempt. */
  failureReason: TError | null
  /** Whether it waits for the network, or for another mutation of its scope. */
  isPaused: boolean
  /** Not started, running or waiting, succeeded, or failed. */
  status: MutationStatus
  /** The argument of the mutation function. */
  variables: TVariables | undefined
  /** When `mutate` was called, in ms since the epoch; 0 for never. */
  submittedAt: number
}

/** A change of a mutation's state. */
export type MutationAction<TData, TError, TVariables, TOnMutateResult> =
  | { type: 'continue' }
  | { type: 'error'; error: TError }
  | { type: 'failed'; failureCount: number; error: TError | null }
  | { type: 'pending'; isPaused: boolean; variables?: TVariables; context?: TOnMutateResult }
  | { type: 'pause' }
  | { type: 'success'; data: TData }
