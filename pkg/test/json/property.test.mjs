// Whatever the texts: the value is what JSON.parse gives, and what did not change is the object that it was.
// `PROPERTY_ROUNDS=50` runs fifty times as many random documents, `PROPERTY_SEED` other ones.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as properties from './property/properties.js'
import { littleRoom, querying } from './property/subject.js'

const seed = Number(process.env.PROPERTY_SEED ?? 1)
const rounds = (count) => count * Number(process.env.PROPERTY_ROUNDS ?? 1)

test('random documents, edited at random', async () => {
  const { kept } = await properties.randomEdits(seed, rounds(100))
  assert.ok(kept > 1000, `${kept} objects kept their identity`)
})

test('the same through the cache, which shares what it can by itself', async () => {
  const { kept } = await properties.randomEdits(seed + 1000, rounds(40), querying)
  assert.ok(kept > 100, `${kept} objects kept their identity`)
})

test('each kind of edit, on lists', async () => {
  const figures = await properties.eachEdit(seed, rounds(8))
  for (const [edit, { kept }] of Object.entries(figures)) assert.ok(kept > 10, `${edit}: ${kept} objects kept their identity`)
})

test('damaged texts are refused where JSON.parse refuses them', async () => {
  const { bodies, rejected } = await properties.damage(seed, rounds(80))
  assert.ok(rejected > 100 && rejected < bodies / 1.1, `${rejected} of ${bodies} refused`)
})

test('texts where readers of JSON go wrong, each after each', async () => {
  const { kept, rejected } = await properties.everyPair()
  assert.ok(kept > 100 && rejected > 100)
})

test('a body cut at every pair of places', async () => {
  assert.ok((await properties.everyCut()).kept > 1000)
})

test('texts that come byte by byte', async () => {
  assert.ok((await properties.byteByByte()).rejected > 10)
})

test('rows that look much the same are all found again', () => {
  const { rows, kept } = properties.lookAlikes(seed)
  assert.equal(kept, rows)
})

test('several bodies at once, with room for all, and with room for few', async () => {
  assert.ok((await properties.atOnce(seed, rounds(30))).bodies > 500)
  const restore = littleRoom()
  assert.ok((await properties.atOnce(seed + 2000, rounds(30))).bodies > 500)
  restore()
})

test('a cached value that was written to', async () => {
  const { kept } = await properties.writtenTo(seed + 3000, rounds(60), querying)
  assert.ok(kept > 100, `${kept} objects kept their identity`)
})

test('a hundred thousand arrays or objects in one another', async () => {
  const { kept, rejected } = await properties.deep()
  assert.ok(kept >= 3 && rejected === 3)
})
