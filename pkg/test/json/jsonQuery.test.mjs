import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HttpError, jsonQuery, setJsonBudget, stats } from 'whippet/json'
import { answers, query, stream } from './server.mjs'

const list = JSON.stringify({ items: [1, 2, { name: 'whippet €' }], next: null })

/** What `f` adds to the figures. */
async function added(f) {
  const before = stats()
  await f()
  const after = stats()
  return Object.fromEntries(Object.keys(before).map((name) => [name, after[name] - before[name]]))
}

const size = (text) => new TextEncoder().encode(text).length

test('an unchanged body returns the cached value without parsing', async (t) => {
  answers(t, list)
  const { state, context } = query()
  const fn = jsonQuery('/todos')
  state.data = await fn(context)
  assert.deepEqual(state.data, JSON.parse(list))
  // The engine starts, if this is the first body that it compares.
  assert.equal(await fn(context), state.data)
  const parse = t.mock.method(JSON, 'parse')
  const figures = await added(async () => assert.equal(await fn(context), state.data))
  assert.equal(parse.mock.callCount(), 0)
  assert.deepEqual(figures, {
    received: size(list),
    compared: size(list),
    parsed: 0,
    spared: size(list),
    kept: 0,
    evicted: 0,
    scanned: 0,
    memory: 0,
  })
})

test('chunks of any length give the same value', async (t) => {
  for (let chunk = 1; chunk <= size(list); chunk++) {
    t.mock.restoreAll()
    const longer = list.replace('[1', '[0,1')
    answers(t, { body: list, chunk }, { body: longer, chunk }, { body: longer, chunk })
    const { state, context } = query()
    const fn = jsonQuery('/todos')
    state.data = await fn(context)
    assert.deepEqual(state.data, JSON.parse(list))
    state.data = await fn(context)
    assert.deepEqual(state.data, JSON.parse(longer))
    assert.equal(await fn(context), state.data)
  }
})

test('a query function created on each render still finds the previous body', async (t) => {
  answers(t, list)
  const { state, context } = query()
  state.data = await jsonQuery('/todos')(context)
  assert.equal(await jsonQuery('/todos')(context), state.data)
})

test('a cached value that only equals the parsed one is returned', async (t) => {
  answers(t, list)
  const { state, context } = query()
  const fn = jsonQuery('/todos')
  state.data = structuredClone(await fn(context))
  assert.equal(await fn(context), state.data)
})

test('a value set between two fetches is not taken for the value of the body', async (t) => {
  answers(t, list)
  const { state, context } = query()
  const fn = jsonQuery('/todos')
  state.data = await fn(context)
  for (const written of [{ items: [] }, undefined, 'text', { ...state.data, next: new Date(0) }]) {
    state.data = written
    const value = await fn(context)
    assert.deepEqual(value, JSON.parse(list))
    assert.notEqual(value, written)
  }
})

test('a value set while the body arrives is not taken for the value of the body', async (t) => {
  const { state, context } = query()
  answers(t, list)
  const fn = jsonQuery('/todos')
  state.data = await fn(context)
  const pending = fn(context)
  state.data = { optimistic: true }
  assert.deepEqual(await pending, JSON.parse(list))
})

test('each page of an infinite query has its own body', async (t) => {
  const pages = { 0: '["a"]', 1: '["b"]' }
  t.mock.method(globalThis, 'fetch', async (url) => new Response(stream(pages[new URL(url).searchParams.get('page')], 3)))
  const { state, context } = query()
  const fn = jsonQuery(({ pageParam }) => `http://x/?page=${pageParam}`)
  const fetchPage = (pageParam) => fn({ ...context, pageParam })
  state.data = { pages: [await fetchPage(0), await fetchPage(1)], pageParams: [0, 1] }
  pages[1] = '["c"]'
  assert.equal(await fetchPage(0), state.data.pages[0])
  assert.deepEqual(await fetchPage(1), ['c'])
})

test('fetch gets the signals of the query, of init and of the request', async (t) => {
  const requests = answers(t, list)
  const { context } = query()
  await jsonQuery('/todos', { headers: { accept: 'x' } })(context)
  assert.equal(requests[0].init.signal, context.signal)
  assert.deepEqual(requests[0].init.headers, { accept: 'x' })

  const mine = new AbortController()
  await jsonQuery('/todos', { signal: mine.signal })(context)
  assert.equal(requests[1].init.signal.aborted, false)
  mine.abort()
  assert.equal(requests[1].init.signal.aborted, true)
})

test('a Request can be fetched again', async (t) => {
  const requests = answers(t, list)
  const request = new Request('http://localhost/todos', { method: 'POST', body: 'q' })
  const fn = jsonQuery(request)
  await fn(query().context)
  await fn(query().context)
  assert.equal(requests.length, 2)
  for (const { input } of requests) assert.equal(await input.text(), 'q')
})

test('a function may return an address or a response', async (t) => {
  const requests = answers(t, list)
  const { context } = query()
  await jsonQuery(async ({ queryKey }) => new URL(`http://x/${queryKey[0]}`))(context)
  assert.equal(String(requests[0].input), 'http://x/todos')
  assert.deepEqual(await jsonQuery(() => new Response('[1]'))(context), [1])
})

test('without a client it fetches and parses', async (t) => {
  answers(t, list)
  const fn = jsonQuery('/todos')
  assert.deepEqual(await fn(), JSON.parse(list))
  assert.deepEqual(await fn(), JSON.parse(list))
})

test('a status that is not a success rejects with HttpError', async (t) => {
  answers(t, { status: 503, headers: { 'retry-after': '12' }, body: 'x'.repeat(10_000), chunk: 1000 })
  const error = await jsonQuery('/todos')().catch((error) => error)
  assert.ok(error instanceof HttpError && error instanceof Error)
  assert.deepEqual([error.status, error.retryAfter, error.body.length], [503, 12_000, 4096])
})

test('Retry-After may be a date, and nonsense is ignored', async (t) => {
  const at = new Date(Date.now() + 60_000).toUTCString()
  answers(
    t,
    { status: 429, headers: { 'retry-after': at }, body: '' },
    { status: 429, headers: { 'retry-after': 'soon' }, body: '' },
  )
  const error = () => jsonQuery('/todos')().catch((error) => error)
  const { retryAfter } = await error()
  assert.ok(retryAfter > 55_000 && retryAfter <= 60_000, String(retryAfter))
  assert.equal((await error()).retryAfter, undefined)
})

test('a body that is not JSON rejects with SyntaxError and keeps the previous one', async (t) => {
  answers(t, list, list.slice(0, -1), '', list)
  const { state, context } = query()
  const fn = jsonQuery('/todos')
  state.data = await fn(context)
  await assert.rejects(fn(context), SyntaxError)
  await assert.rejects(fn(context), SyntaxError)
  assert.equal(await fn(context), state.data)
})

test('a body that breaks off rejects and keeps the previous one', async (t) => {
  const { state, context } = query()
  const fn = jsonQuery('/todos')
  answers(t, list)
  state.data = await fn(context)
  t.mock.restoreAll()
  t.mock.method(globalThis, 'fetch', async () => {
    let pulls = 0
    return new Response(
      new ReadableStream({
        pull(controller) {
          if (pulls++) controller.error(new TypeError('gone'))
          else controller.enqueue(new Uint8Array([123]))
        },
      }),
    )
  })
  await assert.rejects(fn(context), /gone/)
  t.mock.restoreAll()
  answers(t, list)
  assert.equal(await fn(context), state.data)
})

test('values equal those of JSON.parse and response.json()', async (t) => {
  const texts = ['\ufeff[1]', '"\\ud800"', '-0', '1e999', '{"__proto__":1,"a":1,"a":2}', ' null ', '"é€😀"']
  for (const text of texts) {
    t.mock.restoreAll()
    answers(t, { body: text, chunk: 1 })
    assert.deepEqual(await jsonQuery('/x')(query().context), await new Response(text).json())
  }
})

test('a body over the budget is parsed each time', async (t) => {
  t.after(() => setJsonBudget({ body: 4 << 20, total: 16 << 20 }))
  setJsonBudget({ body: 20, total: 100 })
  const long = JSON.stringify('ü'.repeat(100))
  answers(t, { body: long, chunk: 11 })
  const { state, context } = query()
  const fn = jsonQuery('/todos')
  const figures = await added(async () => {
    state.data = await fn(context)
    assert.equal(await fn(context), JSON.parse(long))
  })
  assert.deepEqual([figures.received, figures.parsed, figures.spared, figures.kept], [2 * size(long), 2 * size(long), 0, 0])
})

test('a time to wait is one of the forms that HTTP has', async (t) => {
  const wait = async (header) => {
    t.mock.restoreAll()
    answers(t, { status: 429, headers: { 'retry-after': header }, body: '' })
    return jsonQuery('/todos')().catch((error) => error.retryAfter)
  }
  assert.equal(await wait('7'), 7000)
  assert.equal(await wait('Sun, 06 Nov 1994 08:49:37 GMT'), 0)
  assert.ok((await wait('Fri, 31 Dec 2100 23:59:59 GMT')) > 1e9)
  // `Date.parse` takes each of these for a date in the past, which would be no wait at all.
  for (const header of ['1.5', '-1', 'abc 5']) assert.equal(await wait(header), undefined, header)
})

test('a function that returns nothing is told so', async (t) => {
  const requests = answers(t, list)
  for (const nothing of [undefined, null]) {
    await assert.rejects(jsonQuery(() => nothing)(), { name: 'TypeError', message: /takes an address.*, not (undefined|null)/ })
  }
  assert.equal(requests.length, 0)
})
