import assert from 'node:assert/strict'
import { test } from 'node:test'
import { QueriesObserver, QueryClient, notifyManager } from 'whippet/query'
import { pass, simulatedTime } from './clock.mjs'

simulatedTime()

const queries = (count) =>
  Array.from({ length: count }, (_, id) => ({ queryKey: ['row', id], queryFn: () => id, staleTime: Infinity }))
const data = (results) => results.map((result) => result.data)

/** Mounts `count` queries and updates each. Returns the cost in items copied, combined and notified. */
async function cost(t, count, options) {
  const client = new QueryClient()
  let copied = 0
  let read = 0
  let told = 0
  const { slice } = Array.prototype
  t.after(() => (Array.prototype.slice = slice))
  Array.prototype.slice = function (...args) {
    if (this.length >= count) copied += this.length
    return slice.apply(this, args)
  }
  const combine = options.combine && ((results) => results.map((result) => (read++, result.data)))
  const observer = new QueriesObserver(client, queries(count))
  const unsubscribe = observer.subscribe(() => told++)
  if (combine) observer.setQueries(queries(count), { combine })
  await pass(1)
  for (let id = 0; id < count; id++) client.setQueryData(['row', id], -id)
  await pass(1)
  assert.equal(observer.getCurrentResult()[count - 1].data, 1 - count)
  unsubscribe()
  Array.prototype.slice = slice
  return { copied, read, told }
}

for (const combine of [false, true]) {
  test(`the cost of many queries is linear${combine ? ', combined' : ''}`, async (t) => {
    const few = await cost(t, 500, { combine })
    const many = await cost(t, 2000, { combine })
    assert.ok(few.copied <= 4 * 500 && many.copied <= 4 * 2000, `copied ${few.copied}, then ${many.copied}`)
    assert.ok(few.read <= 4 * 500 && many.read <= 4 * 2000, `combined ${few.read}, then ${many.read}`)
    assert.ok(many.told >= 1 && many.told <= 4, `told ${many.told} times`)
  })
}

test('few queries notify one by one, each with the result of its time', async () => {
  const client = new QueryClient()
  const observer = new QueriesObserver(client, queries(2))
  const seen = [observer.getCurrentResult()]
  const unsubscribe = observer.subscribe((results) => seen.push(results))
  await pass(1)
  client.setQueryData(['row', 1], 'new')
  unsubscribe()
  assert.deepEqual(seen.map(data), [
    [undefined, undefined],
    [undefined, undefined],
    [undefined, undefined],
    [0, undefined],
    [0, 1],
    [0, 'new'],
  ])
})

test('many queries notify once, and getCurrentResult() is current meanwhile', async () => {
  const client = new QueryClient()
  for (let id = 0; id < 300; id++) client.setQueryData(['row', id], id)
  const observer = new QueriesObserver(client, queries(300))
  const before = observer.getCurrentResult()
  const seen = []
  const unsubscribe = observer.subscribe((results) => seen.push(results))
  notifyManager.batch(() => {
    for (const id of [7, 8]) client.setQueryData(['row', id], 'new')
  })
  const now = observer.getCurrentResult()
  assert.equal(observer.getCurrentResult(), now)
  assert.deepEqual([before[7].data, now[7].data, now[8].data], [7, 'new', 'new'])
  assert.equal(seen.length, 0)
  await pass(1)
  assert.deepEqual(seen, [now])

  // A result that was handed out does not change.
  client.setQueryData(['row', 7], 'newer')
  assert.equal(now[7].data, 'new')
  assert.equal(observer.getCurrentResult()[7].data, 'newer')
  unsubscribe()
  await pass(1)
  assert.equal(seen.length, 1, 'who left is not told')
})

test('many queries may change their order, come and go', async () => {
  const client = new QueryClient()
  const all = queries(400)
  const observer = new QueriesObserver(client, all)
  let last
  const unsubscribe = observer.subscribe((results) => (last = results))
  await pass(1)
  observer.setQueries(all.slice(100).reverse())
  client.setQueryData(['row', 399], 'first')
  client.setQueryData(['row', 5], 'nobody looks')
  await pass(1)
  assert.deepEqual([last.length, last[0].data, last[299].data], [300, 'first', 100])
  assert.equal(
    client
      .getQueryCache()
      .find({ queryKey: ['row', 5] })
      .getObserversCount(),
    0,
  )
  unsubscribe()
})

test('combine applies from the first setQueries on', async () => {
  const client = new QueryClient()
  const combine = (results) => results.map(({ status }) => status).join()
  const list = [{ queryKey: ['a'], queryFn: () => Promise.reject(new Error('no')), retry: 1, retryDelay: 10 }]
  const observer = new QueriesObserver(client, list, { combine })
  let told = 0
  const unsubscribe = observer.subscribe(() => told++)
  await pass(1)
  const before = told
  assert.equal(observer.getCurrentResult()[0].failureCount, 1)
  observer.setQueries(list, { combine })
  await pass(20)
  assert.equal(observer.getCurrentResult()[0].status, 'error')
  assert.equal(told, before + 1, 'told of the status, and of nothing that combine does not read')
  unsubscribe()
})

test('a query shows initial data that a later query of the list brought', () => {
  const client = new QueryClient()
  const observer = new QueriesObserver(client, [{ queryKey: ['a'] }, { queryKey: ['a'], initialData: 1 }])
  assert.deepEqual(data(observer.getCurrentResult()), [1, 1])
})

/** What an adapter passes for the query `key`, whose data `select` marks with `mark`. */
function rendered(client, key, mark) {
  const select = (data) => new Marked(data + mark)
  return [{ ...client.defaultQueryOptions({ queryKey: [key], staleTime: Infinity, select }), _optimisticResults: 'optimistic' }]
}

/** Never shared structurally. */
class Marked {
  constructor(text) {
    this.text = text
  }
}

test('setQueries does not notify of the optimistic result that its caller has', async () => {
  const client = new QueryClient()
  client.setQueryData(['a'], 'a')
  const observer = new QueriesObserver(client, rendered(client, 'a', 0))
  let told = 0
  const unsubscribe = observer.subscribe(() => told++)
  const next = rendered(client, 'a', 1)
  const [[{ data }]] = observer.getOptimisticResult(next)
  observer.setQueries(next)
  await pass(1)
  assert.equal(data.text, 'a1')
  assert.equal(observer.getCurrentResult()[0].data, data)
  assert.equal(told, 0)
  unsubscribe()
})

test('combine sees what other options and other queries give', async () => {
  const client = new QueryClient()
  for (const key of ['a', 'b']) client.setQueryData([key], key)
  const combine = (results) => results.map(({ data }) => data.text).join()
  const observer = new QueriesObserver(client, rendered(client, 'a', 0))
  const unsubscribe = observer.subscribe(() => {})
  const combined = (queries) => observer.getOptimisticResult(queries, combine)[1]()
  for (const mark of [0, 1, 2]) {
    const queries = rendered(client, 'a', mark)
    assert.equal(combined(queries), `a${mark}`)
    observer.setQueries(queries, { combine })
  }
  observer.setQueries(rendered(client, 'b', 3), { combine })
  assert.equal(combined(rendered(client, 'a', 4)), 'a4')
  unsubscribe()
})
