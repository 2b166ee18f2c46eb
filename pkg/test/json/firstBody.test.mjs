// The first body of a query stays in JavaScript until the next one arrives. One process: the engine starts in the first test.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonQuery, parseJson, setJsonBudget, stats } from 'whippet/json'
import { answers, query } from './server.mjs'

const list = JSON.stringify({ rows: [{ id: 1 }, { id: 2 }, { id: 3, name: 'whippet €' }] })
const size = new TextEncoder().encode(list).length

test('wasm runs when a second body arrives, and not before', async (t) => {
  answers(t, list, list, list.replace('2', '4'))
  const { state, context } = query()
  const fn = jsonQuery('/rows')
  state.data = await fn(context)
  assert.deepEqual(state.data, JSON.parse(list))
  assert.deepEqual([stats().memory, stats().kept, stats().received, stats().parsed], [0, size, size, size])
  assert.equal(await fn(context), state.data)
  assert.ok(stats().memory > 0)
  assert.equal(stats().kept, size)
  const next = await fn(context)
  assert.deepEqual(next, JSON.parse(list.replace('2', '4')))
  assert.equal(next.rows[0], state.data.rows[0])
})

test('first bodies count for the budget, and the least recently used are evicted', async (t) => {
  t.after(() => setJsonBudget({ body: 16 << 20, total: 32 << 20 }))
  setJsonBudget({ body: 2 * size, total: 3 * size + 10 })
  const { evicted } = stats()
  const first = []
  for (let i = 0; i < 5; i++) first.push(await parseJson(undefined, new Response(list)))
  assert.ok(stats().kept <= 3 * size + 10, `${stats().kept}`)
  assert.ok(stats().evicted >= evicted + 2 * size)
  const next = list.replace('2', '5')
  for (const [i, kept] of [
    [0, false],
    [4, true],
  ]) {
    const { value } = await parseJson(first[i], new Response(next))
    assert.deepEqual(value, JSON.parse(next))
    assert.equal(value.rows[0] === first[i].value.rows[0], kept, `${i}`)
  }
  const long = JSON.stringify('x'.repeat(2 * size))
  const { kept } = stats()
  await parseJson(undefined, new Response(long))
  assert.equal(stats().kept, kept)
})

test('a smaller budget evicts first bodies, too', async (t) => {
  t.after(() => setJsonBudget({ body: 16 << 20, total: 32 << 20 }))
  const parsed = await parseJson(undefined, new Response(list))
  setJsonBudget({ body: 10, total: 10 })
  assert.equal(stats().kept, 0)
  assert.deepEqual((await parseJson(parsed, new Response(list))).value, parsed.value)
})

test('a first body that is not JSON, or breaks off, rejects and leaves nothing', async () => {
  const { kept } = stats()
  await assert.rejects(parseJson(undefined, new Response('{"a":\n[1,2]')), /byte 11, line 2, column 6/)
  const broken = new ReadableStream({ pull: (controller) => controller.error(new TypeError('gone')) })
  await assert.rejects(parseJson(undefined, new Response(broken)), /gone/)
  assert.equal(stats().kept, kept)
})

test('the buffer that chunks are read into belongs to one body at a time', async () => {
  const text = (i) => JSON.stringify(Array.from({ length: 40_000 }, (_, row) => ({ id: row * i })))
  const both = await Promise.all([1, 2].map((i) => parseJson(undefined, new Response(text(i)))))
  const next = await Promise.all(both.map((parsed, i) => parseJson(parsed, new Response(text(i + 3)))))
  for (const [i, { value }] of next.entries()) assert.deepEqual(value, JSON.parse(text(i + 3)))
})

test('of two first bodies that arrive together, the later one is remembered', async (t) => {
  const other = list.replace('3', '7')
  answers(
    t,
    { body: list, headers: { etag: '"a"' } },
    { body: other, headers: { etag: '"b"' } },
    { body: other, headers: { etag: '"b"' } },
  )
  const { state, context } = query()
  const fn = jsonQuery('/rows')
  ;[, state.data] = await Promise.all([fn(context), fn(context)])
  assert.deepEqual(state.data, JSON.parse(other))
  assert.equal(await fn(context), state.data)
  state.data = JSON.parse(list)
  assert.deepEqual(await fn(context), JSON.parse(other))
})
