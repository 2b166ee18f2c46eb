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
  return makesNoPages(step, world)
}

/** Whether it gives an infinite query data that is not of pages: query-core throws where that is looked at. */
function makesNoPages([op, first, second], world) {
  if (op === 'defaults') return first.initialData !== undefined
  if (op === 'query') return second === 'setData' && first >= PAGES
  return op === 'setMany' && matching(world, first).some((query) => query.queryType === 'infinite')
}

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
