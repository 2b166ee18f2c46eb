// What a client in wasm tells the devtools becomes rows and events, in the words that the other clients have.
import { build } from 'esbuild'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const entry = fileURLToPath(new URL('../../src/devtools/toldSource.ts', import.meta.url))
const bundled = await build({ bundle: true, entryPoints: [entry], format: 'esm', write: false })
const { ToldSource } = await import(`data:text/javascript,${encodeURIComponent(bundled.outputFiles[0].text)}`)

const IDLE = {
  status: 'pending',
  fetchStatus: 'idle',
  dataUpdatedAt: 0,
  dataUpdateCount: 0,
  errorUpdatedAt: 0,
  errorUpdateCount: 0,
  failureCount: 0,
  isInvalidated: false,
}

function session(asked = {}) {
  const source = new ToldSource({ details: () => undefined, act() {}, ...asked })
  const events = []
  source.watch(({ kind, id, what, row }) => events.push(`${kind} ${id}: ${what}${row ? `, ${row.label}` : ''}`))
  const query = (facts = {}, state = {}, data, error) =>
    source.query(
      JSON.stringify({
        ...{ id: '1', text: '["a"]', observers: 1, isDisabled: false, isStatic: false, isStale: true },
        ...facts,
        state: { ...IDLE, ...state },
      }),
      data,
      error,
    )
  const mutation = (facts, data, error) =>
    source.mutation(
      JSON.stringify({
        ...{ id: '7', text: '["save"]', status: 'pending', isPaused: false, failureCount: 0, submittedAt: 5 },
        ...facts,
      }),
      data,
      error,
    )
  return { source, events, query, mutation, taken: () => events.splice(0) }
}

test("a query's life", () => {
  const { query, source, taken } = session()
  const fetching = { fetchStatus: 'fetching' }
  const data = { status: 'success', dataUpdatedAt: 10, dataUpdateCount: 1 }
  query({ observers: 0 })
  query({})
  query({}, fetching)
  query({}, { ...fetching, failureCount: 1 })
  query({}, { fetchStatus: 'paused', failureCount: 1 })
  query({}, { ...fetching, failureCount: 1 })
  query({ isStale: false }, data, () => '1')
  query({}, data)
  query({}, { ...data, isInvalidated: true })
  query({}, { ...data, isInvalidated: true, ...fetching })
  query({}, { ...data, isInvalidated: true })
  query({}, { ...data, ...fetching })
  query({}, { ...data, status: 'error', errorUpdateCount: 1, errorUpdatedAt: 20 })
  query({ observers: 0 }, { ...data, errorUpdateCount: 1 })
  source.removed('query', '1')
  source.removed('query', '1')
  assert.deepEqual(taken(), [
    'query 1: added, inactive',
    'query 1: observerAdded, stale',
    'query 1: fetch, fetching',
    'query 1: failed, fetching',
    'query 1: pause, paused',
    'query 1: continue, fetching',
    'query 1: success, fresh',
    'query 1: stale, stale',
    'query 1: invalidate, stale',
    'query 1: fetch, fetching',
    'query 1: cancelled, stale',
    'query 1: fetch, fetching',
    'query 1: error, error',
    'query 1: observerRemoved, inactive',
    'query 1: removed',
  ])
  assert.deepEqual(source.rows(), [])
})

test('what is told twice happened once', () => {
  const { query, taken } = session()
  const look = () => '1'
  query({}, {}, look)
  query({}, {}, look)
  assert.equal(taken().length, 1)
  query({}, {}, () => '2')
  assert.deepEqual(taken(), ['query 1: setState, stale'])
})

test('values are made when they are looked at, and once', () => {
  const { query, source } = session()
  let looks = 0
  const look = () => {
    looks++
    return '{"rows":[1,2]}'
  }
  query({}, {}, look)
  query({}, { dataUpdateCount: 1 }, look)
  assert.equal(looks, 0)
  const [row] = source.rows()
  assert.deepEqual(row.state.data, { rows: [1, 2] })
  assert.deepEqual(Object.keys(row.state).at(-1), 'data')
  assert.equal(row.state.data, row.state.data)
  assert.equal(looks, 1)
  assert.equal('error' in row.state, false)
})

test('details: timers with owner and reason, and what can be done', () => {
  const acted = []
  const told = {
    options: { retry: 'Times(3)' },
    observers: [{ enabled: true }],
    timers: [
      { what: 'stale', at: 100, observer: 0, option: 'stale_time', span: 60_000 },
      { what: 'garbage collection', at: 200, observer: null, option: 'gc_time', span: 300_000 },
    ],
    isSimulated: false,
    canFail: true,
  }
  const { query, source } = session({
    details: (id) => (id === '1' ? JSON.stringify(told) : undefined),
    act: (id, action) => acted.push(`${action} ${id}`),
  })
  query({}, { fetchStatus: 'fetching' }, () => '1')
  const [row] = source.rows()
  const details = source.details(row)
  assert.deepEqual(
    details.timers.map(({ what, owner, reason }) => `${what}: ${owner}, ${reason}`),
    ['stale: observer 1, stale_time 1 min', 'garbage collection: the query, gc_time 5 min'],
  )
  assert.deepEqual(details.actions, [
    'refetch',
    'cancel',
    'invalidate',
    'reset',
    'remove',
    'simulate loading',
    'simulate an error',
  ])
  assert.deepEqual(
    details.values.map(([name]) => name),
    ['data', 'state', 'options'],
  )
  assert.deepEqual(details.observers, [['observer 1', { enabled: true }]])
  source.act(row, 'invalidate')
  assert.deepEqual(acted, ['invalidate 1'])

  told.canFail = false
  assert.ok(!source.details(row).actions.includes('simulate an error'))
  told.isSimulated = true
  assert.deepEqual(source.details(row).actions, ['restore', 'remove'])
  assert.equal(source.details({ ...row, id: '2' }), undefined)
})

test("a mutation's life; those that have ended are a hundred at most", () => {
  const { mutation, source, taken } = session()
  mutation({})
  mutation({ isPaused: true })
  mutation({})
  mutation({ failureCount: 1 }, undefined, () => '"no"')
  mutation({ status: 'success' }, () => '1')
  assert.deepEqual(taken(), [
    'mutation 7: pending, pending',
    'mutation 7: pause, paused',
    'mutation 7: continue, pending',
    'mutation 7: failed, pending',
    'mutation 7: success, success',
  ])
  const [row] = source.rows()
  assert.deepEqual(source.details(row).actions, ['remove'])
  assert.equal(row.text, '["save"] #7')
  for (let id = 100; id < 300; id++) {
    mutation({ id: String(id) })
    mutation({ id: String(id), status: 'error' })
  }
  assert.equal(source.rows().length, 100)
  assert.equal(source.details(row), undefined)
  source.act(source.rows()[0], 'remove')
  assert.equal(source.rows().length, 99)
})

test('10,000 queries are told in as many steps, and listing them asks for nothing', () => {
  let asked = 0
  const { query, source } = session({ details: () => void asked++ })
  for (let id = 0; id < 10_000; id++) query({ id: String(id), text: `["row",${id}]` }, {}, () => void asked++)
  assert.equal(source.rows().length, 10_000)
  assert.equal(asked, 0)
})
