// Matching of queries and mutations with filters.
import { hashKey, hashKeyByOptions, partialMatchKey } from './hashKey.js'
import type { Mutation, MutationFilters, Query, QueryFilters } from './types.js'

/** Whether a query matches. */
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

/** Whether a query matches the filter apart from its key. */
export function matchQueryByState(filters: QueryFilters<any>, query: Query<any, any, any, any>): boolean {
  const { type = 'all', stale, fetchStatus, predicate } = filters
  if (type !== 'all' && query.isActive() !== (type === 'active')) return false
  if (typeof stale === 'boolean' && query.isStale() !== stale) return false
  if (fetchStatus && fetchStatus !== query.state.fetchStatus) return false
  return !predicate || predicate(query as Query)
}

/** Whether a mutation matches. */
export function matchMutation(filters: MutationFilters<any, any, any, any>, mutation: Mutation<any, any, any, any>): boolean {
  const { exact, status, predicate, mutationKey } = filters
  if (mutationKey) {
    const key = mutation.options.mutationKey
    if (!key) return false
    if (exact ? hashKey(key) !== hashKey(mutationKey) : !partialMatchKey(key, mutationKey)) return false
  }
  if (status && mutation.state.status !== status) return false
  return !predicate || predicate(mutation)
}
