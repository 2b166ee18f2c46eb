// Which function fetches, and the signal it is given.
import { warnInDevelopment } from './warnInDevelopment.js'
import { skipToken, type FetchOptions, type QueryFunction, type QueryKey, type QueryOptions } from './types.js'

/** The function to fetch with; it rejects where there is none. */
export function ensureQueryFn<TQueryFnData, TQueryKey extends QueryKey>(
  options: Pick<QueryOptions<TQueryFnData, any, any, TQueryKey>, 'queryFn' | 'queryHash'>,
  fetchOptions?: FetchOptions<any>,
): QueryFunction<TQueryFnData, TQueryKey> {
  const { queryFn, queryHash } = options
  if (queryFn === skipToken) {
    warnInDevelopment(() => {
      if (process.env.NODE_ENV !== 'production') {
        console.error(
          'Attempted to invoke queryFn when set to skipToken. This is likely a configuration error. ' +
            `Query hash: '${queryHash}'`,
        )
      }
    })
  }
  // A retry of a fetch that was handed its first answer, where nobody has said how to fetch: the same again.
  if (!queryFn && fetchOptions?.initialPromise) return () => fetchOptions.initialPromise as Promise<TQueryFnData>
  if (!queryFn || queryFn === skipToken) return () => Promise.reject(new Error(`Missing queryFn: '${queryHash}'`))
  return queryFn
}

/** Where a context has its signal for those who only pass it on, and so do not count as using it. */
export const FETCH_SIGNAL = Symbol()

/** Gives `object` a `signal` that counts as used when it is read. */
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
