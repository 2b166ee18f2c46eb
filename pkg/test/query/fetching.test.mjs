import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CancelledError, QueryClient, QueryObserver, isCancelledError, onlineManager, skipToken } from 'whippet/query'
import { after, counter, pass, settle, simulatedTime } from './clock.mjs'

simulatedTime()

test('callers share one fetch, and fresh data comes from the cache', async () => {
  const client = new QueryClient()
  const queryFn = counter(10)
  const options = { queryKey: ['count'], queryFn, staleTime: 1000 }
  const both = Promise.all([client.fetchQuery(options), client.fetchQuery(options)])
  await pass(10)
  assert.deepEqual(await both, [1, 1])
  assert.equal(await client.fetchQuery(options), 1)
  await pass(1000)
  const again = client.fetchQuery(options)
  await pass(10)
  assert.equal(await again, 2)
  assert.equal(queryFn.calls, 2)
})

test('the query function receives key, client, meta and signal', async () => {
  const client = new QueryClient()
  let context
  await client.fetchQuery({ queryKey: ['a', { b: 1 }], meta: { from: 'test' }, queryFn: (c) => (context = c) && 1 })
  assert.deepEqual(context.queryKey, ['a', { b: 1 }])
  assert.equal(context.client, client)
  assert.deepEqual(context.meta, { from: 'test' })
  assert.ok(context.signal instanceof AbortSignal)
})

test('fetchQuery does not retry by default, and otherwise backs off', async () => {
  const client = new QueryClient()
  let calls = 0
  const queryFn = () => {
    calls++
    throw new Error('no')
  }
  await assert.rejects(client.fetchQuery({ queryKey: ['once'], queryFn }), /no/)
  assert.equal(calls, 1)

  const at = []
  const start = Date.now()
  const failed = client.fetchQuery({
    queryKey: ['thrice'],
    retry: 2,
    queryFn: () => {
      at.push(Date.now() - start)
      throw new Error('no')
    },
  })
  failed.catch(() => {})
  await pass(10_000, 500)
  await assert.rejects(failed, /no/)
  assert.deepEqual(at, [0, 1000, 3000])
})

test('retry and retryDelay may be functions of the failure count', async () => {
  const client = new QueryClient()
  const asked = []
  const fetched = client.fetchQuery({
    queryKey: ['a'],
    retry: (count, error) => {
      asked.push(['retry', count, error.message])
      return count < 2
    },
    retryDelay: (count) => {
      asked.push(['delay', count])
      return 10
    },
    queryFn: () => Promise.reject(new Error('no')),
  })
  fetched.catch(() => {})
  await pass(100, 10)
  await assert.rejects(fetched, /no/)
  assert.deepEqual(asked, [
    ['delay', 0],
    ['retry', 0, 'no'],
    ['delay', 1],
    ['retry', 1, 'no'],
    ['delay', 2],
    ['retry', 2, 'no'],
  ])
})

test('a fetch pauses while offline and continues when online', async (t) => {
  const client = new QueryClient()
  client.mount()
  t.after(() => {
    onlineManager.setOnline(true)
    client.unmount()
  })
  onlineManager.setOnline(false)
  const fetched = client.fetchQuery({ queryKey: ['a'], queryFn: () => 'data' })
  await settle()
  assert.equal(client.getQueryState(['a']).fetchStatus, 'paused')
  onlineManager.setOnline(true)
  assert.equal(await fetched, 'data')
})

test('a cancelled fetch restores the old state, and rejects if there was no data', async () => {
  const client = new QueryClient()
  const first = client.fetchQuery({ queryKey: ['a'], queryFn: () => after(10, 1) })
  first.catch(() => {})
  await settle()
  await client.cancelQueries({ queryKey: ['a'] })
  await assert.rejects(first, (error) => error instanceof CancelledError && isCancelledError(error) && error.revert)
  assert.deepEqual([client.getQueryState(['a']).status, client.getQueryState(['a']).fetchStatus], ['pending', 'idle'])

  client.setQueryData(['a'], 'before')
  const second = client.fetchQuery({ queryKey: ['a'], queryFn: () => after(10, 2) })
  await settle()
  await client.cancelQueries({ queryKey: ['a'] })
  assert.equal(await second, 'before')
})

test('a fetch that read the signal is aborted when the last observer leaves, and any other finishes', async () => {
  const client = new QueryClient()
  let signal
  const using = new QueryObserver(client, {
    queryKey: ['using'],
    queryFn: (context) => {
      signal = context.signal
      return after(10, 1)
    },
  })
  const leave = using.subscribe(() => {})
  await settle()
  leave()
  assert.equal(signal.aborted, true)
  assert.equal(client.getQueryState(['using']).fetchStatus, 'idle')

  const unaware = new QueryObserver(client, { queryKey: ['unaware'], queryFn: () => after(10, 2) })
  unaware.subscribe(() => {})()
  await pass(10)
  assert.equal(client.getQueryData(['unaware']), 2)
})

test('a fetch that began before an invalidation does not satisfy it', async () => {
  const client = new QueryClient()
  let server = 'old'
  const observer = new QueryObserver(client, {
    queryKey: ['a'],
    staleTime: Infinity,
    queryFn: () => after(10, server),
  })
  observer.subscribe(() => {})
  await settle()
  server = 'new'
  const invalidated = client.invalidateQueries({ queryKey: ['a'] })
  await pass(30, 10)
  await invalidated
  assert.equal(client.getQueryData(['a']), 'new')
  assert.equal(client.getQueryState(['a']).isInvalidated, false)
})

test('a fetch that began before an invalidation does not satisfy it with cancelRefetch: false either', async () => {
  const client = new QueryClient()
  let server = 'old'
  const observer = new QueryObserver(client, {
    queryKey: ['a'],
    staleTime: Infinity,
    queryFn: () => after(10, server),
  })
  observer.subscribe(() => {})
  await settle()
  server = 'new'
  client.invalidateQueries({ queryKey: ['a'] }, { cancelRefetch: false })
  await pass(10)
  assert.equal(client.getQueryData(['a']), 'old')
  assert.equal(client.getQueryState(['a']).isInvalidated, true)
  await pass(10)
  assert.equal(client.getQueryData(['a']), 'new')
})

test('a missing queryFn and undefined data give errors that say so', async (t) => {
  t.mock.method(console, 'error', () => {})
  const client = new QueryClient()
  await assert.rejects(client.fetchQuery({ queryKey: ['a'] }), /Missing queryFn: '\["a"\]'/)
  await assert.rejects(client.fetchQuery({ queryKey: ['b'], queryFn: skipToken }), /Missing queryFn/)
  await assert.rejects(client.fetchQuery({ queryKey: ['c'], queryFn: () => undefined }), /data is undefined/)
})

// What streams queries from a server (TanStack Router) takes those with a promise: at their first event they have none.
test('a query has the promise of a fetch after the event that begins it', async () => {
  const client = new QueryClient()
  const seen = []
  client.getQueryCache().subscribe(({ type, action, query }) => seen.push(`${action?.type ?? type} ${!!query.promise}`))
  const fetched = client.fetchQuery({ queryKey: ['a'], queryFn: () => after(10, 'data') })
  const query = client.getQueryCache().find({ queryKey: ['a'] })
  const { promise } = query
  await pass(10)
  assert.equal(await promise, await fetched)
  assert.deepEqual(seen, ['added false', 'fetch false', 'success true'])
  assert.equal(query.promise, undefined)
})

test('ensureQueryData returns cached data, and prefetchQuery ignores errors', async () => {
  const client = new QueryClient()
  const queryFn = counter()
  const options = { queryKey: ['a'], queryFn }
  const first = client.ensureQueryData(options)
  await pass(1)
  assert.equal(await first, 1)
  assert.equal(await client.ensureQueryData(options), 1)
  assert.equal(await client.prefetchQuery({ queryKey: ['b'], queryFn: () => Promise.reject(new Error('no')) }), undefined)
})
