import assert from 'node:assert/strict'
import { test } from 'node:test'
import { QueryClient, QueryObserver, focusManager, keepPreviousData, matchQuery } from 'whippet/query'
import { after, counter, pass, settle, simulatedTime, watch } from './clock.mjs'

simulatedTime()

test('an observer sees a query load, turn stale and refetch', async () => {
  const client = new QueryClient()
  const observer = new QueryObserver(client, { queryKey: ['a'], queryFn: counter(10), staleTime: 100 })
  const { seen } = watch(observer, 'status', 'fetchStatus', 'data', 'isStale')
  await pass(10)
  await pass(100)
  client.invalidateQueries()
  await pass(10)
  assert.deepEqual(seen, [
    ['pending', 'fetching', undefined, true],
    ['success', 'idle', 1, false],
    ['success', 'idle', 1, true],
    ['success', 'fetching', 1, true],
    ['success', 'idle', 2, false],
  ])
})

test('refetchInterval counts from the last change, and stops in the background', async (t) => {
  t.after(() => focusManager.setFocused(undefined))
  const client = new QueryClient()
  const queryFn = counter()
  const observer = new QueryObserver(client, { queryKey: ['a'], queryFn, refetchInterval: 100 })
  const { unsubscribe } = watch(observer)
  await pass(1)
  await pass(99, 1)
  assert.equal(queryFn.calls, 1)
  await pass(51, 1)
  assert.equal(queryFn.calls, 2)
  focusManager.setFocused(false)
  await pass(500, 100)
  assert.equal(queryFn.calls, 2)
  unsubscribe()
  focusManager.setFocused(true)
  await pass(500, 100)
  assert.equal(queryFn.calls, 2)
})

test('deadlines still come when the clock is set back', async (t) => {
  const client = new QueryClient()
  const queryFn = counter()
  watch(new QueryObserver(client, { queryKey: ['a'], queryFn, refetchInterval: 100 }))
  await pass(1)
  const right = Date.now
  t.mock.method(Date, 'now', () => right() - 3_600_000)
  await pass(250, 1)
  assert.equal(queryFn.calls, 3)
})

test('deadlines still come when the clock is set back, and an earlier one follows', async (t) => {
  const client = new QueryClient()
  const slow = counter()
  const quick = counter()
  watch(new QueryObserver(client, { queryKey: ['slow'], queryFn: slow, refetchInterval: 100 }))
  await pass(1)
  const right = Date.now
  t.mock.method(Date, 'now', () => right() - 3_600_000)
  watch(new QueryObserver(client, { queryKey: ['quick'], queryFn: quick, refetchInterval: 30 }))
  await pass(250, 1)
  assert.ok(slow.calls >= 2, `${slow.calls} calls`)
  assert.ok(quick.calls >= 7, `${quick.calls} calls`)
})

test('when the clock is set back, what is due later is not due at once', async (t) => {
  const client = new QueryClient({ defaultOptions: { queries: { gcTime: 300_000 } } })
  t.after(() => client.clear())
  client.setQueryData(['unobserved'], 1)
  await pass(1)
  const right = Date.now
  t.mock.method(Date, 'now', () => right() - 10_000)
  const quick = counter()
  watch(new QueryObserver(client, { queryKey: ['quick'], queryFn: quick, refetchInterval: 30 }))
  await pass(250, 1)
  assert.ok(quick.calls >= 7, `${quick.calls} calls`)
  assert.equal(client.getQueryData(['unobserved']), 1, 'its gcTime is five minutes')
})

for (const ms of [1, 2, 30, 300]) {
  test(`deadlines of ${ms} ms still come when the clock stands still`, async (t) => {
    const now = Date.now()
    t.mock.method(Date, 'now', () => now)
    const client = new QueryClient()
    const queryFn = counter()
    const { unsubscribe } = watch(new QueryObserver(client, { queryKey: ['a'], queryFn, refetchInterval: ms, gcTime: ms }))
    // A timer without delay costs a step.
    await pass(2 * (ms + 3), 1)
    assert.ok(queryFn.calls >= 3, `${queryFn.calls} calls`)
    unsubscribe()
    await pass(ms + 3, 1)
    assert.deepEqual(client.getQueryCache().getAll(), [], 'collected')

    const failing = t.mock.fn(() => Promise.reject(new Error('no')))
    client.prefetchQuery({ queryKey: ['b'], queryFn: failing, retry: 2, retryDelay: ms })
    await pass(2 * (ms + 3), 1)
    assert.equal(failing.mock.callCount(), 3)
  })
}

test('focus refetches stale queries', async (t) => {
  const client = new QueryClient()
  client.mount()
  t.after(() => {
    focusManager.setFocused(undefined)
    client.unmount()
  })
  const stale = counter()
  const fresh = counter()
  watch(new QueryObserver(client, { queryKey: ['stale'], queryFn: stale }))
  watch(new QueryObserver(client, { queryKey: ['fresh'], queryFn: fresh, staleTime: Infinity }))
  await pass(1)
  focusManager.setFocused(false)
  focusManager.setFocused(true)
  await pass(1)
  assert.deepEqual([stale.calls, fresh.calls], [2, 1])
})

test('a disabled observer does not fetch until it is enabled', async () => {
  const client = new QueryClient()
  const queryFn = counter()
  const options = { queryKey: ['a'], queryFn }
  const observer = new QueryObserver(client, { ...options, enabled: false })
  watch(observer)
  await pass(1)
  assert.equal(queryFn.calls, 0)
  observer.setOptions({ ...options, enabled: true })
  await pass(1)
  assert.equal(queryFn.calls, 1)
})

test('enabled may be a function, which is called again when the query changes', async () => {
  const client = new QueryClient()
  const observer = new QueryObserver(client, {
    queryKey: ['a'],
    queryFn: counter(),
    enabled: (query) => query.state.data === undefined,
  })
  watch(observer)
  await pass(1)
  assert.equal(
    client
      .getQueryCache()
      .find({ queryKey: ['a'] })
      .isActive(),
    false,
  )
  assert.equal(observer.getCurrentResult().isEnabled, false)
})

test('select runs once per data and keeps the identity of equal parts', async () => {
  const client = new QueryClient()
  let selects = 0
  const observer = new QueryObserver(client, {
    queryKey: ['a'],
    queryFn: () => [{ id: 1 }, { id: 2 }],
    select: (rows) => {
      selects++
      return rows.map((row) => row.id)
    },
  })
  watch(observer)
  await settle()
  const { data } = observer.getCurrentResult()
  assert.deepEqual(data, [1, 2])
  await observer.refetch()
  assert.equal(observer.getCurrentResult().data, data)
  assert.equal(selects, 1, 'equal data kept its identity, so there was nothing to select anew')
})

test('keepPreviousData shows the data of the last key while the next is fetched', async () => {
  const client = new QueryClient()
  const options = (page) => ({
    queryKey: ['page', page],
    queryFn: () => after(10, page),
    placeholderData: keepPreviousData,
  })
  const observer = new QueryObserver(client, options(1))
  const { seen } = watch(observer, 'data', 'isPlaceholderData')
  await pass(10)
  observer.setOptions(options(2))
  await pass(10)
  assert.deepEqual(seen, [
    [undefined, false],
    [1, false],
    [1, true],
    [2, false],
  ])
})

test('initialData counts as fetched at initialDataUpdatedAt', async () => {
  const client = new QueryClient()
  const queryFn = counter()
  const observer = new QueryObserver(client, {
    queryKey: ['a'],
    queryFn,
    initialData: 0,
    initialDataUpdatedAt: Date.now() - 50,
    staleTime: 100,
  })
  watch(observer)
  await pass(1)
  assert.equal(observer.getCurrentResult().data, 0)
  assert.equal(queryFn.calls, 0)
  await pass(49)
  assert.equal(observer.getCurrentResult().isStale, true)
})

test('only changes of tracked fields notify', async () => {
  const client = new QueryClient()
  const observer = new QueryObserver(client, { queryKey: ['a'], queryFn: () => after(10, 'data') })
  const { seen } = watch(observer, 'data')
  observer.trackResult(observer.getCurrentResult()).data
  await pass(10)
  observer.refetch()
  await pass(10)
  // The first is from mounting, before any field was read. The refetch gave equal data.
  assert.deepEqual(seen, [[undefined], ['data']])
})

test('results are plain objects', async () => {
  const client = new QueryClient()
  const observer = new QueryObserver(client, { queryKey: ['a'], queryFn: () => 1 })
  const result = observer.getCurrentResult()
  assert.equal(Object.getPrototypeOf(result), Object.prototype)
  assert.equal(Object.isFrozen(result), false)
  const options = client.defaultQueryOptions({ queryKey: ['a'] })
  options.staleTime = 5
  assert.equal(options.staleTime, 5)
})

test('classes may be subclassed, and overridden methods are called', async () => {
  class Client extends QueryClient {
    calls = []
    defaultQueryOptions(options) {
      this.calls.push('defaultQueryOptions')
      return super.defaultQueryOptions(options)
    }
  }
  const client = new Client()
  const cache = client.getQueryCache()
  const notified = []
  const { notify } = cache
  cache.notify = (event) => {
    notified.push(event.type)
    notify.call(cache, event)
  }
  await client.fetchQuery({ queryKey: ['a'], queryFn: () => 1 })
  assert.ok(client.calls.length > 0)
  assert.deepEqual(notified, ['added', 'updated', 'updated'])
})

test('an observer of a removed query fetches its replacement', async () => {
  const client = new QueryClient()
  const queryFn = counter()
  const observer = new QueryObserver(client, { queryKey: ['a'], queryFn })
  const { unsubscribe } = watch(observer)
  await pass(1)
  client.clear()
  assert.equal(client.getQueryCache().getAll().length, 0)
  const refetched = observer.refetch()
  await pass(1)
  assert.equal((await refetched).data, 2)
  assert.equal(client.getQueryData(['a']), 2)
  unsubscribe()
})

test('a function for a trigger option is called on that trigger only', async () => {
  const client = new QueryClient()
  const asked = []
  const option = (name, value) => () => (asked.push(name), value)
  const options = {
    queryKey: ['a'],
    queryFn: () => after(5, 'data'),
    retryOnMount: option('retryOnMount', true),
    refetchOnMount: option('refetchOnMount', true),
    refetchOnWindowFocus: option('refetchOnWindowFocus', true),
    refetchOnReconnect: option('refetchOnReconnect', true),
  }
  const observer = new QueryObserver(client, options)
  const unsubscribe = observer.subscribe(() => {})
  await pass(5)
  client.setQueryData(['a'], 'edited')
  observer.setOptions(options)
  assert.deepEqual(asked, [], 'there was nothing to ask')
  unsubscribe()
  new QueryObserver(client, options).subscribe(() => {})
  await pass(5)
  assert.deepEqual(asked, ['refetchOnMount'])
  client.getQueryCache().onFocus()
  client.getQueryCache().onOnline()
  await pass(5)
  assert.deepEqual(asked, ['refetchOnMount', 'refetchOnWindowFocus', 'refetchOnReconnect'])
  for (const terms of [{ enabled: false }, { staleTime: 'static' }]) {
    new QueryObserver(client, { ...options, ...terms }).subscribe(() => {})()
  }
  assert.equal(asked.length, 3)

  const failed = { ...options, queryKey: ['b'], queryFn: () => Promise.reject(new Error('no')), retry: false }
  await client.prefetchQuery(failed)
  asked.length = 0
  new QueryObserver(client, failed).subscribe(() => {})()
  assert.deepEqual(asked, ['retryOnMount'])
})

test('an optimistic result of another query does not replace what select made of this one', () => {
  const client = new QueryClient()
  client.setQueryData(['a'], 'A')
  client.setQueryData(['b'], 'B')
  const options = (key) => ({ queryKey: [key], staleTime: Infinity, select })
  const select = (data) => ({ data })
  const observer = new QueryObserver(client, options('a'))
  const unsubscribe = observer.subscribe(() => {})
  const other = { ...client.defaultQueryOptions(options('b')), _optimisticResults: 'optimistic' }
  assert.deepEqual(observer.getOptimisticResult(other).data, { data: 'B' })
  client.invalidateQueries({ queryKey: ['a'], refetchType: 'none' })
  assert.deepEqual(observer.getCurrentResult().data, { data: 'A' })
  unsubscribe()
})

test('a placeholder of which select makes undefined stays one', async () => {
  const client = new QueryClient()
  const placeholderData = { other: 1 }
  const options = { queryKey: ['a'], placeholderData, select: ({ wanted }) => wanted, queryFn: () => after(10, { wanted: 2 }) }
  const observer = new QueryObserver(client, options)
  const { seen } = watch(observer, 'status', 'data', 'isPlaceholderData')
  await pass(10)
  assert.deepEqual(seen, [
    ['success', undefined, true],
    ['success', 2, false],
  ])
})

test('structuralSharing of a placeholder compares it with data, not with what select made of that', async () => {
  const client = new QueryClient()
  const compared = []
  const structuralSharing = (before, data) => {
    compared.push([before, data])
    return data
  }
  const options = (key) => ({
    queryKey: [key],
    queryFn: () => ({ list: key }),
    placeholderData: keepPreviousData,
    select: ({ list }) => list,
    structuralSharing,
  })
  const observer = new QueryObserver(client, options('a'))
  const unsubscribe = observer.subscribe(() => {})
  await pass(1)
  compared.length = 0
  observer.setOptions(options('b'))
  assert.deepEqual(compared[0], [{ list: 'a' }, { list: 'a' }])
  unsubscribe()
})

test('a query that is fetched since an observer enables it is active from the first event on', async () => {
  for (const enabled of [true, () => true]) {
    const client = new QueryClient()
    const told = []
    const look = (query) => told.push([query.isActive(), query.isDisabled(), matchQuery({ type: 'active' }, query)])
    client.getQueryCache().subscribe(({ type, query }) => type === 'updated' && look(query))
    // A persister for active queries decides here.
    const options = { queryKey: ['a'], queryFn: () => 1, persister: (queryFn, context, query) => (look(query), queryFn(context)) }
    const observer = new QueryObserver(client, { ...options, enabled: false })
    const unsubscribe = observer.subscribe(() => {})
    observer.setOptions({ ...options, enabled })
    await pass(1)
    assert.deepEqual(told, Array(3).fill([true, false, true]))
    unsubscribe()
  }
})
