// Intended differences (docs/query.md). Steps and observations that would show them are skipped, here and nowhere else.

/** Queries with this number and above are infinite. */
const PAGES = 5

/** Whether both libraries skip a step. Receives the state before the step. */
export function skips(step, world) {
  const [op, method, filters, options] = step
  if (op === 'queries' && method === 'invalidateQueries') {
    return matching(world, filters).some((query) => isFetching(query) && !replaced(query, filters, options))
  }
  if (op === 'query' && filters === 'invalidate') return matching(world, { key: method }).some(isFetching)
  // In whippet, `reset` does not keep an unobserved query from being garbage-collected.
  if (op === 'queries' && method === 'resetQueries') {
    return matching(world, filters).some((query) => query.getObserversCount() === 0)
  }
  // In whippet, observers of a removed query follow its replacement.
  if (op === 'queries' && method === 'removeQueries') {
    return matching(world, filters).some((query) => query.getObserversCount() > 0)
  }
  if (op === 'rehydrate' && method && matching(world).some((query) => query.getObserversCount() > 0)) return true
  if (op === 'subscribe') return queriesOf(world, method).some((query) => !isKnown(world, query))
  // In whippet, interrupted mutations fail on hydration, and refetching does not wait for a mutation that hangs.
  const mutations = world.client.getMutationCache().getAll()
  if (op === 'rehydrate') return mutations.some(({ state }) => state.status === 'pending' && !state.isPaused)
  if ((op === 'focus' || op === 'online') && method && world.mounts > 0) {
    return mutations.some(({ state }) => state.isPaused)
  }
  // At the end all come online, and query-core would wait for a paused mutation that hangs.
  if (op === 'mutate' && !world.library.onlineManager.isOnline()) {
    return world.observers.get(method)?.observer.options.mutationFn?.does === 'never'
  }
  // whippet has one timer for all queries: of several that fail in the same millisecond, another may notify first.
  if (op === 'queries' && options?.throwOnError && matching(world, filters).length > 1) return true
  // In whippet, `fetchNextPage` does not make invalidated pages fresh.
  if (/^fetch(Next|Previous)Page$/.test(filters)) {
    return queriesOf(world, method).some((query) => query.state.isInvalidated)
  }
  // In whippet, a caller that awaits a fetch gets its data though observers leave.
  if (op === 'client' && !method.startsWith('prefetch')) return waits(world, filters)
  if (op === 'observerFetchOptimistic') return waits(world, filters)
  return makesNoPages(step, world)
}

/** Whether a step gives an infinite query data without pages, at which query-core throws. */
function makesNoPages([op, first, second], world) {
  if (op === 'defaults') return first.initialData !== undefined
  if (op === 'query') return second === 'setData' && first >= PAGES
  return op === 'setMany' && matching(world, first).some((query) => query.queryType === 'infinite')
}

/** Whether a fetch with `options` would run for some time without an observer. */
function waits(world, { queryKey, queryFn }) {
  const [query] = world.client.getQueryCache().findAll({ ...world.tools.filters({ key: queryKey }), exact: true })
  if (query?.getObserversCount()) return false
  const isQuick = queryFn?.ms <= 0 && !/fail|flaky|never/i.test(queryFn.does) && !queryFn.signal
  return !isQuick || !world.library.onlineManager.isOnline() || (query !== undefined && isFetching(query))
}

/** The queries that observers of the script use now or later. */
function queriesOf(world, id) {
  const observer = world.observers.get(id)?.observer
  return observer?.getQueries?.() ?? (observer?.getCurrentQuery ? [observer.getCurrentQuery()] : [])
}

const isKnown = (world, query) => world.client.getQueryCache().get(query.queryHash) === query

function matching(world, filters) {
  return world.client.getQueryCache().findAll(world.tools.filters(filters))
}

const isFetching = (query) => query.state.fetchStatus !== 'idle' || query.promise !== undefined

/**
 * In whippet, a fetch that began before an invalidation does not satisfy it. Where it is replaced anyway, both agree.
 */
function replaced(query, filters, options) {
  return query.state.data !== undefined && !filters.refetchType && !filters.type && !options && query.isActive()
}

/** Whether two observations of a subject agree: `theirs` of query-core, `ours` of whippet/query. */
export function alike(subject, theirs, ours) {
  // whippet has one timer per cache, query-core one per query, observer or mutation. It must not have more.
  if (subject === 'timers') return Number(ours[0]) <= Number(theirs[0])
  return theirs.join('\n') === ours.join('\n')
}

const removed = new WeakSet()

/** Whether an event of the mutation cache counts. query-core notifies of a cleared mutation again after its gcTime. */
export function hears({ type, mutation }) {
  if (type !== 'removed') return true
  if (removed.has(mutation)) return false
  removed.add(mutation)
  return true
}

// No listener throws: in query-core that breaks the fetch and stops other listeners.

/** Whether a function for pages reads its signal. If not, query-core fetches pages that nobody needs. */
export function mustListen(getNextPageParam) {
  return getNextPageParam !== '$nextNull'
}
