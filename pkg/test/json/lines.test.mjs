import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HttpError, jsonLines } from 'whippet/json'
import { QueryClient, experimental_streamedQuery as streamedQuery } from 'whippet/query'
import { stream } from './server.mjs'

const utf8 = new TextEncoder()

async function all(lines) {
  const values = []
  for await (const value of lines) values.push(value)
  return values
}

/** A stream that stays open after `chunks`, and what it was cancelled with. */
function open(...chunks) {
  const seen = { cancelled: false, reason: undefined }
  const body = new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(utf8.encode(chunk))
    },
    cancel(reason) {
      Object.assign(seen, { cancelled: true, reason })
    },
  })
  return [body, seen]
}

const values = [{ name: 'a\nb' }, [1, 2], 'é€😀', null, -0, { deep: [[['\ud800']]] }, true]
const written = [
  values.map((value) => JSON.stringify(value) + '\n').join(''),
  values.map((value) => JSON.stringify(value)).join('\n'),
  '\ufeff' + values.map((value) => JSON.stringify(value) + '\r\n').join(''),
  '\r\n\n' + values.map((value) => `  ${JSON.stringify(value)}\t`).join('\n\n \t\r\n') + '\n\n  ',
]

for (const [way, text] of written.entries()) {
  test(`lines are read however the body is cut, and however it is written: ${way}`, async () => {
    const expected = JSON.parse(JSON.stringify(values))
    const { length } = utf8.encode(text)
    for (let size = 1; size <= length; size++) assert.deepEqual(await all(jsonLines(stream(text, size))), expected)
    assert.deepEqual(await all(jsonLines(new Response(text))), expected)
  })
}

test('an empty body has no values', async () => {
  for (const text of ['', '\n', '\ufeff', '\r\n \r\n']) assert.deepEqual(await all(jsonLines(stream(text, 1))), [])
  assert.deepEqual(await all(jsonLines(new Response(null, { status: 204 }))), [])
})

test('empty chunks are ignored', async () => {
  const [body] = open('', '1', '', '\n', '', '2\n', '')
  const lines = jsonLines(body)
  assert.deepEqual([(await lines.next()).value, (await lines.next()).value], [1, 2])
  await lines.return()
})

test('a value is given when its line has arrived, before the body ends', async () => {
  const [body] = open('{"id":1}\n{"id"')
  const lines = jsonLines(body)
  assert.deepEqual(await lines.next(), { done: false, value: { id: 1 } })
  await lines.return()
})

test('a line that is not JSON rejects with a SyntaxError that names it, after the values before it', async () => {
  for (const [text, number] of [
    ['1\n\n2\n{"a":}\n3', 4],
    ['1\r\n2\r\n[', 3],
    ['1\n2\n3 4\n', 3],
    ['1\n2\n\ufeff3', 3],
  ]) {
    for (const size of [1, 2, 100]) {
      const seen = []
      await assert.rejects(
        async () => {
          for await (const value of jsonLines(stream(text, size))) seen.push(value)
        },
        (error) => error instanceof SyntaxError && error.message.includes(`line ${number} `),
      )
      assert.deepEqual(seen, [1, 2])
    }
  }
})

test('a line that is not JSON cancels the stream', async () => {
  const [body, seen] = open('1\n!\n')
  await assert.rejects(all(jsonLines(body)), SyntaxError)
  assert.equal(seen.cancelled, true)
})

test('bytes that are not UTF-8 are decoded as fetch does', async () => {
  const bytes = new Uint8Array([34, 0xff, 0xe2, 0x82, 34, 10])
  const expected = [await new Response(bytes).json()]
  for (const size of [1, 2, 6]) assert.deepEqual(await all(jsonLines(stream(bytes, size))), expected)
})

test('stopping early cancels the stream', async () => {
  const [body, seen] = open('1\n2\n3\n')
  for await (const value of jsonLines(body)) if (value === 2) break
  assert.equal(seen.cancelled, true)
})

test('stopping before the first value or while waiting cancels the stream', async () => {
  const [unread, before] = open()
  await jsonLines(unread).return()
  assert.equal(before.cancelled, true)

  const [body, waiting] = open('1\n')
  const lines = jsonLines(body)
  await lines.next()
  const next = lines.next()
  assert.deepEqual(await lines.return(), { done: true, value: undefined })
  assert.deepEqual(await next, { done: true, value: undefined })
  assert.equal(waiting.cancelled, true)
})

test('what has arrived of a line is no value for who stops while waiting', async () => {
  for (const text of ['1\n23', '1\n{"a":', '1\n']) {
    const lines = jsonLines(open(text)[0])
    assert.deepEqual(await lines.next(), { done: false, value: 1 })
    const next = lines.next()
    await new Promise((done) => setTimeout(done, 5))
    assert.deepEqual(await lines.return(), { done: true, value: undefined })
    assert.deepEqual(await next, { done: true, value: undefined })
  }
})

test('an aborted signal ends the reading, while waiting and between values', async () => {
  const reason = new Error('enough')
  for (const text of ['', '1\n2\n3\n', '1\n2']) {
    const [body, seen] = open(text)
    const abort = new AbortController()
    const lines = jsonLines(body, { signal: abort.signal })
    if (text) await lines.next()
    const next = text.endsWith('\n') ? undefined : lines.next()
    abort.abort(reason)
    await assert.rejects(next ?? lines.next(), reason)
    assert.deepEqual(seen, { cancelled: true, reason })
  }
})

test('a signal that is aborted already cancels the stream', async () => {
  const [body, seen] = open('1\n')
  await assert.rejects(all(jsonLines(body, { signal: AbortSignal.abort() })), { name: 'AbortError' })
  assert.equal(seen.cancelled, true)
})

test('a body that breaks off rejects after the complete lines', async () => {
  let pulls = 0
  const body = new ReadableStream({
    pull(controller) {
      if (pulls++) controller.error(new TypeError('gone'))
      else controller.enqueue(utf8.encode('1\n2'))
    },
  })
  const lines = jsonLines(body)
  assert.deepEqual(await lines.next(), { done: false, value: 1 })
  await assert.rejects(lines.next(), /gone/)
  assert.deepEqual(await lines.next(), { done: true, value: undefined })
})

test('a line over the limit rejects in any chunks, and one at the limit does not', async () => {
  const fits = `"${'x'.repeat(98)}"`
  const long = `"${'x'.repeat(99)}"`
  for (const size of [1, 7, 99, 100, 101, 1000]) {
    const read = (text) => all(jsonLines(stream(text, size), { maxLineBytes: 100 }))
    assert.deepEqual(await read(`${fits}\n${fits}`), [JSON.parse(fits), JSON.parse(fits)])
    for (const text of [`1\n${long}\n2`, `1\n${long}`]) {
      await assert.rejects(read(text), (error) => error instanceof RangeError && /line 2 .* 100 bytes/.test(error.message))
    }
  }
})

test('a line over the limit rejects before its end has arrived', async () => {
  let pulls = 0
  const endless = new ReadableStream({
    pull(controller) {
      pulls++
      controller.enqueue(new Uint8Array(1000).fill(32))
    },
  })
  await assert.rejects(all(jsonLines(endless, { maxLineBytes: 10_000 })), RangeError)
  assert.ok(pulls < 15, String(pulls))
})

test('a status that is not a success rejects with HttpError', async () => {
  const response = new Response('{"no":1}\n', { status: 503, headers: { 'retry-after': '3' } })
  const error = await all(jsonLines(response)).catch((error) => error)
  assert.ok(error instanceof HttpError)
  assert.deepEqual([error.status, error.retryAfter, error.body], [503, 3000, '{"no":1}\n'])
})

test('streamedQuery gathers the lines', async (t) => {
  t.mock.method(globalThis, 'fetch', async () => new Response(stream('{"id":1}\n{"id":2}\n', 3)))
  const client = new QueryClient()
  t.after(() => client.clear())
  const queryFn = streamedQuery({ streamFn: async ({ signal }) => jsonLines(await fetch('/log', { signal })) })
  assert.deepEqual(await client.fetchQuery({ queryKey: ['log'], queryFn }), [{ id: 1 }, { id: 2 }])
})

test('what is neither a response nor a stream is told so', async () => {
  for (const source of [undefined, null, {}, 'text', Promise.resolve()]) assert.throws(() => jsonLines(source), TypeError)
  assert.deepEqual(await all(jsonLines(new Response(null, { status: 204 }))), [])
})
