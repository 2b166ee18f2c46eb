import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InfiniteQueryObserver, QueriesObserver, QueryClient, dehydrate, hydrate } from 'whippet/query'
import { after, pass, settle, simulatedTime } from './clock.mjs'

simulatedTime()

const pages = {
  queryKey: ['pages'],
  queryFn: ({ pageParam }) => after(10, [pageParam * 2, pageParam * 2 + 1]),
  initialPageParam: 0,
  getNextPageParam: (last, all, param) => (param < 2 ? param + 1 : undefined),
  getPreviousPageParam: (first, all, param) => (param > 0 ? param - 1 : undefined),
}

test('an infinite query fetches page after page to the end', async () => {
  const client = new QueryClient()
  const observer = new InfiniteQueryObserver(client, { ...pages })
  observer.subscribe(() => {})
  await pass(10)
  for (let i = 0; i < 2; i++) {
    assert.equal(observer.getCurrentResult().hasNextPage, true)
    observer.fetchNextPage()
    await settle()
    assert.equal(observer.getCurrentResult().isFetchingNextPage, true)
    assert.equal(observer.getCurrentResult().isRefetching, false)
    await pass(10)
  }
  const { data, hasNextPage, hasPreviousPage } = observer.getCurrentResult()
  assert.deepEqual(data, {
    pages: [
      [0, 1],
      [2, 3],
      [4, 5],
    ],
    pageParams: [0, 1, 2],
  })
  assert.deepEqual([hasNextPage, hasPreviousPage], [false, false])
})

test('`pages` fetches several pages at once, and maxPages limits them', async () => {
  const client = new QueryClient()
  const fetched = client.fetchInfiniteQuery({ ...pages, pages: 3 })
  await pass(30, 10)
  assert.deepEqual((await fetched).pageParams, [0, 1, 2])

  const observer = new InfiniteQueryObserver(client, { ...pages, queryKey: ['few'], maxPages: 2 })
  observer.subscribe(() => {})
  await pass(10)
  for (let i = 0; i < 2; i++) {
    observer.fetchNextPage()
    await pass(10)
  }
  assert.deepEqual(observer.getCurrentResult().data.pageParams, [1, 2])
})

test('QueriesObserver observes a list of queries', async () => {
  const client = new QueryClient()
  const query = (id) => ({ queryKey: ['item', id], queryFn: () => after(10, id), staleTime: Infinity })
  const observer = new QueriesObserver(client, [query(1), query(2)])
  let results = []
  observer.subscribe((result) => (results = result))
  await pass(10)
  assert.deepEqual(
    results.map(({ data }) => data),
    [1, 2],
  )
  const [first] = observer.getObservers()
  observer.setQueries([query(3), query(1)])
  await pass(10)
  assert.deepEqual(
    results.map(({ data }) => data),
    [3, 1],
  )
  assert.equal(observer.getObservers()[1], first, 'the observer of a query that stays stays')
})

test('a dehydrated cache is hydrated elsewhere', async () => {
  const server = new QueryClient()
  await server.prefetchQuery({ queryKey: ['a'], queryFn: () => ({ rows: [1] }), meta: { from: 'server' } })
  await server.prefetchQuery({ queryKey: ['failed'], queryFn: () => Promise.reject(new Error('no')) })
  const sent = JSON.parse(JSON.stringify(dehydrate(server)))
  assert.deepEqual(
    sent.queries.map(({ queryHash }) => queryHash),
    ['["a"]'],
  )

  const client = new QueryClient()
  hydrate(client, sent)
  assert.deepEqual(client.getQueryData(['a']), { rows: [1] })
  assert.equal(await client.fetchQuery({ queryKey: ['a'], queryFn: () => 'never', staleTime: 1000 }), client.getQueryData(['a']))

  client.setQueryData(['a'], 'newer', { updatedAt: Date.now() + 1 })
  hydrate(client, sent)
  assert.equal(client.getQueryData(['a']), 'newer')
})

test('a pending query is dehydrated as a promise', async () => {
  const server = new QueryClient()
  server.prefetchQuery({ queryKey: ['a'], queryFn: () => after(10, 'streamed') })
  const sent = dehydrate(server, { shouldDehydrateQuery: () => true })
  const client = new QueryClient()
  await pass(1)
  hydrate(client, sent)
  assert.equal(client.getQueryState(['a']).fetchStatus, 'fetching')
  await pass(10)
  assert.equal(client.getQueryData(['a']), 'streamed')
})

test('a retry continues with the page that failed', async () => {
  const asked = []
  const fetched = new QueryClient().fetchInfiniteQuery({
    queryKey: ['pages'],
    queryFn: ({ pageParam }) => {
      asked.push(pageParam)
      return asked.length === 2 ? Promise.reject(new Error('once')) : Promise.resolve(`page ${pageParam}`)
    },
    initialPageParam: 1,
    getNextPageParam: (_page, _pages, param) => param + 1,
    pages: 3,
    retry: 1,
    retryDelay: 10,
  })
  await pass(10)
  assert.deepEqual((await fetched).pages, ['page 1', 'page 2', 'page 3'])
  assert.deepEqual(asked, [1, 2, 2, 3])
})

test('an infinite query is abortable once its function has read the signal', async () => {
  const client = new QueryClient()
  const asking = new InfiniteQueryObserver(client, { ...pages, queryFn: ({ signal }) => after(10, signal.aborted) })
  const leave = asking.subscribe(() => {})
  await pass(10)
  const refetched = client.refetchQueries({}, { throwOnError: true })
  client
    .getQueryCache()
    .getAll()[0]
    .setOptions({ ...pages })
  leave()
  await pass(10)
  await refetched
  assert.equal(client.getQueryState(['pages']).dataUpdateCount, 1, 'the fetch was stopped')
})

/** Pages that are numbers, from a function that never reads its signal. */
function deaf(ms = 10) {
  const queryFn = ({ pageParam }) => {
    options.asked.push(pageParam)
    return after(ms, pageParam)
  }
  const options = { queryKey: ['deaf'], queryFn, initialPageParam: 0, getNextPageParam: (_, pages) => pages.length }
  return Object.assign(options, { asked: [] })
}

test('a cancelled or replaced fetch of many pages fetches no further page', async () => {
  const ways = {
    cancelQueries: (client) => client.cancelQueries(),
    clear: (client) => client.clear(),
    removeQueries: (client) => client.removeQueries(),
    resetQueries: (client) => client.resetQueries(),
    'a timeout': () => pass(15),
    'another fetch': (client) => client.getQueryCache().getAll()[0].fetch(undefined, { cancelRefetch: true }),
  }
  for (const [way, end] of Object.entries(ways)) {
    const client = new QueryClient()
    const { asked, ...options } = deaf()
    if (way === 'another fetch') client.setQueryData(['deaf'], { pages: ['old'], pageParams: [0] })
    const timeout = way === 'a timeout' ? { timeout: 15 } : {}
    client.fetchInfiniteQuery({ ...options, ...timeout, pages: 5 }).catch(() => {})
    await pass(12, 4)
    assert.deepEqual(asked, [0, 1])
    void end(client)
    await pass(5)
    const [query] = client.getQueryCache().getAll()
    if (way === 'another fetch') query.setOptions({ ...options, pages: 1 })
    await pass(100, 5)
    const others = way === 'another fetch' ? [0, 1, 2, 3, 4] : []
    assert.deepEqual(asked, [0, 1, ...others], way)
  }
})

test('a fetch of many pages that cannot be aborted continues when observers leave', async () => {
  const client = new QueryClient()
  const { asked, ...options } = deaf()
  const fetched = client.fetchInfiniteQuery({ ...options, pages: 3 })
  new InfiniteQueryObserver(client, options).subscribe(() => {})()
  await pass(30, 5)
  assert.deepEqual((await fetched).pages, [0, 1, 2])
})

for (const [direction, next, edited] of [
  ['fetchNextPage', 1, ['edited', 'new']],
  ['fetchPreviousPage', -1, ['new', 'edited']],
]) {
  test(`data written while the ${direction} page is loading stays`, async () => {
    const client = new QueryClient()
    let failing = true
    const observer = new InfiniteQueryObserver(client, {
      queryKey: ['edited'],
      queryFn: async ({ pageParam }) => {
        await after(10)
        if (pageParam !== 0 && failing) throw new Error('once')
        return pageParam === 0 ? 'first' : 'new'
      },
      initialPageParam: 0,
      getNextPageParam: () => 1,
      getPreviousPageParam: () => -1,
      retry: 1,
      retryDelay: 10,
    })
    observer.subscribe(() => {})
    await pass(10)
    const fetched = observer[direction]()
    await pass(12, 2)
    failing = false
    client.setQueryData(['edited'], (data) => ({ ...data, pages: data.pages.map(() => 'edited') }))
    await pass(30, 5)
    const { data } = await fetched
    assert.deepEqual(data.pages, edited)
    assert.deepEqual(data.pageParams, next === 1 ? [0, 1] : [-1, 0])
  })
}

test('pages removed or added by hand while one is loading stay so', async () => {
  const client = new QueryClient()
  const { asked, ...options } = deaf()
  const observer = new InfiniteQueryObserver(client, options)
  observer.subscribe(() => {})
  await pass(10)
  void observer.fetchNextPage()
  await pass(5)
  client.setQueryData(['deaf'], { pages: ['a', 'b'], pageParams: [7, 8] })
  await pass(5)
  assert.deepEqual(observer.getCurrentResult().data, { pages: ['a', 'b', 1], pageParams: [7, 8, 1] })
  void observer.fetchNextPage()
  await pass(5)
  client.setQueryData(['deaf'], { pages: [], pageParams: [] })
  await pass(5)
  assert.deepEqual(observer.getCurrentResult().data, { pages: [3], pageParams: [3] })
  // Data that has no pages is not touched.
  void observer.fetchNextPage()
  await pass(5)
  client.setQueryData(['deaf'], 'text')
  await pass(5)
  assert.deepEqual(observer.getCurrentResult().data.pages, [3, 1])
})

test('a page whose function never read the signal is kept, whatever an earlier fetch did', async () => {
  const client = new QueryClient()
  let early
  const observer = new InfiniteQueryObserver(client, {
    ...pages,
    queryFn: (context) => {
      if (context.pageParam === 0) early = [context, context.signal]
      return after(10, context.pageParam)
    },
  })
  const leave = observer.subscribe(() => {})
  await pass(10)
  void observer.fetchNextPage()
  await settle()
  // An earlier function that reads its signal late does not make this fetch abortable.
  assert.equal(early[0].signal.aborted, false)
  leave()
  await pass(10)
  assert.deepEqual(client.getQueryData(['pages']).pages, [0, 1])
})
