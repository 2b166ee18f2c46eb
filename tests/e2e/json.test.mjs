// What pkg/test/json/property.test.mjs shows in Node, in a browser: its own streams, its own wasm, its own JSON.parse.
import { build } from 'esbuild'
import assert from 'node:assert/strict'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { launch, noFaults } from './browser.mjs'

let browser, page
before(async () => {
  const properties = path.resolve(import.meta.dirname, '../../pkg/test/json/property')
  const { outputFiles } = await build({
    bundle: true,
    format: 'iife',
    globalName: 'tested',
    stdin: { contents: "export * from './properties.js'; export * from './subject.js'", resolveDir: properties },
    write: false,
  })
  browser = await launch()
  page = await browser.newPage()
  page.faults = []
  page.on('pageerror', (error) => page.faults.push(String(error)))
  await page.setContent('<!doctype html><title>properties</title>')
  await page.addScriptTag({ content: outputFiles[0].text })
})
after(() => browser?.close())

test('random documents, edited at random', async () => {
  const { kept } = await page.evaluate(() => tested.randomEdits(5000, 40))
  assert.ok(kept > 300, `${kept} objects kept their identity`)
})

test('the same through the cache', async () => {
  const { kept } = await page.evaluate(() => tested.randomEdits(6000, 20, tested.querying))
  assert.ok(kept > 50, `${kept} objects kept their identity`)
})

test('each kind of edit, on lists', async () => {
  const figures = await page.evaluate(() => tested.eachEdit(7000, 2))
  for (const [edit, { kept }] of Object.entries(figures)) assert.ok(kept > 2, `${edit}: ${kept} objects kept their identity`)
})

test('damaged texts are refused where JSON.parse refuses them', async () => {
  const { bodies, rejected } = await page.evaluate(() => tested.damage(8000, 40))
  assert.ok(rejected > 40 && rejected < bodies / 1.1, `${rejected} of ${bodies} refused`)
})

test('texts where readers of JSON go wrong, each after each', async () => {
  const { kept, rejected } = await page.evaluate(() => tested.everyPair())
  assert.ok(kept > 100 && rejected > 100)
})

test('bodies in chunks, cut everywhere', async () => {
  const { kept } = await page.evaluate(() => tested.everyCut())
  assert.ok(kept > 1000)
  await page.evaluate(() => tested.byteByByte())
})

test('rows that look much the same are all found again', async () => {
  const { rows, kept } = await page.evaluate(() => tested.lookAlikes(1))
  assert.equal(kept, rows)
})

test('several bodies at once, with room for few; values that were written to', async () => {
  const bodies = await page.evaluate(async () => {
    const restore = tested.littleRoom()
    const { bodies } = await tested.atOnce(9000, 10)
    restore()
    return bodies
  })
  assert.ok(bodies > 200, `${bodies} bodies`)
  const { kept } = await page.evaluate(() => tested.writtenTo(10000, 20, tested.querying))
  assert.ok(kept > 20, `${kept} objects kept their identity`)
})

test('a hundred thousand arrays or objects in one another', async () => {
  const { kept, rejected } = await page.evaluate(() => tested.deep())
  assert.ok(kept >= 3 && rejected === 3)
  noFaults(page)
})
