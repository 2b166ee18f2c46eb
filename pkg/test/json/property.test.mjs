// Whatever the texts: the value is what JSON.parse gives, and what did not change is the object that it was.
// `PROPERTY_ROUNDS=50` runs fifty times as many random documents, `PROPERTY_SEED` other ones.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as properties from './property/properties.js'
import { littleRoom, querying } from './property/subject.js'

const seed = Number(process.env.PROPERTY_SEED ?? 1)
const rounds = (count) => count * Number(process.env.PROPERTY_ROUNDS ?? 1)

test('random edits of random documents give correct values', async () => {
  const { kept } = await properties.randomEdits(seed, rounds(100))
  assert.ok(kept > 1000, `${kept} objects kept their identity`)
})

test('random edits give correct values through the query cache', async () => {
  const { kept } = await properties.randomEdits(seed + 1000, rounds(40), querying)
  assert.ok(kept > 100, `${kept} objects kept their identity`)
})

test('each kind of edit of a list gives a correct value', async () => {
  const figures = await properties.eachEdit(seed, rounds(8))
  for (const [edit, { kept }] of Object.entries(figures)) assert.ok(kept > 10, `${edit}: ${kept} objects kept their identity`)
})

test('damaged texts are refused where JSON.parse refuses them', async () => {
  const { bodies, rejected } = await properties.damage(seed, rounds(80))
  assert.ok(rejected > 100 && rejected < bodies / 1.1, `${rejected} of ${bodies} refused`)
})

test('edge cases of JSON follow each other correctly', async () => {
  const { kept, rejected } = await properties.everyPair()
  assert.ok(kept > 100 && rejected > 100)
})

test('a body split at every pair of places gives a correct value', async () => {
  assert.ok((await properties.everyCut()).kept > 1000)
})

test('texts that arrive byte by byte give correct values', async () => {
  assert.ok((await properties.byteByByte()).rejected > 10)
})

test('similar rows that moved are all found', () => {
  const { rows, kept } = properties.lookAlikes(seed)
  assert.equal(kept, rows)
})

test('concurrent bodies are correct within and over the budget', async () => {
  assert.ok((await properties.atOnce(seed, rounds(30))).bodies > 500)
  const restore = littleRoom()
  assert.ok((await properties.atOnce(seed + 2000, rounds(30))).bodies > 500)
  restore()
})

test('a cached value that was changed in place does not break refetches', async () => {
  const { kept } = await properties.writtenTo(seed + 3000, rounds(60), querying)
  assert.ok(kept > 100, `${kept} objects kept their identity`)
})

test('a hundred thousand nested arrays or objects are patched', async () => {
  const { kept, rejected } = await properties.deep()
  assert.ok(kept >= 3 && rejected === 3)
})
