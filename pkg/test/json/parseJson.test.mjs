import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HttpError, parseJson, parseJsonSync, setJsonBudget, stats } from 'whippet/json'
import { stream } from './server.mjs'

const encode = (text) => new TextEncoder().encode(text)
const row = (id, more = {}) => ({ id, user: { login: `user ${id}` }, labels: [], ...more })
const text = JSON.stringify

test('unchanged parts are the same objects and changed ones are new', async () => {
  const rows = [row(1), row(2), row(3)]
  const first = await parseJson(undefined, encode(text(rows)))
  const second = await parseJson(first, encode(text([row(0), ...rows.with(1, row(2, { title: 'new' }))])))
  assert.deepEqual(second.value, [row(0), row(1), row(2, { title: 'new' }), row(3)])
  assert.equal(second.value[1], first.value[0])
  assert.equal(second.value[3], first.value[2])
  assert.deepEqual(first.value, rows)
  const third = await parseJson(second, new Response(text(second.value)))
  assert.equal(third, second)
})

test('a body may be a response, a stream or bytes', async () => {
  for (const body of [() => new Response('[1]'), () => stream('[1]', 1), () => encode('[1]').buffer, () => encode('[1]')]) {
    const parsed = await parseJson(undefined, body())
    assert.deepEqual(parsed.value, [1])
    assert.equal(await parseJson(parsed, body()), parsed)
  }
})

test('values equal those of JSON.parse', () => {
  const texts = [
    '{"a":1,"b":[1,2,{"c":null}]}',
    '{"b":[1,2,{"c":null}],"a":1}',
    ' { "b" : [1,2,{"c":null}] , "a" : 2 } ',
    '{"2":{"x":1},"1":{"y":[]},"z":[1]}',
    '{"1":{"y":[]},"z":[1],"2":{"x":2}}',
    '{"__proto__":{"x":[1]},"z":[1],"a":1}',
    '{"__proto__":{"x":[1]},"z":[1],"a":2}',
    '{"\\u005f_proto__":{"x":[2]},"z":[1],"a":2}',
    '{"a":{"x":[1]},"a":{"x":[2]},"z":[1]}',
    '{"a":{"x":[2]},"z":[1],"a":{"x":[1]}}',
    '{"a":{"x":[2]},"\\u0061":{"x":[1]}}',
    '["\\ud800","\\udc00\\ud800",-0,0,1e999,-1e999,5e-324,123456789012345678901234567890]',
    '["\\ud800","\\udc00\\ud801",0,-0,1e999,-1e999,1e-400,123456789012345678901234567890]',
    '\ufeff[1,[2]]',
    '[1,[2],"\u2028é😀"]',
    'null',
    '"text"',
    '-0',
    '12',
    '[]',
    '{}',
  ]
  for (const old of texts) {
    for (const next of texts) {
      let parsed = parseJsonSync(undefined, encode(old))
      const before = text(parsed.value)
      const value = parsed.value
      parsed = parseJsonSync(parsed, encode(next))
      const expected = JSON.parse(new TextDecoder().decode(encode(next)))
      assert.deepEqual(parsed.value, expected, `${old} -> ${next}`)
      assert.ok(Object.is(parsed.value, expected) || typeof expected === 'object' || typeof expected === 'string')
      assert.equal(text(parsed.value), text(expected))
      assert.equal(Object.getPrototypeOf(Object(parsed.value)), Object.getPrototypeOf(Object(expected)))
      assert.equal(text(value), before)
    }
  }
})

test('bytes that are not UTF-8 are decoded as TextDecoder does', () => {
  const bytes = (...parts) => new Uint8Array(parts.flatMap((part) => (typeof part === 'string' ? [...encode(part)] : part)))
  const bodies = [
    bytes('{"', 0xff, '":[1],"b":1}'),
    bytes('{"', 0xfe, '":[1],"b":2}'),
    bytes('{"', 0xff, '":[1],"', 0xfe, '":[2],"b":"', 0xe2, 0x82, '"}'),
    bytes('{"\ufffd":[1],"b":"', 0xf0, 0x9f, 0x98, '"}'),
  ]
  for (const old of bodies) {
    for (const next of bodies) {
      const parsed = parseJsonSync(parseJsonSync(undefined, old), next)
      assert.deepEqual(parsed.value, JSON.parse(new TextDecoder().decode(next)))
    }
  }
})

test('a hundred thousand nested arrays are patched', () => {
  const deep = (inside) => `${'[[0],'.repeat(100_000)}${inside}${']'.repeat(100_000)}`
  const first = parseJsonSync(undefined, encode(deep(1)))
  const second = parseJsonSync(first, encode(deep(2)))
  let [a, b] = [first.value, second.value]
  for (let i = 0; i < 100_000; i++) {
    assert.ok(a !== b && a[0] === b[0] && b.length === 2)
    ;[a, b] = [a[1], b[1]]
  }
  assert.deepEqual([a, b], [1, 2])
})

test('a body that is not JSON rejects with the place and keeps the previous result usable', async () => {
  const first = parseJsonSync(undefined, encode('{"a":\n[1,2]}'))
  const { kept } = stats()
  for (const [broken, where] of [
    ['{"a":\n["é",]}', 'byte 12, line 2, column 6'],
    ['{"a":\n[1,2]', 'byte 11, line 2, column 6'],
    ['', 'byte 0, line 1, column 1'],
    ['{"a":\n[1,"\\x"]}', 'byte 11, line 2, column 6'],
  ]) {
    for (const previous of [first, undefined]) {
      await assert.rejects(parseJson(previous, encode(broken)), (error) => {
        assert.ok(error instanceof SyntaxError)
        assert.ok(error.message.includes(where), error.message)
        return true
      })
    }
  }
  assert.equal(parseJsonSync(first, encode('{"a":\n[1,2]}')), first)
  assert.ok(stats().kept <= kept + 1000)
})

test('a stream that breaks off leaves no body in the engine', async () => {
  const first = await parseJson(undefined, encode('[1]'))
  const before = stats()
  for (let i = 0; i < 200; i++) {
    let pulls = 0
    const body = new ReadableStream({
      pull(controller) {
        if (pulls++) controller.error(new TypeError('gone'))
        else controller.enqueue(encode(`[${'1,'.repeat(50_000)}`))
      },
    })
    await assert.rejects(parseJson(first, body), /gone/)
  }
  const after = stats()
  assert.equal(after.kept, before.kept)
  assert.ok(after.memory < before.memory + 1_000_000, `${before.memory} ${after.memory}`)
  assert.equal(await parseJson(first, encode('[1]')), first)
})

test('a result whose body was evicted still gives correct values', async (t) => {
  const first = parseJsonSync(undefined, encode('[[1],[2]]'))
  const second = parseJsonSync(first, encode('[[1],[3]]'))
  assert.equal(second.value[0], first.value[0])
  assert.deepEqual(parseJsonSync(first, encode('[[1],[4]]')).value, [[1], [4]])
  t.after(() => setJsonBudget({ body: 16 << 20, total: 32 << 20 }))
  setJsonBudget({ body: 4, total: 4 })
  const third = parseJsonSync(second, encode('[[1],[5]]'))
  assert.deepEqual(third.value, [[1], [5]])
  assert.deepEqual(parseJsonSync(third, encode('[[1],[5]]')).value, [[1], [5]])
})

test('a previous value that the application changed does not break parsing', () => {
  const first = parseJsonSync(undefined, encode('{"a":{"b":[1,{"x":[2]},3]},"c":[4]}'))
  first.value.a = 1
  const second = parseJsonSync(first, encode('{"a":{"b":[1,{"x":[2]},4]},"c":[4]}'))
  assert.deepEqual(second.value, { a: { b: [1, { x: [2] }, 4] }, c: [4] })
})

test('a status that is not a success rejects with HttpError', async () => {
  await assert.rejects(parseJson(undefined, new Response('no', { status: 404 })), HttpError)
})

test('a response with the previous strong ETag is not read', async () => {
  const answer = (etag, body = '[[1]]') => new Response(body, { headers: { etag } })
  const first = await parseJson(undefined, answer('"1"'))
  const { received, spared } = stats()
  assert.equal(await parseJson(first, answer('"1"', 'not read')), first)
  assert.deepEqual([stats().received, stats().spared], [received, spared + 5])
  assert.equal(await parseJson(first, answer('"2"')), first)
  const weak = await parseJson(first, answer('W/"3"'))
  assert.deepEqual((await parseJson(weak, answer('W/"3"', '[[2]]'))).value, [[2]])
})

test('concurrent bodies with the same previous result are correct and leave no body in the engine', async () => {
  const { kept } = stats()
  let parsed = await parseJson(undefined, encode('[[1],[2]]'))
  for (const texts of [
    ['[[1],[3]]', '[[1],[2]]'],
    ['[[1], [2]]', '[[1],[2] ]'],
    ['[[1],[2]]', '[[4]]'],
    ['[[5]]', '[[6]]'],
  ]) {
    const results = await Promise.all(texts.map((text, i) => parseJson(parsed, stream(text, 1 + i))))
    assert.deepEqual(
      results.map(({ value }) => value),
      texts.map((text) => JSON.parse(text)),
    )
    parsed = results[1]
  }
  assert.ok(stats().kept < kept + 1000)
})

test('a body over the budget drops the one before it', async (t) => {
  t.after(() => setJsonBudget({ body: 16 << 20, total: 32 << 20 }))
  // What other tests have left goes.
  setJsonBudget({ body: 1000, total: 0 })
  setJsonBudget({ body: 1000, total: 100_000 })
  const first = parseJsonSync(undefined, encode('[1,2,3]'))
  assert.equal(stats().kept, 7)
  await assert.rejects(parseJson(first, stream(`[${'1,'.repeat(2000)}`, 100)), SyntaxError)
  assert.equal(stats().kept, 7)
  const long = await parseJson(first, stream(`[${'1,'.repeat(2000)}1]`, 100))
  assert.equal(long.value.length, 2001)
  assert.equal(stats().kept, 0)
  assert.deepEqual(parseJsonSync(first, encode('[1,2,3]')).value, [1, 2, 3])
})

test('bytes over the budget do not make the engine’s memory as long as they are', () => {
  const bytes = new Uint8Array(64_000_000).fill(0x20)
  bytes[0] = 0x31
  parseJsonSync(undefined, encode('1'))
  const { memory } = stats()
  assert.equal(parseJsonSync(undefined, bytes).value, 1)
  // The beginning, up to the budget of 16 MiB, in a buffer that doubles.
  assert.ok(stats().memory < memory + 30_000_000, `${memory} ${stats().memory}`)
})

test('a bound of the budget that is not given stays', (t) => {
  t.after(() => setJsonBudget({ body: 16 << 20, total: 32 << 20 }))
  setJsonBudget({ body: 1000, total: 0 })
  setJsonBudget({ body: undefined, total: 1 << 20 })
  setJsonBudget({ total: undefined })
  const parsed = parseJsonSync(undefined, encode('[1,2,3]'))
  assert.equal(stats().kept, 7)
  setJsonBudget({ body: 5 })
  assert.equal(stats().kept, 0)
  assert.deepEqual(parsed.value, [1, 2, 3])
})

test('two parts of a representation have one ETag, and are two bodies', async () => {
  const part = (body) => new Response(body, { status: 206, headers: { etag: '"1"' } })
  const first = await parseJson(undefined, part('[1]'))
  assert.deepEqual((await parseJson(first, part('[2]'))).value, [2])
})
