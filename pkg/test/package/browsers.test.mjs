// The package in a realm that lacks what the oldest browsers do.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { browsers, lacking } from '../../browsers.mjs'

test('the README names the same browsers', async () => {
  const readme = await readFile(new URL('../../../README.md', import.meta.url), 'utf8')
  const { chrome, edge, firefox, safari } = browsers
  assert.equal(chrome, edge)
  assert.ok(readme.includes(`Chrome and Edge ${chrome}, Firefox ${firefox}, Safari ${safari}`))
})

test('everything does without what they lack', () => {
  const file = new URL('./old.mjs', import.meta.url)
  const output = execFileSync(process.execPath, [file.pathname], { encoding: 'utf8', timeout: 60_000 })
  assert.equal(output.trim(), `all without ${lacking.length}`)
})
