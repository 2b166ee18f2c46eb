// Random scripts on query-core and on whippet/query: whatever can be seen must be the same. SEEDS says how many.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { test } from 'node:test'
import * as theirs from '@tanstack/query-core'
import * as ours from 'whippet/query'

const { SEEDS = '1000', FROM = '1' } = process.env

function beside(...args) {
  return spawnSync(process.execPath, [path.join(import.meta.dirname, 'beside.mjs'), ...args], { encoding: 'utf8' })
}

test(`whatever is done, both do the same: ${SEEDS} scripts`, () => {
  const { status, stdout, stderr } = beside(FROM, SEEDS)
  assert.equal(stdout, '', stdout)
  assert.equal(status, 0, stderr)
})

test('a library that forgets to cancel is found out, by a short script', () => {
  const { status, stdout } = beside(1, 100, 'forgetful')
  assert.equal(status, 1)
  const scripts = stdout.split(/^seed .*/m).slice(1)
  assert.ok(scripts.some((script) => script.match(/^[→ ] \[/gm).length <= 5 && script.includes('cancelQueries')), stdout)
})

test('every name of query-core is there, of the same kind', () => {
  for (const [name, value] of Object.entries(theirs)) assert.equal(typeof ours[name], typeof value, name)
})
