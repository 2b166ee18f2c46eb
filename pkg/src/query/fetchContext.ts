// The context of a fetch, for the query's behavior and its function.
import { FETCH_SIGNAL, ensureQueryFn } from './ensureQueryFn.js'
import type { FetchSignal } from './fetchSignal.js'
import type { FetchContext, FetchOptions, Query, QueryClient, QueryFunctionContext, QueryKey } from './types.js'

/** @internal `onCall` runs before each call of the query function. */
export function createFetchContext<TQueryFnData, TError, TData, TQueryKey extends QueryKey>(
  query: Query<TQueryFnData, TError, TData, TQueryKey>,
  client: QueryClient,
  signal: FetchSignal,
  fetchOptions: FetchOptions<TQueryFnData> | undefined,
  onCall: () => void,
): FetchContext<TQueryFnData, TError, TData, TQueryKey> {
  const { queryKey } = query
  return {
    fetchOptions,
    options: query.options,
    queryKey,
    client,
    state: query.state,
    fetchFn: () => {
      const queryFn = ensureQueryFn(query.options, fetchOptions)
      const context = {
        client,
        queryKey,
        meta: query.meta,
        get [FETCH_SIGNAL]() {
          return signal.inner
        },
        get signal() {
          return signal.take()
        },
      } as QueryFunctionContext<TQueryKey>
      onCall()
      const { persister } = query.options
      return persister ? persister(queryFn, context, query as unknown as Query) : queryFn(context)
    },
    get [FETCH_SIGNAL]() {
      return signal.inner
    },
    get signal() {
      return signal.take()
    },
  } as FetchContext<TQueryFnData, TError, TData, TQueryKey>
}
