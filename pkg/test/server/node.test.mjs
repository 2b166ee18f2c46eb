// What handlers of Node's `http` do besides answering once, in one piece, from memory of their own.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer } from 'node:http2'
import { test } from 'node:test'
import { createDelta } from 'whippet/server'
import { kinds, named, rows } from './handlers.mjs'
import { applyEdits } from './sources.mjs'

const type = { 'content-type': 'application/json' }
const open = (t, options = {}) => {
  const site = kinds['Node’s http'](options)
  t.after(() => site.end())
  site.run = (run) => (site.next = { run })
  return site
}
const tick = () => new Promise((done) => setTimeout(done, 0))

test('a buffer that is written to again is no other body', async (t) => {
  const site = open(t)
  const shared = Buffer.from(rows(1))
  const answer = (response) => (response.writeHead(200, type), response.end(shared))
  site.run(answer)
  const first = await site.get('/')
  assert.equal(first.body.toString(), rows(1))
  shared.write(rows(2))
  const again = await site.get('/', { 'if-none-match': first.headers.get('etag') })
  assert.deepEqual([again.status, again.body.toString()], [200, rows(2)])
  shared.write(rows(3))
  const changed = await site.get('/', { 'whippet-have': named(rows(2)) })
  assert.equal(changed.headers.get('whippet-delta'), 'edits')
  assert.equal(Buffer.from(applyEdits(Buffer.from(rows(2)), changed.body, 1e6)).toString(), rows(3))
})

test('fields that come more than once all arrive', async (t) => {
  const site = open(t)
  const raw = ['Content-Type', 'application/json', 'Set-Cookie', 'a=1', 'Link', '</a>', 'set-cookie', 'b=2']
  for (const [head, body] of [
    [raw, rows(1)],
    [raw, '[1]'],
    [
      [
        ['Content-Type', 'application/json'],
        ['Set-Cookie', ['a=1', 'b=2']],
        ['Link', '</a>'],
      ],
      '[1]',
    ],
    [{ ...type, 'Set-Cookie': ['a=1', 'b=2'], Link: '</a>' }, '[1]'],
  ]) {
    site.run((response) => (response.writeHead(200, head), response.end(body)))
    const got = await site.get('/')
    assert.deepEqual(got.headers.getSetCookie(), ['a=1', 'b=2'])
    assert.deepEqual([got.headers.get('link'), got.body.toString()], ['</a>', body])
  }
})

test('what is set after the end changes nothing', async (t) => {
  const site = open(t)
  const ends = []
  for (const body of [rows(1), '[1]', '']) {
    site.run((response) => {
      response.writeHead(200, type)
      response.setHeader('x-own', '1')
      response.end(body)
      ends.push(response.writableEnded)
      // As a handler's second answer, or an error handler's page.
      try {
        response.statusCode = 500
        response.setHeader('content-type', 'text/html')
        response.setHeader('content-length', '3')
        response.appendHeader?.('x-own', '2')
        response.removeHeader('x-own')
        response.writeHead(500, { 'x-late': '1' })
      } catch (error) {
        // Where nothing waits, Node says so.
        assert.equal(error.code, 'ERR_HTTP_HEADERS_SENT')
      }
      // After what has been sent, Node takes no more bytes.
      response.end(body.length > 100 ? 'bad' : undefined)
    })
    const got = await site.get('/')
    const { headers } = got
    assert.deepEqual([got.status, got.body.toString()], [200, body])
    assert.deepEqual(
      ['content-type', 'x-own', 'x-late'].map((name) => headers.get(name)),
      ['application/json', '1', null],
    )
  }
  assert.deepEqual(ends, [true, true, true])
})

test('what cannot be sent is thrown to the handler, and ends no process', async (t) => {
  const site = open(t)
  const errors = []
  for (const wrong of [
    (response) => response.writeHead(99).end(rows(1)),
    (response) => (response.setHeader('trailer', 'x-sum'), response.setHeader('content-length', '4'), response.end('[10]')),
    (response) => response.end(5),
  ]) {
    site.run((response) => {
      try {
        wrong(response)
      } catch (error) {
        errors.push(error.code)
        response.destroy()
      }
    })
    await assert.rejects(site.get('/'))
  }
  assert.deepEqual(errors, ['ERR_HTTP_INVALID_STATUS_CODE', 'ERR_HTTP_TRAILER_INVALID', 'ERR_INVALID_ARG_TYPE'])
})

test('an error of what others put around ours ends that response alone', async (t) => {
  const site = open(t)
  const logged = t.mock.method(console, 'error', () => {})
  site.run((response) => {
    response.writeHead = () => {
      throw new Error('no session')
    }
    response.setHeader('content-type', 'application/json')
    response.end(rows(1))
  })
  await assert.rejects(site.get('/'))
  assert.match(String(logged.mock.calls[0].arguments[0]), /no session/)
  site.run((response) => (response.writeHead(200, type), response.end(rows(1))))
  assert.equal((await site.get('/')).body.toString(), rows(1))
})

test('a body with trailers passes as it comes', async (t) => {
  const site = open(t)
  site.run((response) => {
    response.writeHead(200, { ...type, trailer: 'x-sum' })
    response.addTrailers({ 'x-sum': '7' })
    response.end(rows(1))
  })
  const got = await site.get('/')
  assert.deepEqual([got.body.toString(), got.headers.get('whippet-delta')], [rows(1), null])
  assert.equal(site.delta.stats().keptBytes, 0)
})

test('a client that has gone is no error, and the callback is that of Node', async (t) => {
  const site = open(t)
  let ended
  site.run((response) => {
    response.writeHead(200, type)
    response.destroy()
    response.end(rows(1), () => {})
    ended = () => response.writableEnded
  })
  await assert.rejects(site.get('/'))
  await tick()
  assert.equal(ended(), true)
})

test('HTTP/2', async (t) => {
  const delta = createDelta()
  let seen = 1
  const server = createServer(
    delta.node((request, response) => {
      response.writeHead(200, ['content-type', 'application/json', 'x-own', '1'])
      response.end(Buffer.from(rows(seen)))
      response.statusCode = 500
      response.setHeader('x-own', '2')
    }),
  ).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const session = connect(`http://127.0.0.1:${server.address().port}`)
  t.after(() => (session.close(), server.close()))
  const get = async (headers) => {
    const stream = session.request({ ':path': '/rows', ...headers })
    const [head] = await once(stream, 'response')
    const chunks = []
    for await (const chunk of stream) chunks.push(chunk)
    return [head, Buffer.concat(chunks)]
  }
  const [first, body] = await get({})
  assert.deepEqual([first[':status'], first['x-own'], body.toString()], [200, '1', rows(1)])
  seen = 2
  const [second, edits] = await get({ 'whippet-have': named(rows(1)) })
  assert.equal(second['whippet-delta'], 'edits')
  assert.equal(Buffer.from(applyEdits(Buffer.from(rows(1)), edits, 1e6)).toString(), rows(2))
  const [third, none] = await get({ 'if-none-match': first.etag })
  assert.deepEqual([third[':status'], none.toString()], [200, rows(2)])
})
