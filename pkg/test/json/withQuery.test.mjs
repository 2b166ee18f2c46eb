import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonQuery, stats } from 'whippet/json'
import { InfiniteQueryObserver, QueryClient, QueryObserver, dehydrate, hydrate } from 'whippet/query'

const queryKey = ['rows']
const makeRows = (count) => Array.from({ length: count }, (_, id) => ({ id, name: `row ${id}`, tags: ['a', 'b'] }))

/** A client, and a server whose answer is `server.rows`. */
function setUp(t, options = {}) {
  const server = { rows: makeRows(100), headers: {} }
  t.mock.method(globalThis, 'fetch', async () => new Response(JSON.stringify(server.rows), { headers: server.headers }))
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, ...options } } })
  t.after(() => client.clear())
  const refetch = async () => {
    await client.fetchQuery({ queryKey, queryFn: jsonQuery('/rows') })
    return client.getQueryData(queryKey)
  }
  return { server, client, refetch }
}

/** How many bytes `f` parses. */
async function parsed(f) {
  const before = stats().parsed
  await f()
  return stats().parsed - before
}

test('a refetch without changes notifies nobody, even after one with changes', async (t) => {
  const { server, client, refetch } = setUp(t)
  const first = await refetch()
  assert.equal(await parsed(async () => assert.equal(await refetch(), first)), 0)

  server.rows = server.rows.with(5, { ...server.rows[5], name: 'changed' })
  let second
  assert.ok((await parsed(async () => (second = await refetch()))) < 100)
  assert.equal(second[5].name, 'changed')
  assert.equal(second[5].tags, first[5].tags)
  assert.equal(second[4], first[4])
  assert.equal(await parsed(async () => assert.equal(await refetch(), second)), 0)

  server.rows = [{ id: -1 }, ...server.rows]
  const third = await refetch()
  assert.deepEqual(third, server.rows)
  for (let i = 0; i < 100; i++) assert.equal(third[i + 1], second[i])

  client.setQueryData(queryKey, (rows) => rows.slice(1))
  assert.deepEqual(await refetch(), server.rows)
})

test('the next body is patched into the cached value', async (t) => {
  const { server, refetch } = setUp(t)
  await refetch()
  for (let round = 0; round < 10; round++) {
    server.rows = server.rows.with(round * 7, { ...server.rows[round * 7], name: `round ${round}` })
    let data
    assert.ok((await parsed(async () => (data = await refetch()))) < 100, `round ${round}`)
    assert.deepEqual(data, server.rows)
  }
})

test('a refetch is correct after an optimistic update and after its rollback', async (t) => {
  const { server, client, refetch } = setUp(t)
  const before = await refetch()
  client.setQueryData(queryKey, (rows) => rows.with(3, { ...rows[3], name: 'optimistic' }))
  assert.deepEqual(await refetch(), server.rows)

  const snapshot = client.getQueryData(queryKey)
  client.setQueryData(queryKey, [])
  client.setQueryData(queryKey, snapshot)
  const restored = client.getQueryData(queryKey)
  assert.equal(await parsed(async () => assert.equal(await refetch(), restored)), 0)
  assert.deepEqual(before, server.rows)
})

test('a hydrated value is kept where the first body equals it', async (t) => {
  const { server, client, refetch } = setUp(t)
  await refetch()
  const state = JSON.parse(JSON.stringify(dehydrate(client)))
  const other = new QueryClient()
  t.after(() => other.clear())
  hydrate(other, state)
  const hydrated = other.getQueryData(queryKey)
  const fetch = () => other.fetchQuery({ queryKey, queryFn: jsonQuery('/rows') })
  await fetch()
  assert.equal(other.getQueryData(queryKey), hydrated)
  server.rows = server.rows.slice(1)
  assert.ok((await parsed(fetch)) < 100)
  assert.equal(other.getQueryData(queryKey)[0], hydrated[1])
})

test('select gets the patched value and its result is shared', async (t) => {
  const { server, client, refetch } = setUp(t)
  const select = t.mock.fn((rows) => rows.map(({ name }) => ({ name })))
  const observer = new QueryObserver(client, { queryKey, queryFn: jsonQuery('/rows'), select })
  t.after(observer.subscribe(() => {}))
  await observer.refetch()
  const { data } = observer.getCurrentResult()
  const calls = select.mock.callCount()
  await refetch()
  assert.equal(select.mock.callCount(), calls)
  server.rows = server.rows.with(5, { ...server.rows[5], name: 'changed' })
  await refetch()
  const after = observer.getCurrentResult().data
  assert.equal(after[4], data[4])
  assert.deepEqual(after[5], { name: 'changed' })
})

test('structuralSharing may be a function or false', async (t) => {
  const sharing = t.mock.fn((before, data) => data)
  for (const structuralSharing of [sharing, false]) {
    t.mock.restoreAll()
    const { server, client } = setUp(t)
    const fetch = () => client.fetchQuery({ queryKey, queryFn: jsonQuery('/rows'), structuralSharing })
    await fetch()
    server.rows = server.rows.slice(1)
    await fetch()
    assert.deepEqual(client.getQueryData(queryKey), server.rows)
  }
  assert.equal(sharing.mock.callCount(), 2)
})

test('each page of an infinite query is patched by itself', async (t) => {
  const pages = [makeRows(50), makeRows(60)]
  t.mock.method(globalThis, 'fetch', async (url) => new Response(JSON.stringify(pages[Number(String(url).at(-1))])))
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  t.after(() => client.clear())
  const observer = new InfiniteQueryObserver(client, {
    queryKey,
    queryFn: jsonQuery(({ pageParam }) => `/rows?page=${pageParam}`),
    initialPageParam: 0,
    getNextPageParam: (_page, all) => (all.length < 2 ? all.length : undefined),
  })
  t.after(observer.subscribe(() => {}))
  await observer.refetch()
  await observer.fetchNextPage()
  const before = client.getQueryData(queryKey)
  pages[1] = pages[1].with(3, { id: 3, name: 'changed' })
  for (let round = 0; round < 2; round++) assert.ok((await parsed(() => observer.refetch())) < 100)
  const after = client.getQueryData(queryKey)
  assert.deepEqual(after.pages, pages)
  assert.equal(after.pages[0], before.pages[0])
  assert.equal(after.pages[1][2], before.pages[1][2])
})

test('a page whose parameter is not JSON is fetched, too', async (t) => {
  const { server, client } = setUp(t)
  const cyclic = {}
  cyclic.self = cyclic
  for (const initialPageParam of [1n, cyclic]) {
    const options = { initialPageParam, getNextPageParam: () => undefined, queryFn: jsonQuery(() => '/rows'), queryKey }
    for (const count of [3, 4]) {
      server.rows = makeRows(count)
      assert.deepEqual((await client.fetchInfiniteQuery(options)).pages, [server.rows])
    }
    client.clear()
  }
})

test('the previous strong ETag saves the transfer of the body', async (t) => {
  const { server, client, refetch } = setUp(t)
  server.headers = { etag: '"1"' }
  const first = await refetch()
  const { bytes } = client.stats()
  let cancelled = 0
  t.mock.restoreAll()
  const answer = (etag) =>
    t.mock.method(globalThis, 'fetch', async () => {
      const body = new ReadableStream(
        {
          pull(controller) {
            controller.enqueue(new TextEncoder().encode('[1]'))
            controller.close()
          },
          cancel: () => void cancelled++,
        },
        { highWaterMark: 0 },
      )
      return new Response(body, { headers: { etag } })
    })
  answer('"1"')
  assert.equal(await refetch(), first)
  assert.equal(cancelled, 1)
  assert.deepEqual(client.stats().bytes, { ...bytes, spared: bytes.spared + bytes.received })

  client.setQueryData(queryKey, [])
  assert.deepEqual(await refetch(), [1])
  answer('W/"1"')
  await refetch()
  await refetch()
  assert.equal(cancelled, 1)
})

test('a client counts the bytes of its own bodies', async (t) => {
  const { server, client, refetch } = setUp(t)
  assert.deepEqual(client.stats().bytes, { received: 0, compared: 0, parsed: 0, spared: 0 })
  await refetch()
  const size = JSON.stringify(server.rows).length
  assert.deepEqual(client.stats().bytes, { received: size, compared: 0, parsed: size, spared: 0 })
  await refetch()
  assert.deepEqual(client.stats().bytes, { received: 2 * size, compared: size, parsed: size, spared: size })
})
