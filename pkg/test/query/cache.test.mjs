import assert from 'node:assert/strict'
import { test } from 'node:test'
import { QueryCache, QueryClient, QueryObserver, hashKey, matchQuery, partialMatchKey, replaceEqualDeep } from 'whippet/query'
import { counter, pass, simulatedTime, watch } from './clock.mjs'

simulatedTime()

const found = (client, filters) =>
  client
    .getQueryCache()
    .findAll(filters)
    .map((query) => query.queryKey)

test('findAll finds queries by key, by prefix, and by parts of objects in the key', () => {
  const client = new QueryClient()
  const keys = [['todos'], ['todos', 1], ['todos', { page: 1, done: true }], ['todos', { page: 2 }], ['users', 1], [1], ['1']]
  for (const key of keys) client.setQueryData(key, 'data')
  assert.deepEqual(found(client, { queryKey: ['todos'] }), keys.slice(0, 4))
  assert.deepEqual(found(client, { queryKey: ['todos'], exact: true }), [['todos']])
  assert.deepEqual(found(client, { queryKey: ['todos', { page: 1 }] }), [keys[2]])
  assert.deepEqual(found(client, { queryKey: ['todos', {}] }), [keys[2], keys[3]])
  assert.deepEqual(found(client, { queryKey: [1] }), [[1]])
  assert.deepEqual(found(client, { queryKey: ['1'] }), [['1']])
  assert.deepEqual(found(client, { queryKey: ['nothing'] }), [])
  assert.deepEqual(found(client, { queryKey: [] }), keys)
  assert.deepEqual(found(client), keys)
  client.removeQueries({ queryKey: ['todos', 1] })
  assert.deepEqual(found(client, { queryKey: ['todos'] }).length, 3)
})

test('findAll finds keys that the index cannot hold: long ones, and those with their own hash function', () => {
  const client = new QueryClient()
  const long = Array.from({ length: 40 }, (_, i) => i)
  client.setQueryData(long, 'long')
  client.setQueryData([...long.slice(0, 39), 'other'], 'other')
  assert.deepEqual(found(client, { queryKey: long }), [long])
  assert.equal(found(client, { queryKey: long.slice(0, 35) }).length, 2)

  const options = { queryKey: ['big', 1n], queryKeyHashFn: (key) => key.join('/') }
  client.getQueryCache().build(client, options)
  assert.deepEqual(found(client, { queryKey: ['big', 1n] }), [['big', 1n]])
})

test('findAll agrees with a comparison of every key', () => {
  const client = new QueryClient()
  const parts = ['a', 1, '1', null, true, NaN, 1n, new Date(1), new Set([1]), { x: 1 }, { x: 1, y: [2] }, [1]]
  const keys = parts.flatMap((a) => [[a], ...parts.map((b) => [a, b])])
  for (const key of keys) client.setQueryData(key, 'data')
  const all = client.getQueryCache().getAll()
  for (const queryKey of keys) {
    for (const exact of [true, false]) {
      const scanned = all.filter((query) => matchQuery({ queryKey, exact }, query)).map((query) => query.queryHash)
      const indexed = client
        .getQueryCache()
        .findAll({ queryKey, exact })
        .map((query) => query.queryHash)
      assert.deepEqual(indexed, scanned)
    }
  }
})

test('a removed key frees its segments', () => {
  const client = new QueryClient()
  for (let i = 0; i < 1000; i++) {
    client.setQueryData(['search', `text ${i}`], i)
    assert.deepEqual(found(client, { queryKey: ['search', `text ${i}`] }), [['search', `text ${i}`]])
    client.removeQueries({ queryKey: ['search'] })
  }
  client.setQueryData(['a'], 1)
  assert.deepEqual(found(client, { queryKey: ['a'] }), [['a']])
})

test('an unobserved query is collected after the longest gcTime of its users', async () => {
  const client = new QueryClient()
  const key = ['a']
  const observer = new QueryObserver(client, { queryKey: key, queryFn: counter(), gcTime: 100 })
  const { unsubscribe } = watch(observer)
  await pass(1000)
  unsubscribe()
  await pass(99)
  assert.equal(client.getQueryData(key), 1)
  await pass(1)
  assert.equal(client.getQueryCache().find({ queryKey: key }), undefined)
  assert.equal(client.stats().evictions, 1)
})

test('a gcTime longer than the longest timeout is kept', async () => {
  const client = new QueryClient()
  const days = 24 * 60 * 60 * 1000
  const observer = new QueryObserver(client, { queryKey: ['a'], queryFn: counter(), gcTime: 30 * days })
  const { unsubscribe } = watch(observer)
  await pass(1)
  unsubscribe()
  await pass(29 * days, days)
  assert.equal(client.getQueryData(['a']), 1)
  await pass(days)
  assert.equal(client.getQueryData(['a']), undefined)
})

test('one timer serves all observers', async (t) => {
  const client = new QueryClient()
  const timers = t.mock.method(globalThis, 'setTimeout')
  client.setQueryData(['a'], 1)
  const before = timers.mock.callCount()
  for (let i = 0; i < 10_000; i++) {
    const observer = new QueryObserver(client, { queryKey: ['a'], staleTime: 1000, enabled: true })
    observer.subscribe(() => {})
  }
  assert.ok(timers.mock.callCount() - before <= 1)
})

test('clients share no queries', async () => {
  const [a, b] = [new QueryClient(), new QueryClient()]
  a.setQueryData(['x'], 'a')
  b.setQueryData(['x'], 'b')
  a.clear()
  assert.equal(b.getQueryData(['x']), 'b')
})

test('setQueryData shares equal parts, and updaters get the old data', () => {
  const client = new QueryClient()
  client.setQueryData(['a'], { rows: [{ id: 1 }, { id: 2 }] })
  const before = client.getQueryData(['a'])
  client.setQueryData(['a'], (data) => ({ rows: [{ id: 1 }, { id: data.rows.length + 1 }] }))
  const after = client.getQueryData(['a'])
  assert.notEqual(after, before)
  assert.equal(after.rows[0], before.rows[0])
  assert.deepEqual(after.rows[1], { id: 3 })
  assert.equal(
    client.setQueryData(['a'], () => undefined),
    undefined,
  )
})

test('callbacks of the cache run for every query', async () => {
  const calls = []
  const queryCache = new QueryCache({
    onSuccess: (data) => calls.push(['success', data]),
    onError: (error) => calls.push(['error', error.message]),
    onSettled: (data, error) => calls.push(['settled', data, error && error.message]),
  })
  const client = new QueryClient({ queryCache })
  await client.fetchQuery({ queryKey: ['a'], queryFn: () => 1 })
  await client.prefetchQuery({ queryKey: ['b'], queryFn: () => Promise.reject(new Error('no')) })
  assert.deepEqual(calls, [
    ['success', 1],
    ['settled', 1, null],
    ['error', 'no'],
    ['settled', undefined, 'no'],
  ])
})

test('stats() returns plain numbers that add up', async () => {
  const client = new QueryClient()
  assert.deepEqual([client.stats().fetches, client.stats().hitRate], [0, undefined])
  const options = { queryKey: ['a'], queryFn: counter(10), staleTime: 1000 }
  const fetched = Promise.all([client.fetchQuery(options), client.fetchQuery(options)])
  await pass(10)
  await fetched
  await client.fetchQuery(options)
  await client.prefetchQuery({ queryKey: ['b'], queryFn: () => Promise.reject(new Error('no')) })
  const { hits, misses, deduplicated, fetches, errors, hitRate, fetchLatency } = client.stats()
  assert.deepEqual(
    { hits, misses, deduplicated, fetches, errors, hitRate },
    {
      hits: 1,
      misses: 3,
      deduplicated: 1,
      fetches: 2,
      errors: 1,
      hitRate: 0.25,
    },
  )
  assert.deepEqual([fetchLatency.count, fetchLatency.sum, fetchLatency.max], [1, 10, 10])
})

test('hashKey, partialMatchKey and replaceEqualDeep work as exported', () => {
  assert.equal(hashKey(['a', { c: 1, b: [2] }]), '["a",{"b":[2],"c":1}]')
  assert.equal(partialMatchKey(['a', { b: 1, c: 2 }], ['a', { c: 2 }]), true)
  assert.equal(partialMatchKey(['a'], ['a', 'b']), false)
  const before = { a: [1, { b: 2 }], d: new Date(0) }
  const after = replaceEqualDeep(before, { a: [1, { b: 2 }], d: before.d })
  assert.equal(after, before)
  assert.deepEqual(replaceEqualDeep({ a: 1, b: undefined }, { a: 1 }), { a: 1 })
  assert.deepEqual(replaceEqualDeep([1, 2, 3], [1, 2]), [1, 2])
})

test('an observer that changes its key counts as a read', async () => {
  const client = new QueryClient()
  const about = (q) => ({ queryKey: ['search', q], queryFn: counter(), staleTime: 1000 })
  const observer = new QueryObserver(client, about('a'))
  const { unsubscribe } = watch(observer)
  await pass(1)
  for (const q of ['b', 'a']) {
    observer.setOptions(about(q))
    await pass(1)
  }
  const { hits, misses, fetches } = client.stats()
  assert.deepEqual({ hits, misses, fetches }, { hits: 1, misses: 2, fetches: 2 })
  unsubscribe()
})
