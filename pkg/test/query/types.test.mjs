import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import path from 'node:path'
import { test } from 'node:test'

test('TypeScript infers from query functions, keys and options', () => {
  const typescript = createRequire(import.meta.url).resolve('typescript/package.json')
  const tsc = path.join(path.dirname(typescript), 'bin/tsc')
  const project = path.join(import.meta.dirname, 'types')
  const run = spawnSync(process.execPath, [tsc, '-p', project], { encoding: 'utf8', timeout: 60_000 })
  assert.equal(run.status, 0, run.stdout || run.stderr)
})
