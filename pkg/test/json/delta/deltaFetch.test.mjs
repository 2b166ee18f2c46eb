// `whippet/json/delta` against `whippet/server`, in Node's own `fetch`.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, beforeEach, test } from 'node:test'
import { deltaFetch, deltaStats, jsonQuery, setDeltaBudget } from 'whippet/json/delta'
import { HttpError } from 'whippet/json'
import { QueryClient } from 'whippet/query'
import { createDelta } from 'whippet/server'

const delta = createDelta()
let seen = []
let version = 1
let answer
let server, origin, path
let pages = 0

const rows = (version) =>
  Array.from({ length: 300 }, (_, id) => ({ id, text: `row ${id * 77}`, version: id === 9 ? version : 0 }))

before(async () => {
  const handle = delta.node((request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(rows(version)))
  })
  server = createServer((request, response) => {
    seen.push(request.headers)
    const { end } = response
    let sent = 0
    response.end = function (...args) {
      sent += args[0]?.length ?? 0
      seen.at(-1).sent = sent
      return end.apply(this, args)
    }
    ;(answer ?? handle)(request, response)
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  origin = `http://127.0.0.1:${server.address().port}`
})
after(() => (server.closeAllConnections(), server.close()))
beforeEach(() => {
  seen = []
  version = 1
  answer = undefined
  path = `${origin}/rows/${pages++}`
})

/** Until the body that arrived is kept, which nobody waits for. */
async function kept(count) {
  for (let i = 0; i < 200 && deltaStats().whole < count; i++) await new Promise((done) => setTimeout(done, 5))
}

async function first(init) {
  const { whole } = deltaStats()
  const data = await (await deltaFetch(path, init)).json()
  await kept(whole + 1)
  return data
}

test('the next body is made of the last one and what changed', async () => {
  assert.deepEqual(await first(), rows(1))
  const before = deltaStats()
  for (version = 2; version < 5; version++) {
    const response = await deltaFetch(new URL(path), { cache: 'no-cache' })
    assert.deepEqual(
      [response.status, response.url, response.headers.get('content-type'), response.headers.get('whippet-delta')],
      [200, path, 'application/json', null],
    )
    assert.deepEqual(await response.json(), rows(version))
    assert.match(seen.at(-1)['whippet-have'], /^:[\w+/]{43}=:$/)
    assert.ok(seen.at(-1).sent < 40, `${seen.at(-1).sent} bytes`)
  }
  const { deltas, madeBytes, deltaBytes } = deltaStats()
  assert.equal(deltas - before.deltas, 3)
  assert.ok(madeBytes - before.madeBytes > 300 * (deltaBytes - before.deltaBytes))
})

test('a query has the same values, and keeps what is the same', async () => {
  const client = new QueryClient()
  const options = { queryKey: [path], queryFn: jsonQuery(path), staleTime: 0 }
  const { whole } = deltaStats()
  const one = await client.fetchQuery(options)
  await kept(whole + 1)
  version = 2
  const two = await client.fetchQuery(options)
  assert.deepEqual(two, rows(2))
  assert.ok(seen.at(-1).sent < 40)
  assert.ok(one[8] === two[8] && one[9] !== two[9])
  assert.equal(options.queryFn.origin, origin)
  client.clear()
})

test('a function says what to fetch, a request is sent again, a response is read', async () => {
  const request = new Request(path, { headers: { 'x-own': '1' } })
  const query = jsonQuery(request)
  const { whole } = deltaStats()
  assert.deepEqual(await query(), rows(1))
  await kept(whole + 1)
  version = 2
  assert.deepEqual(await query(), rows(2))
  assert.deepEqual([seen.at(-1)['x-own'], typeof seen.at(-1)['whippet-have']], ['1', 'string'])
  assert.deepEqual(await jsonQuery(async () => path)(), rows(2))
  assert.deepEqual(await jsonQuery(() => Response.json([1]))(), [1])
  await assert.rejects(jsonQuery(() => ({}))(), /takes an address/)
})

test('nobody is asked who does not speak it, and only for GET', async () => {
  answer = (request, response) => response.setHeader('content-type', 'application/json').end(JSON.stringify(rows(version)))
  for (let i = 0; i < 3; i++) assert.deepEqual(await (await deltaFetch(path)).json(), rows(1))
  assert.ok(seen.every((headers) => headers['whippet-have'] === undefined))
  answer = undefined
  await first()
  await (await deltaFetch(path, { method: 'POST', body: '1' })).text()
  assert.equal(seen.at(-1)['whippet-have'], undefined)
})

test('an error is an error', async () => {
  await first()
  answer = (request, response) => response.writeHead(503).end('later')
  await assert.rejects(jsonQuery(path)(), (error) => error instanceof HttpError && error.status === 503 && error.url === path)
  await assert.rejects(jsonQuery('http://127.0.0.1:1/')(), TypeError)
})

test('aborting aborts', async () => {
  await first()
  answer = () => {}
  const controller = new AbortController()
  const pending = jsonQuery(path)({ signal: controller.signal })
  setTimeout(() => controller.abort(new Error('enough')), 20)
  await assert.rejects(pending, /enough/)
  assert.equal(seen.length, 2)
})

test('aborting in the midst of a body aborts, also without AbortSignal.any', async (t) => {
  const { any } = AbortSignal
  t.after(() => (AbortSignal.any = any))
  for (AbortSignal.any of [any, undefined]) {
    let closed
    const left = new Promise((done) => (closed = done))
    answer = (_, response) => {
      response.on('close', closed)
      response.writeHead(200, { 'content-type': 'application/json', 'whippet-delta': 'whole' })
      response.write('[1,')
    }
    const { fetch } = globalThis
    // Once the head is there.
    const begun = new Promise((done) => {
      globalThis.fetch = async (...args) => {
        const response = await fetch(...args)
        setTimeout(done, 20)
        return response
      }
    })
    t.after(() => (globalThis.fetch = fetch))
    const controller = new AbortController()
    const pending = jsonQuery(path, { signal: new AbortController().signal })({ signal: controller.signal })
    await begun
    controller.abort(new Error('enough'))
    await assert.rejects(pending, { message: 'enough' })
    await left
    globalThis.fetch = fetch
  }
})

test('a delta that does not fit is fetched again, whole', async () => {
  const speaks = { 'content-type': 'application/json', 'whippet-delta': 'edits' }
  for (const lie of ['00', 'ffffffff0f', '0504ff', '020515', '8080']) {
    path = `${origin}/rows/${pages++}`
    await first()
    const { failed, whole } = deltaStats()
    let asked = 0
    const handle = delta.node((request, response) =>
      response.setHeader('content-type', 'application/json').end(JSON.stringify(rows(7))),
    )
    answer = (request, response) => {
      if (asked++ > 0) handle(request, response)
      else response.writeHead(200, speaks).end(Buffer.from(lie, 'hex'))
    }
    const got = await (await deltaFetch(path)).text()
    answer = undefined
    // A delta may say that nothing is left.
    if (lie === '00') assert.equal(got, '')
    else {
      assert.deepEqual(JSON.parse(got), rows(7), lie)
      assert.equal(seen.at(-1)['whippet-have'], undefined)
      assert.equal(deltaStats().failed, failed + 1)
      await kept(whole + 1)
    }
  }
})

test('a network that fails is no refusal', async () => {
  await first()
  const { fetch } = globalThis
  globalThis.fetch = () => Promise.reject(new TypeError('Failed to fetch'))
  try {
    await assert.rejects(deltaFetch(path), TypeError)
  } finally {
    globalThis.fetch = fetch
  }
  version = 2
  assert.deepEqual(await (await deltaFetch(path)).json(), rows(2))
  assert.ok(seen.at(-1)['whippet-have'])
})

test('an origin that does not allow the header is asked without it', async () => {
  const own = createServer((request, response) => {
    if (request.headers['whippet-have']) return request.socket.destroy()
    response.writeHead(200, { 'content-type': 'application/json', 'whippet-delta': 'whole' }).end(JSON.stringify(rows(1)))
  })
  await new Promise((done) => own.listen(0, '127.0.0.1', done))
  path = `http://127.0.0.1:${own.address().port}/rows`
  await first()
  const { whole } = deltaStats()
  assert.deepEqual(await (await deltaFetch(path)).json(), rows(1))
  assert.deepEqual(await (await deltaFetch(path)).json(), rows(1))
  await kept(whole + 2)
  own.closeAllConnections()
  own.close()
})

test('an own address that sends on to where the header is refused is asked without it, once', async () => {
  await first()
  globalThis.location = new URL(path)
  try {
    const handle = delta.node((request, response) =>
      response.setHeader('content-type', 'application/json').end(JSON.stringify(rows(version))),
    )
    // What a page sees of a preflight that is refused behind a redirect.
    answer = (request, response) => (request.headers['whippet-have'] ? request.socket.destroy() : handle(request, response))
    version = 2
    assert.deepEqual(await (await deltaFetch(path)).json(), rows(2))
    answer = undefined
    assert.deepEqual(await first(), rows(2))
    assert.equal(seen.at(-1)['whippet-have'], undefined)
    version = 3
    assert.deepEqual(await (await deltaFetch(path)).json(), rows(3))
    assert.ok(seen.at(-1)['whippet-have'])
  } finally {
    delete globalThis.location
  }
})

test('while a body is fresh the browser’s cache may answer', async () => {
  const lasting = (seconds) => {
    const handle = delta.node((request, response) => {
      response.setHeader('content-type', 'application/json').setHeader('cache-control', `private, max-age=${seconds}`)
      response.end(JSON.stringify(rows(version)))
    })
    answer = (request, response) => handle(request, response)
  }
  lasting(60)
  await first()
  // Here is no cache, so the server sees what a cache would be asked.
  await first()
  assert.equal(seen.at(-1)['whippet-have'], undefined)
  version = 2
  assert.deepEqual(await (await deltaFetch(path, { cache: 'no-cache' })).json(), rows(2))
  assert.ok(seen.at(-1)['whippet-have'])
  // What was made of a delta is in no cache.
  version = 3
  assert.deepEqual(await (await deltaFetch(path)).json(), rows(3))
  assert.ok(seen.at(-1)['whippet-have'])
  path = `${origin}/rows/${pages++}`
  lasting(0)
  await first()
  await (await deltaFetch(path)).text()
  assert.ok(seen.at(-1)['whippet-have'])
})

test('what is kept is bounded', async () => {
  const length = JSON.stringify(rows(1)).length
  setDeltaBudget({ body: length * 2, total: length * 2 })
  const paths = [1, 2, 3].map((number) => `${origin}/bounded/${number}`)
  for (path of paths) await first()
  for (const each of [...paths].reverse()) await (await deltaFetch(each)).text()
  const asked = seen.slice(3).map((headers) => headers['whippet-have'] !== undefined)
  assert.deepEqual(asked, [true, true, false])
  setDeltaBudget({ body: 10, total: length * 2 })
  setDeltaBudget({ body: undefined, total: undefined })
  path = `${origin}/bounded/4`
  await (await deltaFetch(path)).text()
  await (await deltaFetch(path)).text()
  assert.equal(seen.at(-1)['whippet-have'], undefined)
  setDeltaBudget({ body: 8 * 1024 ** 2, total: 16 * 1024 ** 2 })
})
