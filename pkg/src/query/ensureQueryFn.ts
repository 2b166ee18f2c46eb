// The query function of a fetch, and the signal in its context.
import { skipToken, type FetchOptions, type QueryFunction, type QueryKey, type QueryOptions } from './types.js'

/** The query function; one that rejects if there is none. */
export function ensureQueryFn<TQueryFnData, TQueryKey extends QueryKey>(
  options: Pick<QueryOptions<TQueryFnData, any, any, TQueryKey>, 'queryFn' | 'queryHash'>,
  fetchOptions?: FetchOptions<any>,
): QueryFunction<TQueryFnData, TQueryKey> {
  const { queryFn, queryHash } = options
  if (queryFn === skipToken) {
    try {
      if (process.env.NODE_ENV !== 'production') {
        console.error(
          'Attempted to invoke queryFn when set to skipToken. This is likely a configuration error. ' +
            `Query hash: '${queryHash}'`,
        )
      }
    } catch {}
  }
  // A retry after an `initialPromise`, as hydration passes it, without a query function: returns the same promise.
  if (!queryFn && fetchOptions?.initialPromise) return () => fetchOptions.initialPromise as Promise<TQueryFnData>
  if (!queryFn || queryFn === skipToken) return () => Promise.reject(new Error(`Missing queryFn: '${queryHash}'`))
  return queryFn
}

/** The signal for code that only passes it on. Reading it does not make the fetch abortable. */
export const FETCH_SIGNAL = Symbol()

/** `object` with a `signal` that is there when it is read: `take` for a reader that uses it, `pass` for one that passes it on. */
export function withSignal<T extends object>(
  object: T,
  take: () => AbortSignal,
  pass: () => AbortSignal,
): T & { signal: AbortSignal; [FETCH_SIGNAL]: AbortSignal } {
  return {
    ...object,
    get signal() {
      return take()
    },
    get [FETCH_SIGNAL]() {
      return pass()
    },
  }
}

/** Adds a `signal` whose first read makes the fetch abortable. */
export function addConsumeAwareSignal<T extends object>(
  object: T,
  getSignal: () => AbortSignal,
  onAborted: () => void,
  inner?: AbortSignal,
): T & { signal: AbortSignal } {
  let used = false
  return Object.defineProperties(object, {
    [FETCH_SIGNAL]: { value: inner },
    signal: {
      enumerable: true,
      get: () => {
        const signal = getSignal()
        if (!used) {
          used = true
          if (signal.aborted) onAborted()
          else signal.addEventListener('abort', onAborted, { once: true })
        }
        return signal
      },
    },
  }) as T & { signal: AbortSignal }
}
