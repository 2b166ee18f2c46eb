import assert from 'node:assert/strict'
import { test } from 'node:test'
import { QueryCache, QueryClient, QueryObserver } from 'whippet/query'
import { jsonQuery } from 'whippet/json'
import { after, counter, pass, simulatedTime } from './clock.mjs'

simulatedTime()

const keys = (client) => client.getQueryCache().getAll().map((query) => query.queryKey[0])

function fill(client, ...names) {
  for (const name of names) client.setQueryData([name], name)
}

test('of more than maxEntries, the longest unused goes', async () => {
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
  // What went is as if it had never been.
  assert.equal(client.getQueryData(['b']), undefined)
  assert.deepEqual(client.getQueryCache().findAll({ queryKey: ['b'] }), [])
})

test('what is observed or on its way stays, however many', async () => {
  const client = new QueryClient({ queryCache: new QueryCache({ maxEntries: 1 }) })
  const observers = ['a', 'b'].map((name) => new QueryObserver(client, { queryKey: [name], queryFn: () => name }))
  const leave = observers.map((observer) => observer.subscribe(() => {}))
  const fetched = client.fetchQuery({ queryKey: ['c'], queryFn: () => after(10, 'c') })
  fill(client, 'd', 'e')
  assert.deepEqual(keys(client), ['a', 'b', 'c', 'e'])
  await pass(10)
  assert.equal(await fetched, 'c')
  leave[0]()
  assert.deepEqual(keys(client), ['a', 'b'])
  // Who comes back at once finds it still there.
  leave.push(observers[0].subscribe(() => {}))
  assert.equal(observers[0].getCurrentResult().data, 'a')
  leave.slice(1).forEach((leave) => leave())
  assert.equal(keys(client).length, 1)
})

test('who looks at what was let go meanwhile finds it again, or what took its place', () => {
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
  assert.deepEqual([first, second].map((observer) => observer.getCurrentResult().data), ['new', 'new'])
})

test('of more than maxBytes, the longest unused goes', () => {
  const client = new QueryClient({ maxBytes: 10_000 })
  const text = 'x'.repeat(1000)
  for (let i = 0; i < 20; i++) client.setQueryData([i], [text, { text }])
  const held = keys(client)
  assert.ok(held.length >= 3 && held.length <= 5, `${held.length} of 2000 characters each`)
  assert.equal(held.at(-1), 19)
  assert.equal(client.stats().evictions, 20 - held.length)
  // One that grows makes others go, but not itself.
  client.setQueryData([19], [text.repeat(20)])
  assert.deepEqual(keys(client), [19])
  client.setQueryData([20], 1)
  assert.deepEqual(keys(client), [20])
})

test('a large value is weighed by a sample, and one that contains itself too', () => {
  const client = new QueryClient({ maxBytes: 1_000_000 })
  let reads = 0
  const row = { get text() { reads++; return 'x'.repeat(100) } }
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

test('what jsonQuery fetched weighs what its body did', async () => {
  const client = new QueryClient({ maxBytes: 1000 })
  // Three values, but a long way to write them.
  const body = `[1,${' '.repeat(500)}2,3]`
  const get = (name) => client.fetchQuery({ queryKey: [name], queryFn: jsonQuery(() => new Response(body)) })
  assert.deepEqual(await get('a'), [1, 2, 3])
  fill(client, 'b')
  assert.deepEqual(keys(client), ['a', 'b'])
  await get('c')
  assert.deepEqual(keys(client), ['b', 'c'])
})

test('without limits nothing goes, and nonsense is no limit', () => {
  for (const config of [{}, { maxEntries: NaN }, { maxBytes: -1 }, { maxEntries: Infinity }]) {
    const client = new QueryClient(config)
    fill(client, 'a', 'b', 'c')
    assert.equal(keys(client).length, 3)
    assert.equal(client.stats().evictions, 0)
  }
})

test('a limit holds when queries come by observers', async () => {
  const client = new QueryClient({ maxEntries: 2 })
  for (let i = 0; i < 10; i++) {
    const leave = new QueryObserver(client, { queryKey: [i], queryFn: counter() }).subscribe(() => {})
    await pass(1)
    leave()
  }
  assert.deepEqual(keys(client), [8, 9])
  assert.equal(client.stats().evictions, 8)
})
