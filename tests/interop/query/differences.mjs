// Where whippet/query differs on purpose (docs/query.md): what would show it is left out, here and nowhere else.

/** Queries of this number and above are infinite. */
const PAGES = 5

/** Whether a step is left out in both libraries. It is given the world before the step. */
export function skips(step, world) {
  const [op, method, filters, options] = step
  if (op === 'queries' && method === 'invalidateQueries') {
    return matching(world, filters).some((query) => isFetching(query) && !replaced(query, filters, options))
  }
  if (op === 'query' && filters === 'invalidate') return matching(world, { key: method }).some(isFetching)
  // A reset does not keep a query that nobody looks at from being collected.
  if (op === 'queries' && method === 'resetQueries') {
    return matching(world, filters).some((query) => query.getObserversCount() === 0)
  }
  // Who looks at a query that is taken out follows the next of its key.
  if (op === 'queries' && method === 'removeQueries') {
    return matching(world, filters).some((query) => query.getObserversCount() > 0)
  }
  if (op === 'rehydrate' && method && matching(world).some((query) => query.getObserversCount() > 0)) return true
  if (op === 'subscribe') return queriesOf(world, method).some((query) => !isKnown(world, query))
  // What was interrupted fails when it is hydrated, and queries wait for no mutation that hangs.
  const mutations = world.client.getMutationCache().getAll()
  if (op === 'rehydrate') return mutations.some(({ state }) => state.status === 'pending' && !state.isPaused)
  if ((op === 'focus' || op === 'online') && method && world.mounts > 0) {
    return mutations.some(({ state }) => state.isPaused)
  }
  // A mutation that is paused and hangs would be waited for when all come online in the end.
  if (op === 'mutate' && !world.library.onlineManager.isOnline()) {
    return world.observers.get(method)?.observer.options.mutationFn?.does === 'never'
  }
  // One clock serves all queries: of several that fail in the same millisecond, another may be told first.
  if (op === 'queries' && options?.throwOnError && matching(world, filters).length > 1) return true
  // A page more does not make fresh what is invalidated.
  if (/^fetch(Next|Previous)Page$/.test(filters)) {
    return queriesOf(world, method).some((query) => query.state.isInvalidated)
  }
  // Who waits for a fetch, and looks at nothing, gets it whoever else looks no more.
  if (op === 'client' && !method.startsWith('prefetch')) return waits(world, filters)
  if (op === 'observerFetchOptimistic') return waits(world, filters)
  return makesNoPages(step, world)
}

/** Whether it gives an infinite query data that is not of pages: query-core throws where that is looked at. */
function makesNoPages([op, first, second], world) {
  if (op === 'defaults') return first.initialData !== undefined
  if (op === 'query') return second === 'setData' && first >= PAGES
  return op === 'setMany' && matching(world, first).some((query) => query.queryType === 'infinite')
}

/** Whether a fetch of `options` would be on its way for some time, with nobody looking at the query. */
function waits(world, { queryKey, queryFn }) {
  const [query] = world.client.getQueryCache().findAll({ ...world.tools.filters({ key: queryKey }), exact: true })
  if (query?.getObserversCount()) return false
  const isQuick = queryFn?.ms <= 0 && !/fail|flaky|never/i.test(queryFn.does) && !queryFn.signal
  return !isQuick || !world.library.onlineManager.isOnline() || (query !== undefined && isFetching(query))
}

/** What an observer of the script looks at, or will. */
function queriesOf(world, id) {
  const observer = world.observers.get(id)?.observer
  return observer?.getQueries?.() ?? (observer?.getCurrentQuery ? [observer.getCurrentQuery()] : [])
}

const isKnown = (world, query) => world.client.getQueryCache().get(query.queryHash) === query

function matching(world, filters) {
  return world.client.getQueryCache().findAll(world.tools.filters(filters))
}

const isFetching = (query) => query.state.fetchStatus !== 'idle' || query.promise !== undefined

/** An invalidation is never satisfied by a fetch that began before; where that is replaced anyway, all is alike. */
function replaced(query, filters, options) {
  return query.state.data !== undefined && !filters.refetchType && !filters.type && !options && query.isActive()
}

/** Whether what was seen of a subject is the same: `theirs` by query-core, `ours` by whippet/query. */
export function alike(subject, theirs, ours) {
  // A cache has one timer where query-core has one per query, observer or mutation; it must not be more.
  if (subject === 'timers') return Number(ours[0]) <= Number(theirs[0])
  return theirs.join('\n') === ours.join('\n')
}

const removed = new WeakSet()

/** Whether an event of the mutation cache counts: query-core tells a second time, after its gc time, of what was cleared. */
export function hears({ type, mutation }) {
  if (type !== 'removed') return true
  if (removed.has(mutation)) return false
  removed.add(mutation)
  return true
}

// No listener throws: in query-core that breaks the fetch, and keeps others from being told.

/** Whether a function for pages must look at its signal: otherwise query-core asks for more when nobody waits for them. */
export function mustListen(getNextPageParam) {
  return getNextPageParam !== '$nextNull'
}
