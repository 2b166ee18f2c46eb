import assert from 'node:assert/strict'
import { test } from 'node:test'
import { QueryCache, QueryClient, QueryObserver, dehydrate, environmentManager, hydrate } from 'whippet/query'
import { jsonQuery } from 'whippet/json'
import { after, counter, pass, simulatedTime } from './clock.mjs'

simulatedTime()

/** How long a query is kept for an expected observer, in ms. */
const MOMENT = 5_000

const keys = (client) =>
  client
    .getQueryCache()
    .getAll()
    .map((query) => query.queryKey[0])

function fill(client, ...names) {
  for (const name of names) client.setQueryData([name], name)
}

test('beyond maxEntries, the least recently used query is evicted', async () => {
  const client = new QueryClient({ maxEntries: 3 })
  const removed = []
  client.getQueryCache().subscribe(({ type, query }) => type === 'removed' && removed.push(query.queryKey[0]))
  fill(client, 'a', 'b', 'c')
  assert.equal(client.getQueryData(['a']), 'a')
  fill(client, 'd')
  assert.deepEqual(keys(client), ['a', 'c', 'd'])
  await client.fetchQuery({ queryKey: ['c'], queryFn: () => 'c', staleTime: Infinity })
  fill(client, 'e', 'f')
  assert.deepEqual(keys(client), ['c', 'e', 'f'])
  assert.deepEqual(removed, ['b', 'a', 'd'])
  assert.equal(client.stats().evictions, 3)
  // An evicted query leaves nothing behind.
  assert.equal(client.getQueryData(['b']), undefined)
  assert.deepEqual(client.getQueryCache().findAll({ queryKey: ['b'] }), [])
})

test('observed and fetching queries are not evicted', async () => {
  const client = new QueryClient({ queryCache: new QueryCache({ maxEntries: 1 }) })
  const observers = ['a', 'b'].map((name) => new QueryObserver(client, { queryKey: [name], queryFn: () => name }))
  const leave = observers.map((observer) => observer.subscribe(() => {}))
  const fetched = client.fetchQuery({ queryKey: ['c'], queryFn: () => after(10, 'c') })
  fill(client, 'd', 'e')
  assert.deepEqual(keys(client), ['a', 'b', 'c', 'e'])
  await pass(10)
  assert.equal(await fetched, 'c')
  assert.deepEqual(keys(client), ['a', 'b', 'c'], 'nobody has looked at it yet')
  await pass(MOMENT)
  assert.deepEqual(keys(client), ['a', 'b'])
  leave[0]()
  assert.deepEqual(keys(client), ['a', 'b'])
  // An observer that returns at once finds its query.
  leave.push(observers[0].subscribe(() => {}))
  assert.equal(observers[0].getCurrentResult().data, 'a')
  leave.slice(1).forEach((leave) => leave())
  assert.equal(keys(client).length, 1)
})

test('observing an evicted query restores it, or uses its replacement', () => {
  const client = new QueryClient({ maxEntries: 1 })
  fill(client, 'a')
  const make = () => new QueryObserver(client, { queryKey: ['a'], staleTime: Infinity })
  const [first, second] = [make(), make()]
  fill(client, 'b')
  assert.deepEqual(keys(client), ['b'])
  const leave = first.subscribe(() => {})
  assert.deepEqual([keys(client), first.getCurrentResult().data], [['a'], 'a'])
  leave()
  fill(client, 'c')
  client.setQueryData(['a'], 'another')
  for (const observer of [first, second]) observer.subscribe(() => {})
  client.setQueryData(['a'], 'new')
  assert.deepEqual(
    [first, second].map((observer) => observer.getCurrentResult().data),
    ['new', 'new'],
  )
})

test('beyond maxBytes, the least recently used query is evicted', () => {
  const client = new QueryClient({ maxBytes: 10_000 })
  const text = 'x'.repeat(1000)
  for (let i = 0; i < 20; i++) client.setQueryData([i], [text, { text }])
  const held = keys(client)
  assert.ok(held.length >= 3 && held.length <= 5, `${held.length} of 2000 characters each`)
  assert.equal(held.at(-1), 19)
  assert.equal(client.stats().evictions, 20 - held.length)
  // A query that grows evicts others, not itself.
  client.setQueryData([19], [text.repeat(20)])
  assert.deepEqual(keys(client), [19])
  client.setQueryData([20], 1)
  assert.deepEqual(keys(client), [20])
})

test('the size of large and cyclic values is estimated from a sample', () => {
  const client = new QueryClient({ maxBytes: 1_000_000 })
  let reads = 0
  const row = {
    get text() {
      reads++
      return 'x'.repeat(100)
    },
  }
  client.setQueryData(['small'], 1)
  client.setQueryDefaults(['rows'], { structuralSharing: false })
  client.setQueryData(['rows'], Array(100_000).fill(row))
  assert.deepEqual(keys(client), ['rows'], 'ten million characters do not fit')
  assert.ok(reads <= 1000, `${reads} values were looked at`)
  const ring = new Map()
  ring.set('me', [ring])
  client.setQueryData(['ring'], ring)
  assert.deepEqual(keys(client), ['ring'])
})

test('data of jsonQuery counts as the size of its body', async () => {
  const client = new QueryClient({ maxBytes: 1000 })
  // Three values in a long body.
  const body = `[1,${' '.repeat(500)}2,3]`
  const get = (name) => client.fetchQuery({ queryKey: [name], queryFn: jsonQuery(() => new Response(body)) })
  assert.deepEqual(await get('a'), [1, 2, 3])
  fill(client, 'b')
  assert.deepEqual(keys(client), ['a', 'b'])
  await pass(MOMENT)
  await get('c')
  assert.deepEqual(keys(client), ['b', 'c'])
})

test('without valid limits nothing is evicted', () => {
  for (const config of [{}, { maxEntries: NaN }, { maxBytes: -1 }, { maxEntries: Infinity }]) {
    const client = new QueryClient(config)
    fill(client, 'a', 'b', 'c')
    assert.equal(keys(client).length, 3)
    assert.equal(client.stats().evictions, 0)
  }
})

test('limits apply to queries created by observers', async () => {
  const client = new QueryClient({ maxEntries: 2 })
  for (let i = 0; i < 10; i++) {
    const leave = new QueryObserver(client, { queryKey: [i], queryFn: counter() }).subscribe(() => {})
    await pass(1)
    leave()
  }
  assert.deepEqual(keys(client), [8, 9])
  assert.equal(client.stats().evictions, 8)
})

/**
 * Renders suspended components as React does: each attempt creates new observers, and none subscribes before all have data.
 * Each of `queries` suspends alone, or all suspend together.
 */
async function draw(client, queries, together) {
  for (let attempt = 1; attempt <= 50; attempt++) {
    const observers = queries.map((query) => new QueryObserver(client, { ...query, suspense: true }))
    const waiting = []
    for (const [i, observer] of observers.entries()) {
      if (!observer.getOptimisticResult(client.defaultQueryOptions(queries[i])).isPending) continue
      waiting.push(observer.fetchOptimistic(queries[i]).catch(() => {}))
      if (!together) break
    }
    if (!waiting.length) return observers
    await Promise.all([Promise.all(waiting), pass(2_000, 10)])
  }
  return assert.fail('it is never drawn')
}

test('more suspended components than fit all render, each fetched once', async () => {
  for (const isServer of [false, true]) {
    environmentManager.setIsServer(() => isServer)
    for (const limit of [{ maxEntries: 3 }, { maxEntries: 0 }, { maxBytes: 100_000 }, { maxBytes: 0 }]) {
      for (const together of [false, true]) {
        const client = new QueryClient(limit)
        const calls = []
        const queries = Array.from({ length: 5 }, (_, i) => ({
          queryKey: [i],
          queryFn: () => after(10 + 400 * i, calls.push(i)).then(() => 'x'.repeat(60_000)),
          staleTime: Infinity,
        }))
        const observers = await draw(client, queries, together)
        assert.deepEqual(calls, [0, 1, 2, 3, 4], JSON.stringify({ ...limit, together, isServer }))
        const leave = observers.map((observer) => observer.subscribe(() => {}))
        assert.equal(keys(client).length, 5)
        leave.forEach((leave) => leave())
        client.setQueryData(['more'], 1)
        assert.ok(keys(client).length <= Math.max(limit.maxEntries ?? 2, 1), 'what was looked at goes as ever')
      }
    }
  }
})

test('hydrated, ensured and prefetched queries stay for a moment before limits apply', async () => {
  const options = (i) => ({ queryKey: [i], queryFn: () => i, staleTime: Infinity })
  const numbers = [0, 1, 2, 3, 4]
  const ways = {
    hydrate: (client) => {
      const server = new QueryClient()
      numbers.forEach((i) => server.setQueryData([i], i))
      hydrate(client, dehydrate(server))
    },
    prefetchQuery: (client) => numbers.forEach((i) => void client.prefetchQuery(options(i))),
    ensureQueryData: (client) => numbers.forEach((i) => void client.ensureQueryData(options(i))),
    fetchQuery: (client) => numbers.forEach((i) => void client.fetchQuery(options(i))),
    'prefetchQuery of what failed': (client) => {
      const queryFn = () => Promise.reject(Error('no'))
      numbers.forEach((i) => void client.prefetchQuery({ ...options(i), queryFn }))
    },
  }
  for (const [name, bring] of Object.entries(ways)) {
    const client = new QueryClient({ maxEntries: 3 })
    bring(client)
    await pass(1)
    assert.deepEqual(keys(client), numbers, name)
    const leave = new QueryObserver(client, { ...options(0), enabled: false }).subscribe(() => {})
    leave()
    assert.deepEqual(keys(client), numbers, name)
    await pass(MOMENT - 1, 100)
    client.setQueryData(['more'], 1)
    assert.ok(!keys(client).includes(0), `${name}: this one was looked at`)
    await pass(1)
    assert.equal(keys(client).length, 3, name)
  }
})

test('ensuring a query again renews the time that it is kept', async () => {
  const client = new QueryClient({ maxEntries: 1 })
  const options = { queryKey: ['a'], queryFn: () => 'a', staleTime: Infinity }
  for (const again of ['ensureQueryData', 'fetchQuery', 'prefetchQuery']) {
    await client.fetchQuery(options)
    await pass(MOMENT - 1)
    await client[again](options)
    client.setQueryData(['b'], 1)
    await pass(MOMENT - 1)
    assert.ok(keys(client).includes('a'), again)
    await pass(1)
    assert.equal(keys(client).length, 1)
  }
})
