// Bodies that come in pieces, and handlers of other shapes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDelta } from 'whippet/server'
import { kinds, named, rows } from './handlers.mjs'

const type = { 'content-type': 'application/json' }
const open = (t, kind) => {
  const site = kinds[kind]({})
  t.after(() => site.end())
  return site
}

test('a stream of a Request passes as it comes', async (t) => {
  const { delta } = open(t, 'a Request')
  let source
  const stream = new ReadableStream({ start: (controller) => void (source = controller) })
  source.enqueue(Buffer.from('[1,'))
  const response = await delta.respond(new Request('http://site.example/'), new Response(stream, { headers: type }))
  // The stream has not ended.
  const reader = response.body.getReader()
  assert.equal(Buffer.from((await reader.read()).value).toString(), '[1,')
  source.enqueue(Buffer.from('2]'))
  source.close()
  assert.equal(Buffer.from((await reader.read()).value).toString(), '2]')
  assert.ok((await reader.read()).done)
  assert.equal(response.headers.get('use-as-dictionary'), null)
})

test('a stream that is cancelled or breaks does so for the application, and for the client', async (t) => {
  const { delta } = open(t, 'a Request')
  let cancelled
  const endless = new ReadableStream({ cancel: (reason) => void (cancelled = reason) })
  const response = await delta.respond(new Request('http://site.example/'), new Response(endless, { headers: type }))
  await response.body.cancel('enough')
  assert.equal(cancelled, 'enough')
  let source
  const broken = new ReadableStream({ start: (controller) => void (source = controller) })
  const other = await delta.respond(new Request('http://site.example/'), new Response(broken, { headers: type }))
  source.error(new Error('gone'))
  await assert.rejects(other.text(), /gone/)
})

test('a stream of what is no bytes passes as it comes', async (t) => {
  const { delta } = open(t, 'a Request')
  for (const pieces of [['[1,2]'], [Buffer.from('[1,'), '2]'], [null]]) {
    const stream = new ReadableStream({
      start(controller) {
        pieces.forEach((piece) => controller.enqueue(piece))
        controller.close()
      },
    })
    const response = await delta.respond(new Request('http://site.example/'), new Response(stream, { headers: type }))
    const arrived = []
    for await (const piece of response.body) arrived.push(piece)
    assert.deepEqual(arrived, pieces)
  }
})

test('nobody asks what passes for its stream, which takes the type off a text in Bun', async () => {
  const delta = createDelta()
  const octets = { 'content-type': 'application/octet-stream' }
  for (const init of [{ status: 404 }, { headers: octets }, { headers: { ...type, 'cache-control': 'no-store' } }]) {
    const response = new Response(rows(1), init)
    Object.defineProperty(response, 'body', { get: () => assert.fail('its stream was asked for') })
    assert.equal(await delta.respond(new Request('http://site.example/'), response), response)
  }
})

test('a body that is too short passes as bytes, as of a stream a server sends no length', async () => {
  const delta = createDelta()
  for (const text of ['[1,2]', '']) {
    const init = { headers: { ...type, 'x-own': '1' }, statusText: 'Fine' }
    const response = await delta.respond(new Request('http://site.example/'), new Response(text, init))
    assert.deepEqual([response.status, response.statusText, response.headers.get('x-own')], [200, 'Fine', '1'])
    assert.equal(response.headers.get('content-type'), 'application/json')
    assert.equal(await response.clone().text(), text)
    // The body of a response that was made of a stream has no such reader.
    response.body.getReader({ mode: 'byob' })
  }
})

test('a body that is longer than is compared arrives whole', async () => {
  const delta = createDelta({ maxBytes: 5000 })
  const long = 'x'.repeat(20_000)
  let left = 10
  const stream = new ReadableStream({
    pull: (controller) => (left-- > 0 ? controller.enqueue(Buffer.from(long.slice(0, 2000))) : controller.close()),
  })
  const response = await delta.respond(new Request('http://site.example/'), new Response(stream, { headers: type }))
  assert.equal(await response.text(), long)
  assert.equal(delta.stats().keptBytes, 0)
})

test('a long stream that breaks before anybody reads on breaks for its reader alone', async () => {
  const delta = createDelta({ maxBytes: 2000 })
  let left = 3
  const broken = () => new Promise((_, fail) => setTimeout(fail, 5, new Error('gone')))
  const pull = (controller) => (left-- > 0 ? controller.enqueue(Buffer.from(' '.repeat(1000))) : broken())
  const stream = new ReadableStream({ pull }, { highWaterMark: 0 })
  const response = await delta.respond(new Request('http://site.example/'), new Response(stream, { headers: type }))
  // A rejection that nobody handles fails the test, as it ends a server.
  await new Promise((done) => setTimeout(done, 30))
  await assert.rejects(response.text(), /gone/)
})

test('Node: pieces, and what was written before the end', async (t) => {
  const site = open(t, 'Node’s http')
  site.next = {
    run(response) {
      response.writeHead(200, 'Fine', { ...type, 'x-own': '1' })
      response.write('[1,')
      response.end('2]')
    },
  }
  const got = await site.get('/')
  assert.deepEqual([got.body.toString(), got.headers.get('x-own'), got.headers.get('use-as-dictionary')], ['[1,2]', '1', null])
})

test('Node: heads of each form, callbacks, and no body at all', async (t) => {
  const site = open(t, 'Node’s http')
  let called = 0
  for (const head of [
    (response) => response.writeHead(200, Object.entries(type).flat()),
    (response) => response.writeHead(200, type),
    (response) => response.writeHead(200, 'OK', type),
  ]) {
    site.next = { run: (response) => (head(response), response.end(rows(1), 'utf8', () => called++)) }
    const got = await site.get('/')
    assert.equal(got.body.toString(), rows(1))
    assert.equal(got.headers.get('whippet-delta'), 'whole')
  }
  assert.equal(called, 3)
  site.next = { run: (response) => response.writeHead(204).end() }
  assert.equal((await site.get('/')).status, 204)
  site.next = { run: (response) => (response.writeHead(200, type), response.end(Buffer.from(rows(1)).toString('hex'), 'hex')) }
  assert.equal((await site.get('/')).body.toString(), rows(1))
  site.next = { run: (response) => (response.flushHeaders(), setTimeout(() => response.end('late'), 5)) }
  assert.equal((await site.get('/')).body.toString(), 'late')
})

test('Node: who ends twice, or after the client has gone, does no harm', async (t) => {
  const site = open(t, 'Node’s http')
  const errors = []
  site.next = {
    run(response) {
      response.writeHead(200, type)
      response.end(rows(1))
      response.on('error', (error) => errors.push(error.code))
      response.write('more')
      response.end('again')
    },
  }
  assert.equal((await site.get('/')).body.toString(), rows(1))
  assert.deepEqual(errors, ['ERR_STREAM_WRITE_AFTER_END'])
})

test('Node: what others put around ours is called, too', async (t) => {
  const site = open(t, 'Node’s http')
  for (const stream of [false, true]) {
    site.next = {
      run(response) {
        // As `on-headers` does, by which sessions set their cookies.
        const { writeHead } = response
        response.writeHead = (...args) => {
          response.setHeader('x-late', '1')
          return writeHead.apply(response, args)
        }
        response.setHeader('content-type', 'application/json')
        if (stream) response.write('[')
        response.end(rows(1))
      },
    }
    assert.equal((await site.get('/')).headers.get('x-late'), '1')
  }
})

test('middleware of Express, which keeps the whole address', async (t) => {
  const delta = createDelta()
  const answer = async (seen) => {
    const fields = new Map()
    const request = { method: 'GET', url: '/rows', originalUrl: '/api/rows?a=1', headers: { 'whippet-have': named(rows(1)) } }
    let sent
    const done = new Promise((end) => (sent = end))
    const response = {
      statusCode: 200,
      headersSent: false,
      destroyed: false,
      getHeader: (name) => fields.get(name),
      setHeader: (name, value) => fields.set(name, value),
      removeHeader: (name) => fields.delete(name),
      writeHead() {},
      write() {},
      flushHeaders() {},
      end: (body) => sent(body),
    }
    delta.middleware(request, response, () => {
      response.setHeader('content-type', 'application/json')
      response.end(rows(seen))
    })
    await done
    return fields
  }
  assert.equal((await answer(1)).get('use-as-dictionary'), 'match="rows?a=1"')
  assert.equal((await answer(2)).get('whippet-delta'), 'edits')
})
