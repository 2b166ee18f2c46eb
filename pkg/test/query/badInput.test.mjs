// Invalid options behave as in TanStack Query, and the cache keeps working.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { QueryClient, QueryObserver } from 'whippet/query'
import { after, pass, simulatedTime } from './clock.mjs'

simulatedTime()

/** The cache still works: another query is fetched, notifies and is garbage-collected. */
async function inOrder(client) {
  const observer = new QueryObserver(client, { queryKey: ['other'], queryFn: () => after(5, 'fine'), gcTime: 10 })
  const unsubscribe = observer.subscribe(() => {})
  await pass(5)
  assert.equal(observer.getCurrentResult().data, 'fine')
  assert.equal(client.isFetching(), 0)
  unsubscribe()
  await pass(11)
  assert.equal(client.getQueryCache().find({ queryKey: ['other'] }), undefined)
}

test('a key that cannot be hashed throws where it is used', async () => {
  const client = new QueryClient()
  const cycle = {}
  cycle.self = cycle
  assert.throws(() => client.getQueryData([cycle]), RangeError)
  assert.throws(() => client.setQueryData([cycle], 1), RangeError)
  assert.throws(() => new QueryObserver(client, { queryKey: [cycle] }), RangeError)
  await assert.rejects(client.fetchQuery({ queryKey: [cycle], queryFn: () => 1 }), RangeError)
  assert.equal(client.getQueryCache().getAll().length, 0)
  await inOrder(client)
})

test('functions, symbols and undefined in a key count as null', () => {
  const client = new QueryClient()
  client.setQueryData(['a', () => {}], 1)
  assert.equal(client.getQueryData(['a', Symbol('s')]), 1)
  assert.equal(client.getQueryData(['a', undefined]), 1)
  assert.equal(client.getQueryData(['a', null]), 1)
})

const failing = {
  'throws at once': [
    () => {
      throw new RangeError('at once')
    },
    RangeError,
  ],
  'gives nothing': [() => undefined, /data is undefined/],
  'is missing': [undefined, /Missing queryFn/],
  'rejects with nothing': [() => Promise.reject(), undefined],
}

for (const [what, [queryFn, reason]] of Object.entries(failing)) {
  test(`a query function that ${what}`, async (t) => {
    t.mock.method(console, 'error', () => {})
    const client = new QueryClient()
    const fetched = client.fetchQuery({ queryKey: ['a'], queryFn, retry: false })
    const error = await fetched.then(
      () => assert.fail('it resolved'),
      (error) => error,
    )
    if (reason === undefined) assert.equal(error, undefined)
    else assert.ok(reason instanceof RegExp ? reason.test(error.message) : error instanceof reason, String(error))
    assert.equal(client.getQueryState(['a']).status, 'error')
    await inOrder(client)
  })
}

test('without `retry` there are three retries, and a retryDelay that is not a number counts as 0', async () => {
  const client = new QueryClient()
  let calls = 0
  const queryFn = () => Promise.reject(new Error(`${++calls}`))
  client.fetchQuery({ queryKey: ['a'], queryFn, retry: null, retryDelay: 'soon' }).catch(() => {})
  await pass(10, 1)
  assert.equal(calls, 4)
  await inOrder(client)
})

test('a gcTime that is not a number keeps the query for ever', async () => {
  const client = new QueryClient()
  for (const [i, gcTime] of [NaN, 'long', {}].entries()) {
    await client.fetchQuery({ queryKey: [i], queryFn: () => 'kept', gcTime })
  }
  await pass(1_000_000)
  assert.deepEqual(
    client.getQueriesData({}).map(([, data]) => data),
    ['kept', 'kept', 'kept'],
  )
  await inOrder(client)
})

test('a structuralSharing function that returns undefined leaves the query without data', async () => {
  const client = new QueryClient()
  const options = { queryKey: ['a'], structuralSharing: () => undefined }
  await client.fetchQuery({ ...options, queryFn: () => 'lost' })
  client.fetchQuery({ ...options, queryFn: () => after(5, 'lost') })
  assert.equal(client.getQueryState(['a']).status, 'pending')
  await pass(5)
  await inOrder(client)
})

test('options that are functions and throw do not break the cache', async () => {
  const client = new QueryClient()
  const thrower = () => {
    throw new SyntaxError('option')
  }
  const options = { queryKey: ['a'], queryFn: () => after(5, 'data') }
  for (const name of ['enabled', 'staleTime']) {
    assert.throws(() => new QueryObserver(client, { ...options, [name]: thrower }), SyntaxError, name)
  }
  await assert.rejects(client.fetchQuery({ ...options, initialData: thrower }), SyntaxError)
  client.clear()
  const observer = new QueryObserver(client, { ...options, select: thrower })
  observer.subscribe(() => {})
  await pass(5)
  assert.ok(observer.getCurrentResult().error instanceof SyntaxError)
  assert.equal(client.getQueryData(['a']), 'data')
  await inOrder(client)
})
