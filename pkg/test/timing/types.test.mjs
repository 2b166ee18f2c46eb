import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import path from 'node:path'
import { test } from 'node:test'

test('paced functions have the types of the wrapped function', () => {
  const typescript = createRequire(import.meta.url).resolve('typescript/package.json')
  const tsc = path.join(path.dirname(typescript), 'bin/tsc')
  const run = spawnSync(process.execPath, [tsc, '-p', path.join(import.meta.dirname, 'types')], { encoding: 'utf8' })
  assert.equal(run.status, 0, run.stdout || run.stderr)
})
