// Queries that are removed while they are observed, and fetches that a caller awaits.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  InfiniteQueryObserver,
  QueriesObserver,
  QueryClient,
  QueryObserver,
  dehydrate,
  focusManager,
  hydrate,
  onlineManager,
} from 'whippet/query'
import { after, counter, pass, settle, simulatedTime, watch } from './clock.mjs'

simulatedTime()

const removals = {
  clear: (client) => client.clear(),
  removeQueries: (client) => client.removeQueries({ queryKey: ['a'] }),
  remove: (client) => client.getQueryCache().remove(client.getQueryCache().find({ queryKey: ['a'] })),
}
const follow = {
  invalidateQueries: (client) => client.invalidateQueries(),
  'invalidateQueries by key': (client) => client.invalidateQueries({ queryKey: ['a'], exact: true }),
  refetchQueries: (client) => client.refetchQueries({ queryKey: ['a'] }),
  resetQueries: (client) => client.resetQueries({ queryKey: [] }),
  focus: () => {
    focusManager.setFocused(false)
    focusManager.setFocused(true)
  },
  reconnecting: () => {
    onlineManager.setOnline(false)
    onlineManager.setOnline(true)
  },
  prefetchQuery: (client, queryFn) => client.prefetchQuery({ queryKey: ['a'], queryFn }),
  setQueryData: (client) => client.setQueryData(['a'], 2),
  hydrate: (client) => {
    const server = new QueryClient()
    server.setQueryData(['a'], 2)
    hydrate(client, dehydrate(server))
  },
  'another observer': (client, queryFn) => new QueryObserver(client, { queryKey: ['a'], queryFn }).subscribe(() => {}),
}

for (const [removal, remove] of Object.entries(removals)) {
  for (const [what, act] of Object.entries(follow)) {
    test(`after ${removal} an observer follows the query that comes of ${what}`, async () => {
      const client = new QueryClient()
      client.mount()
      const queryFn = counter()
      const make = () => new QueryObserver(client, { queryKey: ['a'], queryFn })
      const observers = [make(), make()]
      const { seen } = watch(observers[0], 'data')
      observers[1].subscribe(() => {})
      await pass(1)
      remove(client)
      assert.equal(client.getQueryCache().getAll().length, 0)
      assert.equal(observers[0].getCurrentResult().data, 1, 'what it showed stays until there is something new')
      void act(client, queryFn)
      await pass(1)
      const query = client.getQueryCache().find({ queryKey: ['a'] })
      for (const observer of observers) {
        assert.equal(observer.getCurrentQuery(), query)
        assert.equal(observer.getCurrentResult().data, 2)
      }
      assert.deepEqual(seen.at(-1), [2])
      void client.invalidateQueries()
      await pass(1)
      assert.equal(observers[1].getCurrentResult().data, queryFn.calls)
      client.unmount()
    })
  }
}

test('an observer that has left a removed query is not kept', async () => {
  const client = new QueryClient()
  const queryFn = counter()
  const leave = Array.from({ length: 3 }, (_, i) => new QueryObserver(client, { queryKey: [i], queryFn }).subscribe(() => {}))
  await pass(1)
  client.clear()
  leave.forEach((leave) => leave())
  await client.invalidateQueries()
  assert.equal(queryFn.calls, 3)
  // A disabled observer does not fetch.
  new QueryObserver(client, { queryKey: ['off'], queryFn, enabled: false }).subscribe(() => {})
  client.clear()
  await client.refetchQueries()
  assert.deepEqual([queryFn.calls, client.getQueryCache().getAll()], [3, []])
})

test('an observer that mounts on a removed query observes its replacement', async () => {
  const client = new QueryClient()
  client.setQueryData(['a'], 'old')
  const make = () => new QueryObserver(client, { queryKey: ['a'], staleTime: Infinity })
  const [first, second] = [make(), make()]
  client.clear()
  first.subscribe(() => {})
  assert.equal(first.getCurrentResult().data, 'old')
  client.setQueryData(['a'], 'new')
  second.subscribe(() => {})
  client.setQueryData(['a'], 'newer')
  assert.deepEqual(
    [first, second].map((observer) => observer.getCurrentResult().data),
    ['newer', 'newer'],
  )
})

test('QueriesObserver and InfiniteQueryObserver follow the replacement too', async () => {
  const client = new QueryClient()
  let version = 1
  const queries = ['a', 'b'].map((name) => ({ queryKey: [name], queryFn: () => name + version }))
  const many = new QueriesObserver(client, queries)
  many.subscribe(() => {})
  const pages = new InfiniteQueryObserver(client, {
    queryKey: ['pages'],
    queryFn: ({ pageParam }) => `${pageParam} of ${version}`,
    initialPageParam: 1,
    getNextPageParam: (_last, all) => all.length + 1,
  })
  pages.subscribe(() => {})
  await pass(1)
  client.clear()
  version = 2
  await client.invalidateQueries()
  await pass(1)
  assert.deepEqual(
    many.getCurrentResult().map(({ data }) => data),
    ['a2', 'b2'],
  )
  assert.deepEqual(pages.getCurrentResult().data.pages, ['1 of 2'])
  client.clear()
  await pages.fetchNextPage()
  assert.deepEqual(client.getQueryData(['pages']).pages, ['1 of 2'])
})

/** Fetches while an observer comes and goes. */
async function interrupted(fetch, options = {}) {
  const client = new QueryClient()
  let fails = options.fails ?? 0
  const queryFn = ({ signal }) => after(10, signal && 'data').then((data) => (fails-- > 0 ? Promise.reject(Error('no')) : data))
  const query = { queryKey: ['a'], queryFn, retry: 3, retryDelay: 10 }
  if (options.before) client.setQueryData(['a'], 'old', { updatedAt: 1 })
  if (options.offline) onlineManager.setOnline(false)
  const promise = fetch(client, query)
  for (let i = 0; i < 3; i++) {
    await pass(5)
    new QueryObserver(client, { queryKey: ['a'], queryFn, enabled: false }).subscribe(() => {})()
  }
  onlineManager.setOnline(true)
  client.getQueryCache().onOnline()
  await pass(100, 5)
  return promise
}

test('a caller gets the data it awaits, though observers come and leave', async () => {
  const ways = {
    fetchQuery: (client, query) => client.fetchQuery(query),
    query: (client, query) => client.query(query),
    ensureQueryData: (client, query) => client.ensureQueryData(query),
    fetchOptimistic: (client, query) => new QueryObserver(client, query).fetchOptimistic(query).then(({ data }) => data),
    'a fetch that replaces it': (client, query) => {
      const promise = client.fetchQuery(query)
      void client.refetchQueries()
      return promise
    },
    'a fetch that it joins': (client, query) => {
      void client.prefetchQuery(query)
      return client.fetchQuery(query)
    },
  }
  for (const [name, fetch] of Object.entries(ways)) {
    assert.equal(await interrupted(fetch), 'data', name)
    assert.equal(await interrupted(fetch, { fails: 2 }), 'data', `${name}, tried again`)
    assert.equal(await interrupted(fetch, { offline: true }), 'data', `${name}, paused`)
    if (name !== 'ensureQueryData' && name !== 'fetchOptimistic') {
      assert.equal(await interrupted(fetch, { before: true }), 'data', `${name}, with data before`)
    }
  }
})

test('a prefetch is cancelled with the last observer', async () => {
  const client = new QueryClient()
  const queryFn = ({ signal }) => after(10, signal && 'data')
  void client.prefetchQuery({ queryKey: ['a'], queryFn })
  new QueryObserver(client, { queryKey: ['a'], enabled: false }).subscribe(() => {})()
  await settle()
  assert.equal(client.getQueryState(['a']).fetchStatus, 'idle')
  // So is a fetch that an observer started, as in TanStack Query.
  const leave = new QueryObserver(client, { queryKey: ['a'], queryFn }).subscribe(() => {})
  client.fetchQuery({ queryKey: ['a'], queryFn }).catch(() => {})
  leave()
  await settle()
  assert.equal(client.getQueryState(['a']).fetchStatus, 'idle')
})

test('an observer that renders again after its query was removed fetches the one that rendering made', async () => {
  for (const [removal, remove] of Object.entries(removals)) {
    const client = new QueryClient()
    const queryFn = counter()
    const options = { queryKey: ['a'], queryFn }
    const observer = new QueryObserver(client, options)
    observer.subscribe(() => {})
    await pass(1)
    remove(client)
    // As an adapter renders: the result first, the options after it.
    const defaulted = client.defaultQueryOptions(options)
    defaulted._optimisticResults = 'optimistic'
    const { status, fetchStatus } = observer.getOptimisticResult(defaulted)
    assert.deepEqual([status, fetchStatus], ['pending', 'fetching'], removal)
    observer.setOptions(defaulted)
    await pass(1)
    assert.deepEqual([observer.getCurrentResult().data, queryFn.calls], [2, 2], removal)
    // A first fetch that was cancelled is not begun again by rendering.
    client.clear()
    observer.getOptimisticResult(defaulted)
    observer.setOptions(defaulted)
    await client.cancelQueries()
    observer.setOptions({ ...defaulted })
    await pass(1)
    assert.equal(observer.getCurrentResult().fetchStatus, 'idle', removal)
    assert.equal(queryFn.calls, 3, removal)
    client.clear()
  }
})
