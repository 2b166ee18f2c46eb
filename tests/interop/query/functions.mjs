// The functions that scripts refer to by name.

/** A page whose data is equal each time but for its number. */
function page(value) {
  return { value, list: [{ id: 1 }, { id: 2, value }], same: { deep: ['x', { y: 1 }] } }
}

class AppError extends Error {}

/**
 * A query function by its description: `ms` until it settles (0: a promise that settles at once, -1: a value without a
 * promise), `does` its outcome, and whether it reads its `signal`. `fail2` fails twice and then succeeds.
 */
export function fetcher(world, { ms = 0, does = 'ok', signal }) {
  return (context) => {
    const { pageParam, direction, meta } = context
    const key = JSON.stringify(context.queryKey)
    const call = (world.calls.get(key) ?? 0) + 1
    world.calls.set(key, call)
    world.log(key, `queryFn call ${call} page ${pageParam} ${direction} meta ${JSON.stringify(meta)}`)
    const answer = () => {
      if (does === 'same') return page('same')
      if (does === 'undefined') return undefined
      if (does === 'null') return null
      if (does === 'fail' || (does === 'fail2' && call % 3 !== 0) || (does === 'flaky' && call % 2 === 1)) {
        throw new AppError(`call ${call}`)
      }
      if (does === 'failNothing') throw undefined
      return pageParam === undefined ? page(call) : { page: pageParam, call: does === 'pages' ? call : 0 }
    }
    if (does === 'throw') throw new AppError(`sync ${call}`)
    if (signal) context.signal.addEventListener('abort', () => world.log(key, `aborted ${call}`))
    if (does === 'never') return new Promise(() => {})
    if (ms < 0) return answer()
    if (ms === 0) return Promise.resolve().then(answer)
    return new Promise((resolve, reject) => {
      setTimeout(() => {
        try {
          resolve(answer())
        } catch (error) {
          reject(error)
        }
      }, ms)
    })
  }
}

const has = (query) => query.state.data !== undefined

/** Functions for options, by name. */
export const functions = (world) => {
  let throws = 0
  const thrower = (name) => () => {
    throw new AppError(`${name} ${++throws}`)
  }
  return {
    // enabled
    whenData: (query) => has(query),
    unlessData: (query) => !has(query),
    yes: () => true,
    no: () => false,
    // staleTime
    stale700: () => 701,
    staleByCount: (query) => query.state.dataUpdateCount * 907,
    static: () => 'static',
    // refetchInterval
    interval400: () => 403,
    intervalUntil3: (query) => (query.state.dataUpdateCount < 3 ? 307 : false),
    intervalWhenError: (query) => (query.state.status === 'error' ? 503 : false),
    // refetchOnMount and its like
    always: () => 'always',
    // select
    pick: (data) => data?.list ?? data?.pages?.length ?? data,
    wrap: (data) => ({ wrapped: data }),
    count: () => ++world.selects,
    selectThrows: thrower('select'),
    selectThrowsSometimes: (data) => {
      if (data?.value % 2) throw new AppError('odd')
      return data
    },
    toUndefined: () => undefined,
    // placeholderData
    keepPrevious: (previous) => previous,
    placeholder: () => ({ value: 'placeholder' }),
    // initialData
    initial: () => ({ value: 'initial' }),
    initialUpdatedAt: () => Date.now() - 1501,
    none: () => undefined,
    // retry
    retryTwice: (count) => count < 2,
    never: () => false,
    // retryDelay
    delayGrows: (count) => 111 * (count + 1),
    // notifyOnChangeProps
    dataOnly: () => ['data'],
    everything: () => 'all',
    // structuralSharing
    shareLast: (_, after) => after,
    shareFirst: (before, after) => before ?? after,
    // predicate
    isStale: (query) => query.isStale(),
    hasObservers: (query) => query.getObserversCount() > 0,
    // updaters
    increment: (before) => ({ ...before, value: (before?.value ?? 0) + 1 }),
    copy: (before) => before && structuredClone(before),
    // pages
    nextUpTo4: (last) => (last?.page < 4 ? last.page + 1 : undefined),
    nextNull: () => null,
    nextByParams: (_last, pages, param) => (pages.length < 5 ? (param ?? 0) + 1 : undefined),
    previousDownTo: (first) => (first?.page > -3 ? first.page - 1 : undefined),
    // combine
    combineData: (results) => ({
      data: results.map((result) => result.data),
      pending: results.some((result) => result.isPending),
    }),
    combineStatus: (results) => results.map((result) => result.status).join(),
    combineCount: (results) => {
      world.log('queries', `combine of ${results.length}`)
      return results.length
    },
    // hydration
    serialize: (data) => ({ sent: data }),
    deserialize: (data) => data?.sent,
    all: () => true,
    // anything that throws
    throws: thrower('callback'),
  }
}
