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

/** Gives the signal of a fetch; `used` makes the fetch abortable. */
export type GetSignal = (used?: boolean) => AbortSignal

/** Where a context has that, for code that only passes the signal on. */
export const FETCH_SIGNAL = Symbol()

// One getter for all contexts: with one for each, JavaScript engines make each a class of its own.
const SIGNAL = {
  enumerable: true,
  get(this: { [FETCH_SIGNAL]: GetSignal }) {
    return this[FETCH_SIGNAL](true)
  },
}

/** Adds the `signal`, which is made when it is read. */
export function withSignal<T extends object>(
  context: T,
  signal: GetSignal,
): T & { readonly signal: AbortSignal; readonly [FETCH_SIGNAL]: GetSignal } {
  // One by one, which is several times as fast as both by `defineProperties`.
  Object.defineProperty(context, FETCH_SIGNAL, { value: signal })
  return Object.defineProperty(context, 'signal', SIGNAL) as any
}
