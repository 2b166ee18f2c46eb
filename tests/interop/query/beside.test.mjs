// Runs random scripts on query-core and on whippet/query. All that is observable must be the same. SEEDS sets their
// number.
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

test(`both libraries do the same in ${SEEDS} random scripts`, () => {
  const { status, stdout, stderr } = beside(FROM, SEEDS)
  assert.equal(stdout, '', stdout)
  assert.equal(status, 0, stderr)
})

test('a library that forgets to cancel is detected, with a short script', () => {
  const { status, stdout } = beside(1, 100, 'forgetful')
  assert.equal(status, 1)
  const scripts = stdout.split(/^seed .*/m).slice(1)
  assert.ok(
    scripts.some((script) => script.match(/^[→ ] \[/gm).length <= 5 && script.includes('cancelQueries')),
    stdout,
  )
})

test('every export of query-core exists and has the same type', () => {
  for (const [name, value] of Object.entries(theirs)) assert.equal(typeof ours[name], typeof value, name)
})
