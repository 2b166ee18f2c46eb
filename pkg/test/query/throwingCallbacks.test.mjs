// Callbacks that throw: the error is reported in the right place, and nothing hangs.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  InfiniteQueryObserver,
  MutationCache,
  MutationObserver,
  QueriesObserver,
  QueryCache,
  QueryClient,
  QueryObserver,
  focusManager,
  notifyManager,
} from 'whippet/query'
import { after, pass, settle, simulatedTime } from './clock.mjs'

simulatedTime()

class Thrown extends Error {}
const thrower =
  (message = 'thrown') =>
  () => {
    throw new Thrown(message)
  }
const fails = () => Promise.reject(new Error('down'))

/** A client whose caches record their callbacks. */
function noting(callbacks = {}) {
  const heard = []
  const note = (name, ...args) => heard.push([name, ...args.map((arg) => (arg instanceof Error ? arg.message : arg))])
  const queryCache = new QueryCache({
    onSuccess: (data) => note('success', data),
    onError: (error) => note('error', error),
    onSettled: (data, error) => note('settled', data, error),
    ...callbacks,
  })
  return { client: new QueryClient({ queryCache }), heard }
}

/** The unhandled rejections while `work` runs. */
async function reported(work) {
  const errors = []
  const hear = (error) => errors.push(error.message)
  // The test runner's own listener would fail the test.
  const others = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', hear)
  try {
    await work()
    // Node reports unhandled rejections after the microtasks.
    await new Promise(setImmediate)
  } finally {
    process.off('unhandledRejection', hear)
    others.forEach((other) => process.on('unhandledRejection', other))
  }
  return errors
}

for (const [name, options] of Object.entries({
  retry: { retry: thrower() },
  retryDelay: { retry: 3, retryDelay: thrower() },
  'retry with a breaker': { retry: thrower(), meta: { origin: 'x' } },
})) {
  test(`an error thrown by ${name} is the error of the query`, async () => {
    const { heard, client } = noting()
    const observer = new QueryObserver(client, { queryKey: ['a'], queryFn: fails, ...options })
    const told = []
    observer.subscribe(({ status, fetchStatus }) => told.push(`${status} ${fetchStatus}`))
    await settle()
    assert.deepEqual(told, ['pending fetching', 'error idle'])
    assert.ok(observer.getCurrentResult().error instanceof Thrown)
    assert.ok(client.getQueryState(['a']).error instanceof Thrown)
    assert.deepEqual(heard, [
      ['error', 'thrown'],
      ['settled', undefined, 'thrown'],
    ])
    await assert.rejects(client.fetchQuery({ queryKey: ['b'], queryFn: fails, ...options }), Thrown)
    assert.equal(client.isFetching(), 0)
  })

  test(`an error thrown by ${name} is the error of the mutation`, async () => {
    const heard = []
    const note =
      (name) =>
      (...args) =>
        void heard.push([name, args.find((arg) => arg instanceof Error)?.message])
    const mutationCache = new MutationCache({ onError: note('cache error'), onSettled: note('cache settled') })
    const client = new QueryClient({ mutationCache })
    const callbacks = { onError: note('error'), onSettled: note('settled') }
    const observer = new MutationObserver(client, { mutationFn: fails, scope: { id: 's' }, ...options, ...callbacks })
    observer.subscribe(() => {})
    await assert.rejects(observer.mutate(undefined), Thrown)
    assert.equal(observer.getCurrentResult().status, 'error')
    assert.deepEqual(
      heard,
      ['cache error', 'error', 'cache settled', 'settled'].map((name) => [name, 'thrown']),
    )
    // The next of its scope runs.
    const next = new MutationObserver(client, { mutationFn: () => Promise.resolve('next'), scope: { id: 's' } })
    assert.equal(await next.mutate(undefined), 'next')
  })
}

test('a circuit breaker also opens if retry throws', async () => {
  const client = new QueryClient({ breaker: { failures: 1 } })
  const options = { queryKey: ['a'], queryFn: fails, meta: { origin: 'x' } }
  await assert.rejects(client.fetchQuery({ ...options, retry: thrower() }), Thrown)
  assert.equal(client.breakers()[0].state, 'open')
})

test('an error thrown by the `origin` of a breaker is the error of the query', async () => {
  const client = new QueryClient({ breaker: { origin: thrower('origin') } })
  await assert.rejects(client.fetchQuery({ queryKey: ['a'], queryFn: () => 1 }), /origin/)
  assert.deepEqual([client.getQueryState(['a']).status, client.isFetching()], ['error', 0])
})

const pages = { queryKey: ['pages'], queryFn: () => after(5, { items: [] }), initialPageParam: 0, retry: false }

for (const name of ['getNextPageParam', 'getPreviousPageParam']) {
  test(`an error thrown by ${name} is the error of the query, whose pages stay`, async () => {
    const { heard, client } = noting()
    const options = { ...pages, getNextPageParam: () => undefined, [name]: (page) => page.cursor.next }
    const observer = new InfiniteQueryObserver(client, options)
    const told = []
    observer.subscribe((result) => told.push(result))
    await pass(5)
    const result = observer.getCurrentResult()
    assert.ok(result.error instanceof TypeError)
    assert.deepEqual([result.status, result.fetchStatus, result.isRefetchError], ['error', 'idle', true])
    assert.deepEqual([result.hasNextPage, result.hasPreviousPage], [false, false])
    assert.deepEqual(result.data.pages, [{ items: [] }])
    assert.equal(client.getQueryState(['pages']).error, result.error)
    assert.deepEqual(
      heard.map(([name]) => name),
      ['error', 'settled'],
    )
    assert.ok(told.every(({ status, error }) => status === 'pending' || error === result.error))
  })
}

test('getNextPageParam that throws a new error each time keeps the first error for the same data', async () => {
  const client = new QueryClient()
  client.setQueryData(['pages'], { pages: [{}], pageParams: [0] })
  const options = () => ({ ...pages, staleTime: Infinity, getNextPageParam: (page) => page.cursor.next })
  const observer = new InfiniteQueryObserver(client, options())
  let told = 0
  observer.subscribe(() => told++)
  const { error } = observer.getCurrentResult()
  assert.ok(error instanceof TypeError)
  for (let i = 0; i < 5; i++) {
    const defaulted = client.defaultQueryOptions(options())
    assert.equal(observer.getOptimisticResult(defaulted).error, error)
    observer.setOptions(defaulted)
  }
  assert.equal(told, 0)
  // Data for which the option does not throw clears the error.
  client.setQueryData(['pages'], { pages: [{ cursor: { next: 1 } }], pageParams: [0] })
  assert.deepEqual([observer.getCurrentResult().status, observer.getCurrentResult().hasNextPage], ['success', true])
})

test('getNextPageParam that throws between two pages fails the fetch, which fetches no page twice', async () => {
  const client = new QueryClient()
  let asked = 0
  let broken = true
  const fetched = client.fetchInfiniteQuery({
    ...pages,
    queryFn: () => ++asked,
    pages: 3,
    retry: 1,
    retryDelay: 10,
    getNextPageParam: (page) => {
      if (broken) throw new Thrown('next')
      return page
    },
  })
  await settle()
  broken = false
  await pass(10)
  assert.deepEqual((await fetched).pages, [1, 2, 3])
  assert.equal(asked, 3)
})

/** Options that throw once there is data, by name. */
const onData = (value) => (query) => {
  if (query.state.data !== undefined) throw new Thrown('option')
  return value
}

for (const [name, option] of Object.entries({
  enabled: onData(true),
  staleTime: onData(0),
  refetchInterval: onData(false),
  notifyOnChangeProps: () => {
    throw new Thrown('option')
  },
})) {
  test(`${name} that throws when data arrives notifies an error, and other observers get the data`, async () => {
    const { heard, client } = noting()
    const options = { queryKey: ['a'], queryFn: () => after(5, 'data'), retry: false }
    const other = new QueryObserver(client, { ...options, notifyOnChangeProps: ['data'] })
    const seen = []
    other.subscribe(({ data }) => seen.push(data))
    const observer = new QueryObserver(client, { ...options, [name]: option })
    const told = []
    const unsubscribe = observer.subscribe(({ status }) => told.push(status))
    await pass(5)
    const { status, fetchStatus, error, data } = observer.getCurrentResult()
    assert.deepEqual([status, fetchStatus, error.message, data], ['error', 'idle', 'option', 'data'])
    assert.equal(told.at(-1), 'error')
    assert.ok(seen.includes('data'))
    assert.equal(other.getCurrentResult().data, 'data')
    assert.deepEqual(
      heard.map(([name, what]) => `${name} ${what}`),
      ['error option', 'settled data'],
    )
    assert.equal(client.isFetching(), 0)
    // It is garbage-collected like any other.
    unsubscribe()
    assert.equal(
      client
        .getQueryCache()
        .find({ queryKey: ['a'] })
        .getObserversCount(),
      1,
    )
  })
}

test('an observer whose option throws does not stop fetches for others', async () => {
  const client = new QueryClient()
  client.mount()
  const calls = []
  let armed = false
  const trap = () => {
    if (armed) throw new Thrown('trap')
    return true
  }
  const observe = (key, options) => {
    const observer = new QueryObserver(client, { queryKey: [key], queryFn: () => calls.push(key), ...options })
    observer.subscribe(() => {})
    return observer
  }
  const observers = ['enabled', 'refetchOnWindowFocus'].map((name) => observe(name, { [name]: trap }))
  observe('sound')
  await settle()
  calls.length = 0
  armed = true
  focusManager.setFocused(false)
  focusManager.setFocused(true)
  await settle()
  assert.ok(calls.includes('sound'))
  for (const observer of observers) assert.equal(observer.getCurrentResult().error?.message, 'trap')
  await client.refetchQueries()
  assert.deepEqual(
    calls.filter((key) => key === 'sound'),
    ['sound', 'sound'],
  )
  focusManager.setFocused(undefined)
  client.unmount()
})

test('structuralSharing, persister and behavior that throw fail the fetch', async () => {
  for (const option of [{ structuralSharing: thrower() }, { persister: thrower() }, { behavior: { onFetch: thrower() } }]) {
    const { heard, client } = noting()
    await assert.rejects(client.fetchQuery({ queryKey: ['a'], queryFn: () => 1, ...option }), Thrown)
    const { status, fetchStatus } = client.getQueryState(['a'])
    assert.deepEqual([status, fetchStatus], ['error', 'idle'])
    assert.deepEqual(
      heard.map(([name]) => name),
      ['error', 'settled'],
    )
  }
})

test('initialData that throws when it is called again fails the fetch', async () => {
  const { heard, client } = noting()
  let armed = false
  const initialData = () => {
    if (armed) throw new Thrown('initial')
  }
  const observer = new QueryObserver(client, { queryKey: ['a'], queryFn: () => 1, initialData, enabled: false })
  observer.subscribe(() => {})
  armed = true
  const { error, fetchStatus } = await observer.refetch()
  assert.deepEqual([error?.message, fetchStatus], ['initial', 'idle'])
  assert.deepEqual(
    heard.map(([name]) => name),
    ['error', 'settled'],
  )
})

test('methods that return a promise reject and never throw', async () => {
  const client = new QueryClient()
  const options = { queryKey: ['a'], queryFn: () => 1 }
  await assert.rejects(client.fetchQuery({ ...options, initialData: thrower() }), Thrown)
  await assert.rejects(client.ensureQueryData({ ...options, initialData: thrower() }), Thrown)
  await client.prefetchQuery({ ...options, initialData: thrower() })
  await client.prefetchQuery({ ...options, staleTime: thrower() })
  await assert.rejects(client.fetchQuery({ ...options, queryKeyHashFn: thrower() }), Thrown)
  await assert.rejects(client.fetchInfiniteQuery({ ...options, initialData: thrower() }), Thrown)
})

test('a callback of the cache that throws does not change the outcome', async () => {
  const errors = await reported(async () => {
    const { client } = noting({ onSuccess: thrower('success'), onError: thrower('error'), onSettled: thrower('settled') })
    assert.equal(await client.fetchQuery({ queryKey: ['a'], queryFn: () => 'data' }), 'data')
    assert.equal(client.getQueryState(['a']).status, 'success')
    await assert.rejects(client.fetchQuery({ queryKey: ['b'], queryFn: fails }), /down/)
    assert.equal(client.getQueryState(['b']).error.message, 'down')
  })
  assert.deepEqual(errors, ['success', 'settled', 'error', 'settled'])
})

test('a listener that throws does not stop the others', async () => {
  const told = []
  const errors = await reported(async () => {
    const { client, heard } = noting()
    client.getQueryCache().subscribe(({ type }) => {
      throw new Thrown(`cache ${type}`)
    })
    client.getQueryCache().subscribe(({ type, action }) => told.push(action?.type ?? type))
    const observer = new QueryObserver(client, { queryKey: ['a'], queryFn: () => after(5, 'data') })
    observer.subscribe(thrower('observer'))
    const seen = []
    observer.subscribe(({ status }) => seen.push(status))
    await pass(5)
    assert.deepEqual(heard, [
      ['success', 'data'],
      ['settled', 'data', null],
    ])
    assert.deepEqual(seen, ['success'])
    assert.equal(client.getQueryState(['a']).status, 'success')
    client.setQueryData(['a'], 'edited')
    assert.equal(observer.getCurrentResult().data, 'edited')
  })
  assert.deepEqual(
    told.filter((type) => type !== 'observerResultsUpdated'),
    ['added', 'observerAdded', 'fetch', 'success', 'success'],
  )
  assert.ok(errors.includes('cache fetch') || errors.includes('cache updated'))
  assert.ok(errors.includes('observer'))
})

test('a listener of a mutation, a QueriesObserver or a batch that throws does not stop the others', async () => {
  const told = []
  const errors = await reported(async () => {
    const client = new QueryClient()
    client.getMutationCache().subscribe(thrower('mutation cache'))
    const mutator = new MutationObserver(client, { mutationFn: () => Promise.resolve('done') })
    mutator.subscribe(thrower('mutator'))
    mutator.subscribe(({ status }) => told.push(status))
    assert.equal(await mutator.mutate(undefined), 'done')

    const queries = ['a', 'b'].map((key) => ({ queryKey: [key], queryFn: () => key }))
    const many = new QueriesObserver(client, queries)
    many.subscribe(thrower('many'))
    many.subscribe((results) => told.push(results.map(({ data }) => data).join()))
    await settle()

    notifyManager.batch(() => {
      notifyManager.schedule(thrower('batch'))
      notifyManager.schedule(() => told.push('batched'))
    })
    await pass(1)
  })
  assert.deepEqual(
    [told[0], told.find((news) => news === 'success'), told.at(-2), told.at(-1)],
    ['pending', 'success', 'a,b', 'batched'],
  )
  for (const message of ['mutation cache', 'mutator', 'many', 'batch']) assert.ok(errors.includes(message), message)
})

test('an interval refetch whose option throws does not delay another', async () => {
  const client = new QueryClient()
  let calls = 0
  let armed = false
  const broken = new QueryObserver(client, {
    queryKey: ['broken'],
    queryFn: () => 1,
    initialData: () => {
      if (armed) throw new Thrown('interval')
    },
    refetchInterval: 100,
  })
  broken.subscribe(() => {})
  new QueryObserver(client, { queryKey: ['sound'], queryFn: () => ++calls, refetchInterval: 100 }).subscribe(() => {})
  await settle()
  armed = true
  client.removeQueries({ queryKey: ['broken'] })
  await pass(200, 100)
  assert.equal(calls, 3)
})
