// Slow, busy and failing servers: retries, timeouts and circuit breakers.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HttpError, jsonQuery } from 'whippet/json'
import { CircuitOpenError, MutationObserver, QueryClient, QueryObserver, TimeoutError } from 'whippet/query'
import { after, counter, pass, settle, simulatedTime } from './clock.mjs'

simulatedTime()

/** An HttpError as `jsonQuery` makes it. */
function httpError(status, headers) {
  return new HttpError(new Response('', { status, headers }), '')
}

/** A query function that always fails with `error`, and records when it was called. */
function failing(error) {
  const start = Date.now()
  const fn = () => {
    fn.at.push(Date.now() - start)
    return Promise.reject(error)
  }
  fn.at = []
  return fn
}

/** The times at which `queryFn` is called for a fetch with these options. */
async function attempts(error, options, config) {
  const queryFn = failing(error)
  const fetched = new QueryClient(config).fetchQuery({ queryKey: ['a'], queryFn, ...options })
  fetched.catch(() => {})
  await pass(1_000_000, 500)
  return queryFn.at
}

test('retryAfter delays the next attempt', async () => {
  const busy = httpError(503, { 'retry-after': '3' })
  assert.deepEqual(await attempts(busy, { retry: 3 }), [0, 3000, 6000, 10_000])
  assert.deepEqual(await attempts(busy, { retry: 1, retryDelay: () => 5000 }), [0, 5000])
  assert.deepEqual(await attempts(busy, { retry: () => false }), [0])
  // A delay of an hour fails the fetch, unless `retry` accepts it.
  const long = httpError(503, { 'retry-after': '600' })
  assert.deepEqual(await attempts(long, { retry: 3 }), [0])
  assert.deepEqual(await attempts(long, { retry: (count) => count < 1 }), [0, 600_000])
})

test('retryAfter delays a mutation as well', async () => {
  const mutationFn = failing(httpError(429, { 'retry-after': '7' }))
  const mutation = new MutationObserver(new QueryClient(), { mutationFn, retry: 1 })
  mutation.mutate().catch(() => {})
  await pass(10_000, 500)
  assert.deepEqual(mutationFn.at, [0, 7000])
})

test('an error that is not retryable is not retried, unless a retry function says so', async () => {
  for (const status of [400, 401, 404, 422]) assert.deepEqual(await attempts(httpError(status), { retry: 3 }), [0])
  for (const status of [408, 425, 429, 500, 503]) {
    assert.deepEqual(await attempts(httpError(status), { retry: 1 }), [0, 1000])
  }
  assert.deepEqual(await attempts(httpError(404), { retry: (count) => count < 1 }), [0, 1000])
  assert.deepEqual(await attempts(Object.assign(new Error('no'), { status: 404 }), { retry: 1 }), [0, 1000])
})

test('retryJitter spreads delays by the seed', async () => {
  const options = { retry: 2, retryJitter: true }
  const seeded = (seed) => attempts(new Error('no'), options, { seed })
  const [, first, second] = await seeded(1)
  assert.ok(first > 1000 && first <= 1500, `${first}`)
  assert.ok(second - first >= 2000 && second - first <= 3500, `${second}`)
  assert.deepEqual(await seeded(1), [0, first, second])
  assert.deepEqual(await attempts(new Error('no'), { retry: 2 }, { seed: 1 }), [0, 1000, 3000])
})

test('an attempt that exceeds the timeout is aborted and retried', async () => {
  const client = new QueryClient()
  const signals = []
  const answers = [() => new Promise(() => {}), () => after(150, 'late'), () => after(50, 'in time')]
  const fetched = client.fetchQuery({
    queryKey: ['slow'],
    queryFn: ({ signal }) => {
      signals.push(signal)
      return answers[signals.length - 1]()
    },
    timeout: 100,
    retry: 2,
    retryDelay: 10,
  })
  await pass(100)
  assert.ok(signals[0].aborted && signals[0].reason instanceof TimeoutError)
  assert.equal(client.getQueryState(['slow']).fetchFailureReason, signals[0].reason)
  await pass(300, 10)
  assert.equal(await fetched, 'in time')
  assert.deepEqual(
    signals.map((signal) => signal.aborted),
    [true, true, false],
  )
  assert.equal(client.getQueryData(['slow']), 'in time')
})

test('without retries, a timeout is the error of the query', async () => {
  const client = new QueryClient()
  const observer = new QueryObserver(client, {
    queryKey: ['hung'],
    queryFn: () => new Promise(() => {}),
    timeout: 100,
    retry: false,
  })
  observer.subscribe(() => {})
  await pass(100)
  const { error, status } = observer.getCurrentResult()
  assert.equal(status, 'error')
  assert.ok(error instanceof TimeoutError && error.timeout === 100)
  assert.match(error.message, /No answer within 100 ms: \["hung"\]/)
  // The next fetch makes an attempt of its own.
  client.setQueryDefaults(['hung'], {})
  const again = observer.refetch()
  await pass(100)
  assert.equal((await again).errorUpdateCount, 2)
})

test('a circuit breaker opens for an origin that keeps failing', async () => {
  const client = new QueryClient({ breaker: { failures: 2, window: 1000, openFor: 5000 } })
  let up = false
  let calls = 0
  const ask = (key, origin = 'https://api.example') => {
    const queryFn = () => (calls++, up ? Promise.resolve(key) : Promise.reject(new Error('down')))
    return client.fetchQuery({ queryKey: [key], queryFn, meta: { origin } })
  }
  await assert.rejects(ask('a'), /down/)
  assert.deepEqual(client.breakers(), [{ origin: 'https://api.example', state: 'closed', until: undefined }])
  await assert.rejects(ask('b'), /down/)
  const until = Date.now() + 5000
  assert.deepEqual(client.breakers(), [{ origin: 'https://api.example', state: 'open', until }])

  const refused = await ask('c').catch((error) => error)
  assert.ok(refused instanceof CircuitOpenError)
  assert.deepEqual([refused.origin, refused.until, refused.retryAfter], ['https://api.example', until, 5000])
  assert.equal(calls, 2)
  await assert.rejects(ask('d', 'https://other.example'), /down/)
  assert.equal(calls, 3)

  up = true
  await pass(5000)
  assert.equal(client.breakers()[0].state, 'half-open')
  const [first, second] = await Promise.allSettled([ask('e'), ask('f')])
  assert.deepEqual([first.value, second.reason instanceof CircuitOpenError], ['e', true])
  assert.equal(client.breakers()[0].state, 'closed')
  assert.equal(await ask('f'), 'f')
})

test('retries stop when the circuit breaker opens', async () => {
  const client = new QueryClient({ breaker: { failures: 2 } })
  const queryFn = failing(new Error('down'))
  const fetched = client.fetchQuery({ queryKey: ['a'], queryFn, retry: 5, meta: { origin: 'x' } })
  fetched.catch(() => {})
  await pass(60_000, 500)
  await assert.rejects(fetched, CircuitOpenError)
  assert.deepEqual(queryFn.at, [0, 1000])
})

test('jsonQuery names its origin, and a 404 does not open the circuit breaker', async (t) => {
  let status = 404
  t.mock.method(globalThis, 'fetch', async () => new Response('{}', { status }))
  const client = new QueryClient({ breaker: { failures: 1 } })
  const ask = () => client.fetchQuery({ queryKey: ['a'], queryFn: jsonQuery('https://api.example/users') })
  await assert.rejects(ask(), { status: 404 })
  assert.equal(client.breakers()[0].state, 'closed')
  status = 503
  await assert.rejects(ask(), { status: 503 })
  assert.deepEqual(
    client.breakers().map(({ origin, state }) => [origin, state]),
    [['https://api.example', 'open']],
  )

  const own = new QueryClient({ breaker: { failures: 1, origin: (query) => query.queryKey[0] } })
  await assert.rejects(own.fetchQuery({ queryKey: ['b'], queryFn: () => Promise.reject(new Error('no')) }))
  assert.equal(own.breakers()[0].origin, 'b')
  await settle()
})

test('without the option there are no circuit breakers', async () => {
  const client = new QueryClient()
  await client.fetchQuery({ queryKey: ['a'], queryFn: () => 1, meta: { origin: 'x' } })
  assert.deepEqual(client.breakers(), [])
})

test('a silently cancelled fetch leaves the state as it was, whatever is written then', async () => {
  const client = new QueryClient()
  const fetched = client.fetchQuery({ queryKey: ['a'], queryFn: counter(10) })
  fetched.catch(() => {})
  await client.cancelQueries({}, { silent: true, revert: false })
  await assert.rejects(fetched, { message: 'CancelledError', silent: true })
  client.setQueryData(['a'], 'written')
  assert.equal(client.getQueryState(['a']).fetchStatus, 'fetching')
  const again = client.fetchQuery({ queryKey: ['a'], queryFn: () => 'fetched' })
  assert.equal(await again, 'fetched')
  assert.equal(client.getQueryState(['a']).fetchStatus, 'idle')
})
