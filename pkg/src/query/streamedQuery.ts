// A query function for an `AsyncIterable`.
import { FETCH_SIGNAL, withSignal, type GetSignal } from './ensureQueryFn.js'
import { addToEnd } from './utils.js'
import type { QueryFunction, QueryFunctionContext, QueryKey } from './types.js'

type Params<TQueryFnData, TData, TQueryKey extends QueryKey> = {
  streamFn: (context: QueryFunctionContext<TQueryKey>) => AsyncIterable<TQueryFnData> | Promise<AsyncIterable<TQueryFnData>>
  /** What a refetch does with existing data: `'reset'` removes it first, `'append'` adds to it, `'replace'` swaps it at the end. */
  refetchMode?: 'append' | 'reset' | 'replace'
} & ({ reducer?: never; initialValue?: never } | { reducer: (data: TData, chunk: TQueryFnData) => TData; initialValue: TData })

/** Writes each chunk into the cache when it arrives. The fetch ends with the stream. */
export function streamedQuery<TQueryFnData = unknown, TData = Array<TQueryFnData>, TQueryKey extends QueryKey = QueryKey>({
  streamFn,
  refetchMode = 'reset',
  reducer = (items, chunk) => addToEnd(items as TQueryFnData[], chunk) as TData,
  initialValue = [] as TData,
}: Params<TQueryFnData, TData, TQueryKey>): QueryFunction<TData, TQueryKey> {
  return async (context) => {
    const { client, queryKey, meta, pageParam, direction } = context
    const getSignal = (context as { [FETCH_SIGNAL]?: GetSignal })[FETCH_SIGNAL]
    const signal = getSignal?.()
    if (signal?.aborted) return initialValue

    const query = client.getQueryCache().find({ queryKey, exact: true })
    const isRefetch = !!query?.isFetched()
    if (query && isRefetch && refetchMode === 'reset') query.setState({ ...query.resetState, fetchStatus: 'fetching' })
    const replace = isRefetch && refetchMode === 'replace'

    /** Set where the stream function reads the signal: the fetch is cancelled when it is aborted. */
    let cancels: AbortSignal | undefined
    const isCancelled = () => cancels?.aborted || signal?.aborted
    const stream = await streamFn(
      withSignal({ client, meta, queryKey, pageParam, direction }, (used) => {
        if (used) cancels = context.signal
        return cancels ?? signal!
      }) as QueryFunctionContext<TQueryKey>,
    )
    let result = initialValue
    for await (const chunk of stream) {
      if (isCancelled()) break
      if (replace) result = reducer(result, chunk)
      else {
        client.setQueryData<TData>(queryKey, (before: any = initialValue) => reducer(before, chunk) as any)
      }
    }
    if (replace && !isCancelled()) client.setQueryData<TData>(queryKey, result as any)
    result = client.getQueryData(queryKey) as TData
    return result === undefined ? initialValue : result
  }
}
