// Who is told of a change: sets of result fields as bits, which the engine compares.
import { wasm } from './wasm.js'
import type { QueryObserverOptions } from './types.js'

/** The fields of a result in the order of their bits; any other has the last bit. */
const FIELDS = [
  'data',
  'error',
  'status',
  'fetchStatus',
  'failureCount',
  'failureReason',
  'dataUpdatedAt',
  'errorUpdatedAt',
  'errorUpdateCount',
  'isPending',
  'isSuccess',
  'isError',
  'isInitialLoading',
  'isLoading',
  'isFetched',
  'isFetchedAfterMount',
  'isFetching',
  'isRefetching',
  'isLoadingError',
  'isPaused',
  'isPlaceholderData',
  'isRefetchError',
  'isStale',
  'isEnabled',
  'hasNextPage',
  'hasPreviousPage',
  'isFetchingNextPage',
  'isFetchingPreviousPage',
  'isFetchNextPageError',
  'isFetchPreviousPageError',
]
const BITS = new Map(FIELDS.map((name, i) => [name, 1 << i]))
const ANY_OTHER = 1 << 31
const ALL = -1

function bit(name: string): number {
  return BITS.get(name) ?? ANY_OTHER
}

/** The fields whose change an observer wants to hear of. */
export function wants(options: QueryObserverOptions<any, any, any, any, any>, tracked: Set<string>): number {
  const { notifyOnChangeProps } = options
  const named = typeof notifyOnChangeProps === 'function' ? notifyOnChangeProps() : notifyOnChangeProps
  if (named === 'all' || (!named && !tracked.size)) return ALL
  let bits = options.throwOnError ? bit('error') : 0
  for (const name of named ?? tracked) bits |= bit(name)
  return bits
}

/** The fields in which two results differ. */
export function changesBetween(before: object, after: object): number {
  let bits = 0
  for (const name of Object.keys(after)) {
    if ((before as any)[name] !== (after as any)[name]) bits |= bit(name)
  }
  return bits
}

/** Whether it is told. */
export function tells(wanted: number, changed: number): boolean {
  return wasm().query_tells(wanted, changed) !== 0
}
