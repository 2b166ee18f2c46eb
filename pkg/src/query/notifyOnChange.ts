// Which changes of a result notify: sets of fields as bits, which the engine compares.
import type { Exports } from './wasm.js'
import type { QueryObserverOptions } from './types.js'

/** The fields of a result in the order of their bits. All other fields share the last bit. */
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

/** The fields whose changes notify the listeners of an observer. */
export function watchedFields(
  options: QueryObserverOptions<any, any, any, any, any>,
  tracked: Set<string> | undefined,
): number {
  const { notifyOnChangeProps } = options
  const named = typeof notifyOnChangeProps === 'function' ? notifyOnChangeProps() : notifyOnChangeProps
  if (named === 'all' || (!named && !tracked)) return ALL
  let bits = options.throwOnError ? bit('error') : 0
  for (const name of named ?? tracked!) bits |= bit(name)
  return bits
}

/** The fields in which two results of a `QueryObserver` differ. */
export function changedFields(before: any, after: any): number {
  // Unrolled because it runs for each observer at each change, and a loop over names is much slower. Fields that can be
  // NaN are compared with `Object.is`, as React does.
  return (
    +!Object.is(before.data, after.data) |
    (+!Object.is(before.error, after.error) << 1) |
    (+(before.status !== after.status) << 2) |
    (+(before.fetchStatus !== after.fetchStatus) << 3) |
    (+(before.failureCount !== after.failureCount) << 4) |
    (+!Object.is(before.failureReason, after.failureReason) << 5) |
    (+!Object.is(before.dataUpdatedAt, after.dataUpdatedAt) << 6) |
    (+!Object.is(before.errorUpdatedAt, after.errorUpdatedAt) << 7) |
    (+(before.errorUpdateCount !== after.errorUpdateCount) << 8) |
    (+(before.isPending !== after.isPending) << 9) |
    (+(before.isSuccess !== after.isSuccess) << 10) |
    (+(before.isError !== after.isError) << 11) |
    (+(before.isInitialLoading !== after.isInitialLoading) << 12) |
    (+(before.isLoading !== after.isLoading) << 13) |
    (+(before.isFetched !== after.isFetched) << 14) |
    (+(before.isFetchedAfterMount !== after.isFetchedAfterMount) << 15) |
    (+(before.isFetching !== after.isFetching) << 16) |
    (+(before.isRefetching !== after.isRefetching) << 17) |
    (+(before.isLoadingError !== after.isLoadingError) << 18) |
    (+(before.isPaused !== after.isPaused) << 19) |
    (+(before.isPlaceholderData !== after.isPlaceholderData) << 20) |
    (+(before.isRefetchError !== after.isRefetchError) << 21) |
    (+(before.isStale !== after.isStale) << 22) |
    (+(before.isEnabled !== after.isEnabled) << 23)
  )
}

/** `changedFields` for results with additional fields, such as those of infinite queries. */
export function changedFieldsByName(before: any, after: any): number {
  let bits = 0
  for (const name of Object.keys(after)) if (!Object.is(before[name], after[name])) bits |= bit(name)
  return bits
}

/** Whether a change of the `changed` fields notifies an observer of the `wanted` ones. */
export function shouldNotify(exports: Exports, wanted: number, changed: number): boolean {
  return exports.query_notifies(wanted, changed) !== 0
}
