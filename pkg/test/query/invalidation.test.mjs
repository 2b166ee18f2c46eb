import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InfiniteQueryObserver, QueryClient, QueryObserver, dehydrate, hydrate, matchQuery } from 'whippet/query'
import { after, pass, settle, simulatedTime, watch } from './clock.mjs'

simulatedTime()

/** A server that takes 10 ms and answers with the value that it had when the request came. */
function server() {
  const asked = []
  const queryFn = () => {
    asked.push(queryFn.value)
    return after(10, queryFn.value)
  }
  return Object.assign(queryFn, { value: 'old', asked })
}

test('fetchQuery after an invalidation waits for data that is newer', async () => {
  const client = new QueryClient()
  const queryFn = server()
  const options = { queryKey: ['a'], queryFn, staleTime: 60_000 }
  const first = client.fetchQuery(options)
  await pass(5)
  queryFn.value = 'new'
  await client.invalidateQueries({ queryKey: ['a'] })
  await pass(5)
  assert.equal(await first, 'old')
  assert.equal(client.getQueryState(['a']).isInvalidated, true, 'the answer is older than the invalidation')
  const second = client.fetchQuery(options)
  await pass(10)
  assert.equal(await second, 'new')
  assert.equal(client.getQueryState(['a']).isInvalidated, false)
  assert.deepEqual(queryFn.asked, ['old', 'new'])
})

test('invalidating an observed query replaces the running fetch', async () => {
  const client = new QueryClient()
  const queryFn = server()
  const { seen, unsubscribe } = watch(new QueryObserver(client, { queryKey: ['a'], queryFn, staleTime: 60_000 }), 'data')
  await pass(5)
  queryFn.value = 'new'
  const done = client.invalidateQueries({ queryKey: ['a'] })
  await pass(10)
  await done
  assert.equal(client.getQueryData(['a']), 'new')
  assert.ok(!seen.flat().includes('old'))
  assert.equal(client.getQueryState(['a']).isInvalidated, false)
  unsubscribe()
})

test('an invalidation without refetch, or that joins, still outdates the running fetch', async () => {
  for (const how of [[{ refetchType: 'none' }], [{}, { cancelRefetch: false }]]) {
    const client = new QueryClient()
    const queryFn = server()
    const { unsubscribe } = watch(new QueryObserver(client, { queryKey: ['a'], queryFn, staleTime: 60_000 }))
    await pass(5)
    queryFn.value = 'new'
    void client.invalidateQueries({ queryKey: ['a'], ...how[0] }, how[1])
    await pass(5)
    const { isInvalidated } = client.getQueryState(['a'])
    assert.equal(isInvalidated, true, 'the answer is older than the invalidation')
    await pass(20)
    void client.prefetchQuery({ queryKey: ['a'], queryFn, staleTime: 60_000 })
    await pass(20)
    assert.equal(client.getQueryData(['a']), 'new')
    unsubscribe()
  }
})

test('setQueryData after an invalidation does not validate an older response', async () => {
  const client = new QueryClient()
  const queryFn = server()
  void client.prefetchQuery({ queryKey: ['a'], queryFn })
  await pass(5)
  await client.invalidateQueries({ queryKey: ['a'] })
  client.setQueryData(['a'], 'mine')
  assert.equal(client.getQueryState(['a']).isInvalidated, false)
  await pass(5)
  assert.equal(client.getQueryState(['a']).isInvalidated, true)
})

test('resetQueries refetches observed queries and touches no others', async () => {
  const client = new QueryClient()
  const queryFn = server()
  for (let i = 0; i < 100; i++) client.setQueryData(['other', i], i)
  client.setQueryData(['a', 1], 'set')
  const { unsubscribe } = watch(new QueryObserver(client, { queryKey: ['a', 2], queryFn }))
  await pass(10)
  const others = client.getQueryCache().findAll({ queryKey: ['other'] })
  const looked = others.map((query) => (query.isActive = () => assert.fail('it was looked at')))
  assert.equal(looked.length, 100)
  for (const filters of [{ queryKey: ['a'] }, { queryKey: ['a'], stale: true }, { queryKey: ['a', 2], exact: true }]) {
    void client.resetQueries(filters)
    assert.equal(client.getQueryState(['a', 2]).fetchStatus, 'fetching')
    await pass(10)
  }
  assert.equal(client.getQueryData(['a', 1]), undefined)
  assert.equal(queryFn.asked.length, 4)
  unsubscribe()
})

test('the filter types active and inactive agree with a comparison of each query', () => {
  const client = new QueryClient()
  for (let i = 0; i < 6; i++) client.setQueryData(['a', i % 2, i], i)
  for (const [i, enabled] of [
    [1, true],
    [2, false],
    [4, true],
    [5, () => false],
  ]) {
    new QueryObserver(client, { queryKey: ['a', i % 2, i], enabled, staleTime: Infinity }).subscribe(() => {})
  }
  const all = client.getQueryCache().getAll()
  for (const type of ['active', 'inactive', 'all']) {
    for (const key of [['a'], ['a', 0], ['a', 1, 5]]) {
      for (const exact of [true, false]) {
        const filters = { queryKey: key, type, exact }
        const found = client
          .getQueryCache()
          .findAll(filters)
          .map((query) => query.queryHash)
        assert.deepEqual(
          found,
          all.filter((query) => matchQuery(filters, query)).map((query) => query.queryHash),
        )
      }
    }
  }
})

test('an invalidation survives the running fetch, however that ends', async () => {
  const ends = {
    cancelQueries: (client) => client.cancelQueries(),
    'a silent cancelQueries': (client) => client.cancelQueries(undefined, { silent: true }),
    'the last observer leaving': (_client, leave) => leave(),
    'cancel()': (client) =>
      client
        .getQueryCache()
        .find({ queryKey: ['a'] })
        .cancel({ revert: true }),
  }
  for (const [name, end] of Object.entries(ends)) {
    for (const before of [undefined, 'old']) {
      const client = new QueryClient()
      const asked = []
      const queryFn = ({ signal }) => after(10, asked.push(signal)).then(() => 'new')
      const options = { queryKey: ['a'], queryFn, staleTime: Infinity }
      if (before) client.setQueryData(['a'], before)
      const { unsubscribe } = watch(new QueryObserver(client, { ...options, staleTime: 0 }))
      await client.invalidateQueries({ refetchType: 'none' })
      await end(client, unsubscribe)
      unsubscribe()
      await settle()
      assert.equal(client.getQueryState(['a']).isInvalidated, true, name)
      watch(new QueryObserver(client, options))
      await pass(10)
      assert.deepEqual([client.getQueryData(['a']), asked.length], ['new', 2], name)
      assert.equal(client.getQueryState(['a']).isInvalidated, false, name)
    }
  }
})

test('fetchNextPage does not make the other pages fresh', async () => {
  const page = { data: 'old', fails: false }
  const setUp = async () => {
    Object.assign(page, { data: 'old', fails: false })
    const client = new QueryClient()
    const observer = new InfiniteQueryObserver(client, {
      queryKey: ['a'],
      queryFn: ({ pageParam }) => after(10).then(() => (page.fails ? Promise.reject(Error('no')) : page.data + pageParam)),
      initialPageParam: 5,
      getNextPageParam: (_last, _all, param) => param + 1,
      getPreviousPageParam: (_first, _all, param) => param - 1,
      staleTime: Infinity,
      retry: false,
    })
    observer.subscribe(() => {})
    await pass(10)
    page.data = 'new'
    const isStale = () => observer.getCurrentResult().isStale
    return { client, observer, isStale }
  }
  for (const fetchPage of ['fetchNextPage', 'fetchPreviousPage']) {
    {
      const { client, observer, isStale } = await setUp()
      await client.invalidateQueries({ refetchType: 'none' })
      void observer[fetchPage]()
      await pass(10)
      assert.deepEqual([observer.getCurrentResult().data.pages.length, isStale()], [2, true], 'after it')
      void observer.refetch()
      await pass(20, 10)
      assert.equal(isStale(), false, 'all pages were fetched')
    }
    {
      const { client, observer, isStale } = await setUp()
      void client.invalidateQueries()
      await pass(5)
      void observer[fetchPage]()
      await pass(10)
      assert.deepEqual([observer.getCurrentResult().data.pages.length, isStale()], [2, true], 'during its refetch')
    }
    {
      const { client, observer, isStale } = await setUp()
      void observer[fetchPage]()
      await pass(5)
      void client.invalidateQueries({ refetchType: 'none' })
      await pass(5)
      assert.equal(isStale(), true, 'overtaken by it')
    }
    {
      const { observer, isStale } = await setUp()
      page.fails = true
      void observer[fetchPage]()
      await pass(10)
      assert.equal(isStale(), true)
      page.fails = false
      void observer[fetchPage]()
      await pass(10)
      assert.equal(isStale(), false, 'nothing but the page was amiss')
    }
  }
})

test('data hydrated during a fetch stays when the fetch is cancelled', async () => {
  for (const end of ['leave', 'cancel']) {
    for (const before of [undefined, 'v1']) {
      const client = new QueryClient()
      if (before) client.setQueryData(['a'], before)
      const queryFn = ({ signal }) => after(50, signal && 'slow')
      const { unsubscribe } = watch(new QueryObserver(client, { queryKey: ['a'], queryFn }))
      await pass(5)
      const server = new QueryClient()
      server.setQueryData(['a'], 'v2')
      hydrate(client, dehydrate(server))
      if (end === 'leave') unsubscribe()
      else await client.cancelQueries()
      await settle()
      const { data, status, fetchStatus } = client.getQueryState(['a'])
      assert.deepEqual([data, status, fetchStatus], ['v2', 'success', 'idle'])
      unsubscribe()
    }
  }
})
