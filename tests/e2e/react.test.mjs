// An application of @tanstack/react-query, as it is, on whippet/query: one alias in the bundler.
import { build } from 'esbuild'
import assert from 'node:assert/strict'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { eventually, launch, noFaults } from './browser.mjs'

let browser, page
before(async () => {
  const { outputFiles } = await build({
    alias: { '@tanstack/query-core': 'whippet/query' },
    bundle: true,
    define: { 'process.env.NODE_ENV': '"production"' },
    entryPoints: [path.join(import.meta.dirname, 'react/app.jsx')],
    format: 'iife',
    jsx: 'automatic',
    write: false,
  })
  browser = await launch()
  page = await browser.newPage()
  page.faults = []
  page.on('pageerror', (error) => page.faults.push(String(error)))
  await page.setContent('<!doctype html><title>app</title>')
  await page.addScriptTag({ content: outputFiles[0].text })
})
after(() => browser?.close())

/** Has the server answer the change, once it was asked. */
const answer = () => page.waitForFunction(() => globalThis.answer())

const shows = (id, text) => eventually(`#${id} shows ${text}`, async () => (await page.locator(`#${id}`).textContent()) === text)

test('@tanstack/react-query runs on whippet/query by an alias', async () => {
  await shows('users', 'Ann')
  assert.equal(typeof (await page.evaluate(() => globalThis.client.stats().fetches)), 'number', 'it is ours')
  await shows('suspended', 'here')
  await shows('hydrated', 'from the server')

  await page.click('#more')
  await shows('pages', 'page 1,page 2')
  assert.ok(await page.locator('#more').isDisabled())

  await shows('sum', '3')
  await page.click('#one-more')
  await shows('sum', '6')

  await page.click('#add')
  // It is shown before the server knows.
  await shows('users', 'Ann,Bob')
  await shows('status', 'pending')
  await answer()
  await shows('status', 'success')
  await page.click('#fail')
  await page.click('#add')
  await shows('users', 'Ann,Bob,Bob')
  await answer()
  await shows('status', 'error')
  await shows('users', 'Ann,Bob')
  noFaults(page)
})
