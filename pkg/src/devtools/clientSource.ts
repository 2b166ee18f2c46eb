// A running client as a source of the panel. It uses what TanStack Query's client has too, so theirs is shown as well.
import type { QueryCacheNotifyEvent, QueryClient } from '../query/types.js'
import { mutationRow, queryRow, type AnyMutation, type AnyQuery } from './queryRow.js'
import type { Action, Details, Event, Row, Source } from './source.js'
import { timersOf, type Seen } from './timers.js'

/** Results that were computed anew say nothing about the query. */
const NO_NEWS = new Set(['observerResultsUpdated', 'observerOptionsUpdated'])

export function clientSource(client: QueryClient): Source {
  const queries = client.getQueryCache()
  const mutations = client.getMutationCache()
  const seen = new WeakMap<AnyQuery, Seen>()
  /** The states that simulations have replaced. */
  const replaced = new WeakMap<AnyQuery, AnyQuery['state']>()

  const note = (event: QueryCacheNotifyEvent) => {
    const query = event.query as AnyQuery
    const known = seen.get(query) ?? {}
    if (event.type === 'observerRemoved' && !query.getObserversCount()) known.unwatched = Date.now()
    const what = event.type === 'updated' && event.action.type
    if (what === 'failed') known.failed = Date.now()
    // Data came, which ends a simulation: what that has replaced is older.
    if (what === 'success') replaced.delete(query)
    seen.set(query, known)
  }

  const mutationOf = (row: Row) =>
    mutations.getAll().find((mutation) => String(mutation.mutationId) === row.id) as AnyMutation | undefined

  return {
    rows() {
      const rows = queries.getAll().map((query) => queryRow(query as AnyQuery))
      return rows.concat(mutations.getAll().map((mutation) => mutationRow(mutation as AnyMutation)))
    },

    watch(listener) {
      const ends = [
        queries.subscribe((event) => {
          note(event)
          if (NO_NEWS.has(event.type)) return
          const query = event.query as AnyQuery
          const row = event.type === 'removed' ? undefined : queryRow(query)
          listener({ at: Date.now(), kind: 'query', id: query.queryHash, what: nameOf(event), row })
        }),
        mutations.subscribe((event) => {
          const mutation = event.mutation as AnyMutation | undefined
          if (!mutation || NO_NEWS.has(event.type)) return
          const row = event.type === 'removed' ? undefined : mutationRow(mutation)
          listener({ at: Date.now(), kind: 'mutation', id: String(mutation.mutationId), what: nameOf(event), row })
        }),
      ]
      return () => ends.forEach((end) => end())
    },

    details(row) {
      if (row.kind === 'mutation') {
        const mutation = mutationOf(row)
        return mutation && mutationDetails(mutation)
      }
      const query = queries.get(row.id) as AnyQuery | undefined
      return query && queryDetails(query, seen.get(query), replaced.has(query))
    },

    act(row, action) {
      if (row.kind === 'mutation') {
        const mutation = mutationOf(row)
        if (mutation && action === 'remove') mutations.remove(mutation)
        return
      }
      const query = queries.get(row.id) as AnyQuery | undefined
      if (query) actOn(client, query, action, replaced)
    },
  }
}

function nameOf(event: { type: string; action?: { type: string } }): Event['what'] {
  return event.action?.type ?? event.type
}

function queryDetails(query: AnyQuery, seen: Seen | undefined, isSimulated: boolean): Details {
  const { data, error, ...state } = query.state
  const actions: Action[] = isSimulated
    ? ['restore', 'remove']
    : ['refetch', 'invalidate', 'reset', 'remove', 'simulate loading', 'simulate an error']
  if (!isSimulated && state.fetchStatus !== 'idle') actions.splice(1, 0, 'cancel')
  return {
    values: [
      ['key', query.queryKey],
      ['data', data],
      ...(error ? ([['error', error]] as const) : []),
      ['state', state],
      ['options', query.options],
    ],
    timers: timersOf(query, seen),
    observers: query.observers.map((observer, index) => [`observer ${index + 1}`, observer.options]),
    actions,
  }
}

function mutationDetails(mutation: AnyMutation): Details {
  const { data, error, variables, context, ...state } = mutation.state
  const given = Object.entries({ variables, data, error: error ?? undefined, context }).filter(([, value]) => value !== undefined)
  const isSettled = mutation.state.status === 'success' || mutation.state.status === 'error'
  return {
    values: [...given, ['state', state], ['options', mutation.options]] as Details['values'],
    timers: [],
    observers: [],
    actions: isSettled ? ['remove'] : [],
  }
}

function actOn(client: QueryClient, query: AnyQuery, action: Action, replaced: WeakMap<AnyQuery, AnyQuery['state']>): void {
  const filters = { queryKey: query.queryKey, exact: true, predicate: (other: unknown) => other === query }
  const replace = (simulate: () => void) => {
    if (!replaced.has(query)) replaced.set(query, query.state)
    simulate()
  }
  const quiet = (promise: Promise<unknown>) => void promise.catch(() => {})
  switch (action) {
    case 'refetch':
      return quiet(client.refetchQueries(filters))
    case 'invalidate':
      return quiet(client.invalidateQueries(filters))
    case 'reset':
      return quiet(client.resetQueries(filters))
    case 'cancel':
      return quiet(client.cancelQueries(filters))
    case 'remove':
      return client.removeQueries(filters)
    case 'simulate loading':
      return replace(() => {
        quiet(query.cancel({ silent: true }))
        // It ends when it is restored, or when the query is fetched anew, with its own function.
        const { options } = query
        quiet(query.fetch({ ...options, queryFn: () => new Promise(() => {}), timeout: Infinity } as typeof options))
        query.setOptions(options)
        query.setState({ data: undefined, status: 'pending' })
      })
    case 'simulate an error':
      return replace(() => {
        quiet(query.cancel({ silent: true }))
        query.setState({ status: 'error', error: new Error('simulated by the devtools'), fetchStatus: 'idle' })
      })
    case 'restore': {
      const state = replaced.get(query)
      replaced.delete(query)
      quiet(query.cancel({ silent: true }))
      if (state) query.setState({ ...state, fetchStatus: 'idle' })
    }
  }
}
