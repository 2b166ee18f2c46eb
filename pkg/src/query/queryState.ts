// The state that a query starts with.
import type { InitialDataFunction, QueryOptions, QueryState } from './types.js'

/** The state that a query starts with, from its `initialData`. */
export function getDefaultState<TData, TError>(options: QueryOptions<any, TError, TData, any>): QueryState<TData, TError> {
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
