// Values of another realm, or of another library, are known by what they can do.
import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import vm from 'node:vm'
import { jsonLines, jsonQuery, parseJson, parseJsonSync } from 'whippet/json'
import { batch } from 'whippet/timing'

const bytes = (text) => vm.runInNewContext('Uint8Array.from(bytes)', { bytes: [...Buffer.from(text)] })

/** As node-fetch has it: the body is a stream of Node. */
const response = (text, status = 200) => ({
  status,
  ok: status < 400,
  url: 'https://a.test/',
  headers: new Headers(),
  body: Readable.from([...text].map((letter) => Buffer.from(letter))),
  json: async () => assert.fail('not read as a whole'),
  text: async () => text,
})

test('bytes and buffers of another realm are recognised', async () => {
  const foreign = bytes('[[1],2]')
  assert.ok(!(foreign instanceof Uint8Array))
  const first = parseJsonSync(undefined, foreign)
  const second = parseJsonSync(first, bytes('[[1],3]').buffer)
  assert.deepEqual(second.value, [[1], 3])
  assert.equal(second.value[0], first.value[0])
  assert.equal(await parseJson(second, bytes('[[1],3]')), second)
  assert.deepEqual(parseJsonSync(undefined, new DataView(foreign.buffer, 1, 3)).value, [1])
})

test('responses and streams of another library are recognised', async () => {
  const first = await parseJson(undefined, response('[[1],2]'))
  const second = await parseJson(first, Readable.from([bytes('[[1],'), bytes('3]')]))
  assert.deepEqual(second.value, [[1], 3])
  assert.equal(second.value[0], first.value[0])
  await assert.rejects(parseJson(second, response('no', 404)), { name: 'HttpError', status: 404, body: 'no' })
  assert.deepEqual(await jsonQuery(() => response('[4]'))(), [4])
  const lines = []
  for await (const line of jsonLines(response('1\n2\n'))) lines.push(line)
  assert.deepEqual(lines, [1, 2])
})

test('stopping early destroys a Node stream', async () => {
  const body = new Readable({ read() {} })
  const controller = new AbortController()
  const next = jsonLines(body, { signal: controller.signal }).next()
  controller.abort('enough')
  await assert.rejects(next, (reason) => reason === 'enough')
  assert.ok(body.destroyed)
})

test('anything that is not a body is a clear TypeError', async () => {
  await assert.rejects(parseJson(undefined, {}), { name: 'TypeError', message: /takes a Response/ })
  await assert.rejects(parseJson(undefined, Readable.from([5])), { name: 'TypeError', message: /stream of bytes/ })
  assert.throws(() => parseJsonSync(undefined, '[1]'), { name: 'TypeError', message: /Uint8Array/ })
  assert.throws(() => jsonLines({}), { name: 'TypeError', message: /takes a Response/ })
})

test('requests and signals of another realm are recognised', async (t) => {
  const sent = []
  t.mock.method(globalThis, 'fetch', async (input, init) => (sent.push([input, init]), response('[1]')))
  const request = new Request('https://a.test/', { method: 'POST', body: 'x' })
  assert.deepEqual(await jsonQuery(request)(), [1])
  assert.ok(sent[0][0] instanceof Request && sent[0][0] !== request)
  // One that the platform's fetch would take for an address.
  const made = { url: 'https://b.test/', method: 'PUT', headers: [['a', 'b']], body: 'y', credentials: 'omit', redirect: 'error' }
  assert.deepEqual(
    await jsonQuery({ clone: () => made })({}).catch(String),
    'TypeError: jsonQuery takes an address, a Request or a Response, not [object Object]',
  )
  assert.deepEqual(await jsonQuery({ ...made, clone: () => made })(), [1])
  const [address, { duplex, signal, ...init }] = sent[1]
  assert.deepEqual({ url: address, ...init }, made)
  // A signal that AbortSignal.any does not know.
  const foreign = Object.assign(new EventTarget(), { aborted: false, reason: undefined })
  let during
  globalThis.fetch = async (input, { signal }) => {
    foreign.aborted = true
    foreign.reason = 'gone'
    foreign.dispatchEvent(new Event('abort'))
    during = signal
    return response('[1]')
  }
  await jsonQuery('https://a.test/', { signal: foreign })({ signal: new AbortController().signal })
  assert.deepEqual([during.aborted, during.reason], [true, 'gone'])
})

test('an error of another realm rejects its item', async () => {
  const item = batch((items) => items.map(() => vm.runInNewContext('new RangeError("no")')))
  await assert.rejects(item(1), { name: 'RangeError' })
})
