// Which queries and mutations a filter means.
import { hashKey, hashKeyByOptions, partialMatchKey } from './keys.js'
import type { Mutation } from './mutation.js'
import type { Query } from './query.js'
import type { FetchStatus, MutationKey, MutationStatus, QueryKey } from './types.js'

type DropLast<T extends readonly unknown[]> = T extends readonly [...infer R, unknown] ? readonly [...R] : never
type TuplePrefixes<T extends readonly unknown[]> = T extends readonly []
  ? readonly []
  : TuplePrefixes<DropLast<T>> | T

/** With observers that are enabled, without, or either. */
export type QueryTypeFilter = 'all' | 'active' | 'inactive'

/** Which queries are meant. What is left out matches all. */
export interface QueryFilters<TQueryKey extends QueryKey = QueryKey> {
  /** Those that somebody looks at, `'active'`, those that nobody does, `'inactive'`, or all, the default. */
  type?: QueryTypeFilter
  /** Whether `queryKey` is the key as a whole, not its beginning. `false` by default, and in `find` `true`. */
  exact?: boolean
  /** Only those for which this says yes. */
  predicate?: (query: Query) => boolean
  /** The beginning of the key. */
  queryKey?: TQueryKey | TuplePrefixes<TQueryKey>
  /** Those whose data is stale, `true`, or is not, `false`. */
  stale?: boolean
  /** Those that are being fetched, that wait for the network, or of which nothing is going on. */
  fetchStatus?: FetchStatus
}

/** Which mutations are meant. What is left out matches all. */
export interface MutationFilters<
  TData = unknown,
  TError = Error,
  TVariables = unknown,
  TOnMutateResult = unknown,
> {
  /** Whether `mutationKey` is the key as a whole, not its beginning. `false` by default, and in `find` `true`. */
  exact?: boolean
  /** Only those for which this says yes. */
  predicate?: (mutation: Mutation<TData, TError, TVariables, TOnMutateResult>) => boolean
  /** The beginning of the key. */
  mutationKey?: TuplePrefixes<MutationKey>
  /** Those that have not begun, run or wait, are done, or failed. */
  status?: MutationStatus
}

/** Whether a filter means this query. */
export function matchQuery(filters: QueryFilters<any>, query: Query<any, any, any, any>): boolean {
  const { queryKey, exact } = filters
  if (queryKey) {
    const matches = exact
      ? query.queryHash === hashKeyByOptions(queryKey, query.options)
      : partialMatchKey(query.queryKey, queryKey)
    if (!matches) return false
  }
  return matchQueryByState(filters, query)
}

/** Whether a filter means this query, its key aside. */
export function matchQueryByState(filters: QueryFilters<any>, query: Query<any, any, any, any>): boolean {
  const { type = 'all', stale, fetchStatus, predicate } = filters
  if (type !== 'all' && query.isActive() !== (type === 'active')) return false
  if (typeof stale === 'boolean' && query.isStale() !== stale) return false
  if (fetchStatus && fetchStatus !== query.state.fetchStatus) return false
  return !predicate || predicate(query as Query)
}

/** Whether a filter means this mutation. */
export function matchMutation(
  filters: MutationFilters<any, any, any, any>,
  mutation: Mutation<any, any, any, any>,
): boolean {
  const { exact, status, predicate, mutationKey } = filters
  if (mutationKey) {
    const key = mutation.options.mutationKey
    if (!key) return false
    if (exact ? hashKey(key) !== hashKey(mutationKey) : !partialMatchKey(key, mutationKey)) return false
  }
  if (status && mutation.state.status !== status) return false
  return !predicate || predicate(mutation)
}
