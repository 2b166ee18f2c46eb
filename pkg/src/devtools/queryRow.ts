// Queries and mutations as rows of the list.
import type { Mutation, Query, QueryKey } from '../query/types.js'
import { plain } from './session.js'
import type { QueryLabel, Row } from './source.js'

export type AnyQuery = Query<any, any, any, QueryKey>
export type AnyMutation = Mutation<any, any, any, any>

export function queryRow(query: AnyQuery): Row {
  const { state } = query
  return {
    kind: 'query',
    id: query.queryHash,
    text: query.queryHash,
    label: queryLabel(query),
    observers: query.getObserversCount(),
    updatedAt: Math.max(state.dataUpdatedAt, state.errorUpdatedAt),
    state,
  }
}

function queryLabel(query: AnyQuery): QueryLabel {
  return labelOf({
    ...query.state,
    observers: query.getObserversCount(),
    // Asked only where it matters.
    isDisabled: () => query.isDisabled(),
    isStatic: () => query.isStatic?.() ?? false,
    isStale: () => query.isStale(),
  })
}

/** What decides the word for a query. */
export interface LabelFacts {
  readonly fetchStatus: 'fetching' | 'paused' | 'idle'
  readonly status: 'pending' | 'error' | 'success'
  readonly observers: number
  isDisabled(): boolean
  isStatic(): boolean
  isStale(): boolean
}

/** TanStack's devtools have the same words, and show an error as one that is stale. */
export function labelOf(facts: LabelFacts): QueryLabel {
  if (facts.fetchStatus !== 'idle') return facts.fetchStatus
  if (facts.status === 'error') return 'error'
  if (!facts.observers) return 'inactive'
  if (facts.isDisabled()) return 'disabled'
  if (facts.isStatic()) return 'static'
  return facts.isStale() ? 'stale' : 'fresh'
}

export function mutationRow(mutation: AnyMutation): Row {
  const { state, options } = mutation
  // Unlike the key of a query, it need not be JSON: nothing has hashed it.
  const name = options.mutationKey ? JSON.stringify(plain(options.mutationKey)) : options.mutationFn?.name
  return {
    kind: 'mutation',
    id: String(mutation.mutationId),
    text: `${name || 'mutation'} #${mutation.mutationId}`,
    label: state.isPaused ? 'paused' : state.status,
    // The number of observers is private.
    observers: 0,
    updatedAt: state.submittedAt,
    state,
  }
}
