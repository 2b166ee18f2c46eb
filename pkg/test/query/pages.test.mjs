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

test('grows page by page, to its end', async () => {
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
  assert.deepEqual(data, { pages: [[0, 1], [2, 3], [4, 5]], pageParams: [0, 1, 2] })
  assert.deepEqual([hasNextPage, hasPreviousPage], [false, false])
})

test('fetches several pages at once, and keeps no more than it should', async () => {
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

test('many queries as one', async () => {
  const client = new QueryClient()
  const query = (id) => ({ queryKey: ['item', id], queryFn: () => after(10, id), staleTime: Infinity })
  const observer = new QueriesObserver(client, [query(1), query(2)])
  let results = []
  observer.subscribe((result) => (results = result))
  await pass(10)
  assert.deepEqual(results.map(({ data }) => data), [1, 2])
  const [first] = observer.getObservers()
  observer.setQueries([query(3), query(1)])
  await pass(10)
  assert.deepEqual(results.map(({ data }) => data), [3, 1])
  assert.equal(observer.getObservers()[1], first, 'the observer of a query that stays stays')
})

test('a cache goes out as plain data and comes in somewhere else', async () => {
  const server = new QueryClient()
  await server.prefetchQuery({ queryKey: ['a'], queryFn: () => ({ rows: [1] }), meta: { from: 'server' } })
  await server.prefetchQuery({ queryKey: ['failed'], queryFn: () => Promise.reject(new Error('no')) })
  const sent = JSON.parse(JSON.stringify(dehydrate(server)))
  assert.deepEqual(sent.queries.map(({ queryHash }) => queryHash), ['["a"]'])

  const client = new QueryClient()
  hydrate(client, sent)
  assert.deepEqual(client.getQueryData(['a']), { rows: [1] })
  assert.equal(await client.fetchQuery({ queryKey: ['a'], queryFn: () => 'never', staleTime: 1000 }), client.getQueryData(['a']))

  client.setQueryData(['a'], 'newer', { updatedAt: Date.now() + 1 })
  hydrate(client, sent)
  assert.equal(client.getQueryData(['a']), 'newer')
})

test('what is still on its way goes along as a promise', async () => {
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

test('a retry goes on with the page that failed', async () => {
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

test('a query that grows can be stopped once its function has looked at the signal', async () => {
  const client = new QueryClient()
  const asking = new InfiniteQueryObserver(client, { ...pages, queryFn: ({ signal }) => after(10, signal.aborted) })
  const leave = asking.subscribe(() => {})
  await pass(10)
  const refetched = client.refetchQueries({}, { throwOnError: true })
  client.getQueryCache().getAll()[0].setOptions({ ...pages })
  leave()
  await pass(10)
  await refetched
  assert.equal(client.getQueryState(['pages']).dataUpdateCount, 1, 'the fetch was stopped')
})
