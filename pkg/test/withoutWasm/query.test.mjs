// A query cache where WebAssembly does not run: setting up works, written data is read, and what is fetched fails.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { run, traps, ways } from './ways.mjs'

for (const [name, way] of Object.entries(ways)) {
  test(`WebAssembly ${name}: whatever is fetched fails and says why, and nothing throws`, async () => {
    const result = await run(
      way,
      `
      const { QueryClient, QueryCache, MutationCache, QueryObserver, WasmUnavailableError } = query
      const heard = []
      const hears = (name) => ({ onError: (error) => heard.push(name + ' ' + (error instanceof WasmUnavailableError)) })
      const client = new QueryClient({ queryCache: new QueryCache(hears('query')), mutationCache: new MutationCache(hears('mutation')), breaker: true, maxEntries: 5, seed: 1 })
      client.mount()
      let called = 0
      const options = { queryKey: ['a', 1], queryFn: () => ++called, retry: 3 }
      const rejected = []
      for (const call of ['fetchQuery', 'ensureQueryData', 'query', 'fetchInfiniteQuery', 'infiniteQuery']) {
        const more = { getNextPageParam: () => 1, initialPageParam: 0 }
        await client[call]({ ...options, queryKey: [call], ...more }).catch((error) => rejected.push(error instanceof WasmUnavailableError && error.message.includes('wasm-unsafe-eval')))
      }
      await client.prefetchQuery(options)
      const observer = new QueryObserver(client, options)
      const states = []
      const stop = observer.subscribe(({ status, fetchStatus, error }) => states.push([status, fetchStatus, error instanceof WasmUnavailableError]))
      await new Promise((done) => setTimeout(done, 20))
      const { isError, isFetched, errorUpdateCount, failureReason } = observer.getCurrentResult()
      await observer.refetch()
      await client.invalidateQueries({ queryKey: ['a'] })
      stop()
      return { heard, rejected, called, states, isError, isFetched, failed: errorUpdateCount > 0, why: failureReason instanceof WasmUnavailableError, fetching: client.isFetching() }`,
    )
    assert.deepEqual(result.rejected, [true, true, true, true, true])
    assert.ok(result.heard.length >= 6 && result.heard.every((one) => one === 'query true'), String(result.heard))
    assert.equal(result.called, 0)
    assert.deepEqual(result.states[0], ['pending', 'fetching', false])
    assert.deepEqual(result.states[1], ['error', 'idle', true])
    const { isError, isFetched, failed, why, fetching } = result
    assert.deepEqual(
      { isError, isFetched, failed, why, fetching },
      { isError: true, isFetched: true, failed: true, why: true, fetching: 0 },
    )
  })

  test(`WebAssembly ${name}: what is written is read, told and listed`, async () => {
    const result = await run(
      way,
      `
      const { QueryClient, QueryObserver, QueriesObserver, InfiniteQueryObserver, dehydrate, hydrate } = query
      const client = new QueryClient({ maxBytes: 1e6 })
      const told = []
      const options = { queryKey: ['todos', 1], queryFn: () => 1, staleTime: Infinity }
      client.setQueryData(['todos', 1], 'one', { updatedAt: Date.now() - 1000 })
      client.setQueryData(['todos', 2], (old) => old ?? 'two')
      client.setQueryData(['users'], ['ann'])
      const observer = new QueryObserver(client, options)
      observer.subscribe(({ data, status, fetchStatus }) => told.push([data, status, fetchStatus]))
      client.setQueryData(['todos', 1], 'ONE')
      await new Promise((done) => setTimeout(done, 5))
      const many = new QueriesObserver(client, [options, { queryKey: ['none'], enabled: false }])
      new InfiniteQueryObserver(client, { queryKey: ['pages'], queryFn: () => 1, initialPageParam: 0, getNextPageParam: () => 1 })
      const stale = observer.getCurrentResult().isStale
      client.invalidateQueries({ queryKey: ['todos', 1] }, { cancelRefetch: false })
      await new Promise((done) => setTimeout(done, 5))
      const after = observer.getCurrentResult()
      const other = new QueryClient()
      hydrate(other, dehydrate(client))
      const listed = client.getQueriesData({ queryKey: ['todos'] })
      const active = client.getQueryCache().findAll({ queryKey: ['todos'], type: 'active' }).length
      client.setQueriesData({ queryKey: ['todos'] }, (old) => old + '!')
      client.removeQueries({ queryKey: ['todos', 2] })
      client.resetQueries({ queryKey: ['users'] })
      await client.cancelQueries()
      const left = client.getQueryCache().getAll().map(({ queryHash }) => queryHash).sort()
      const data = client.getQueryData(['todos', 1])
      const hydrated = other.getQueryData(['users'])
      client.clear()
      return { told, stale, data, after: [after.data, after.status, after.isStale], listed, active, left, hydrated, many: many.getCurrentResult().map(({ data }) => data), stats: client.stats().fetches, breakers: client.breakers?.() ?? [] }`,
    )
    assert.deepEqual(result.told[0], ['ONE', 'success', 'idle'])
    assert.equal(result.stale, false)
    // The data stays; to fetch it failed.
    assert.deepEqual(result.after, ['ONE', 'error', true])
    assert.deepEqual(result.listed, [
      [['todos', 1], 'ONE'],
      [['todos', 2], 'two'],
    ])
    assert.equal(result.active, 1)
    assert.ok(!result.left.includes('["todos",2]') && result.left.includes('["todos",1]'), String(result.left))
    assert.equal(result.data, 'ONE!')
    assert.deepEqual(result.hydrated, ['ann'])
    assert.equal(result.many[0], 'ONE')
  })

  test(`WebAssembly ${name}: a mutation fails, and what it did ahead is undone`, async () => {
    const result = await run(
      way,
      `
      const { QueryClient, MutationObserver, WasmUnavailableError } = query
      const client = new QueryClient()
      client.mount()
      const log = []
      client.setQueryData(['n'], 1)
      const observer = new MutationObserver(client, {
        mutationFn: async () => log.push('ran'),
        scope: { id: 'one' },
        retry: 2,
        onMutate: () => client.setQueryData(['n'], 2),
        onError: (error) => { log.push(error instanceof WasmUnavailableError); client.setQueryData(['n'], 1) },
        onSettled: () => log.push('settled'),
      })
      observer.subscribe(() => {})
      await observer.mutate().catch((error) => log.push('rejected ' + (error instanceof WasmUnavailableError)))
      await observer.mutate().catch(() => log.push('again'))
      await client.resumePausedMutations()
      return { log, status: observer.getCurrentResult().status, data: client.getQueryData(['n']), mutating: client.isMutating() }`,
    )
    assert.deepEqual(result.log, [true, 'settled', 'rejected true', true, 'settled', 'again'])
    assert.deepEqual([result.status, result.data, result.mutating], ['error', 1, 0])
  })
}

test('a promise that was sent along arrives', async () => {
  const result = await run(
    ways['is missing'],
    `
    const { QueryClient, QueryObserver, hydrate } = query
    const client = new QueryClient()
    const state = { data: undefined, dataUpdateCount: 0, dataUpdatedAt: 0, error: null, errorUpdateCount: 0, errorUpdatedAt: 0, fetchFailureCount: 0, fetchFailureReason: null, fetchMeta: null, isInvalidated: false, status: 'pending', fetchStatus: 'fetching' }
    hydrate(client, { queries: [{ queryKey: ['p'], queryHash: '["p"]', state, dehydratedAt: Date.now(), promise: Promise.resolve('sent') }] })
    const observer = new QueryObserver(client, { queryKey: ['p'], queryFn: () => 1, staleTime: 1e9 })
    observer.subscribe(() => {})
    await new Promise((done) => setTimeout(done, 10))
    return observer.getCurrentResult()`,
  )
  assert.deepEqual([result.data, result.status], ['sent', 'success'])
})

test('what traps later hangs nobody, throws nothing, and keeps what is there', async () => {
  const outcomes = new Set()
  for (const after of [1, 2, 3, 5, 8, 13, 21, 30, 40, 50, 60, 75, 90, 120, 150]) {
    const result = await run(
      traps(after),
      `
      const { QueryClient, QueryObserver, MutationObserver } = query
      const client = new QueryClient()
      client.mount()
      client.setQueryData(['kept', 1], 'one')
      client.setQueryData(['kept', 2], 'two')
      const outcome = (promise) => promise.then(() => 'arrived', (error) => error.name)
      let answer
      const slow = outcome(client.fetchQuery({ queryKey: ['slow'], queryFn: () => new Promise((done) => (answer = done)) }))
      let failures = 0
      const waits = outcome(client.fetchQuery({ queryKey: ['waits'], retry: true, retryDelay: 1e6, queryFn: () => { failures++; throw new Error('again') } }))
      const options = { scope: { id: 'one' }, mutationFn: () => new Promise((done) => (answers.push(done))) }
      const answers = []
      const mutations = [1, 2].map(() => outcome(new MutationObserver(client, options).mutate()))
      const states = []
      new QueryObserver(client, { queryKey: ['kept', 1], queryFn: () => 'fetched', staleTime: Infinity }).subscribe(({ data, status }) => states.push([data, status]))
      await new Promise((done) => setTimeout(done, 10))
      // Until it has trapped, whenever that is.
      for (let i = 0; i < 200; i++) client.setQueryData(['kept', 2], 'two' + i)
      await new Promise((done) => setTimeout(done, 10))
      client.setQueryData(['kept', 1], 'ONE')
      client.setQueryData(['new'], 'new')
      answer?.('late')
      answers.forEach((answer) => answer('late'))
      await new Promise((done) => setTimeout(done, 10))
      const listed = client.getQueriesData({ queryKey: ['kept'] })
      const refused = await outcome(client.fetchQuery({ queryKey: ['refused'], queryFn: () => 1 }))
      await client.invalidateQueries()
      return { listed, fresh: client.getQueryData(['new']), told: states.at(-1), ends: [await slow, await waits, ...await Promise.all(mutations)], refused, idle: client.isFetching() + client.isMutating() }`,
    )
    assert.deepEqual(
      result.listed,
      [
        [['kept', 1], 'ONE'],
        [['kept', 2], 'two199'],
      ],
      `after ${after}`,
    )
    assert.deepEqual(
      [result.fresh, result.told[0], result.refused, result.idle],
      ['new', 'ONE', 'WasmUnavailableError', 0],
      `after ${after}`,
    )
    assert.match(result.ends[1], /Error$/)
    outcomes.add(result.ends.join())
  }
  // What was under way is heard; what waited for its turn is not begun any more.
  assert.ok(outcomes.has('arrived,WasmUnavailableError,arrived,WasmUnavailableError'), [...outcomes].join('\n'))
})
