// A page can switch from web-vitals by changing the import: compares exports and types.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { test } from 'node:test'
import * as ours from 'whippet/rum'
import * as oursAttributed from 'whippet/rum/attribution'
import * as theirs from 'web-vitals'
import * as theirsAttributed from 'web-vitals/attribution'

const here = import.meta.dirname
const pairs = [
  ['web-vitals', theirs, 'whippet/rum', ours],
  ['web-vitals/attribution', theirsAttributed, 'whippet/rum/attribution', oursAttributed],
]

for (const [name, peer, own, us] of pairs) {
  test(`${own} exports everything that ${name} exports`, () => {
    for (const [name, value] of Object.entries(peer)) {
      if (typeof value === 'function') assert.equal(typeof us[name], 'function', name)
      else assert.deepEqual(us[name], value, name)
    }
  })

  test(`${own} can be imported and called on a server, and does nothing`, () => {
    for (const name of Object.keys(peer).filter((name) => name.startsWith('on'))) {
      assert.equal(
        us[name](() => assert.fail(name)),
        undefined,
      )
      assert.equal(
        us[name](() => assert.fail(name), { reportAllChanges: true, reportSoftNavs: true }),
        undefined,
      )
    }
  })
}

function tsc(...args) {
  const typescript = createRequire(import.meta.url).resolve('typescript/package.json')
  const run = spawnSync(process.execPath, [path.join(path.dirname(typescript), 'bin/tsc'), ...args], { encoding: 'utf8' })
  assert.equal(run.status, 0, run.stdout || run.stderr)
}

test('a TypeScript page compiles with either library', () => {
  // Inside the project, so that imports resolve.
  const folder = mkdtempSync(path.join(here, 'types', 'page-'))
  try {
    for (const name of ['web-vitals', 'whippet/rum']) {
      const page = readFileSync(path.join(here, 'types', 'page.ts'), 'utf8').replaceAll('web-vitals', name)
      writeFileSync(path.join(folder, 'page.ts'), page)
      writeFileSync(path.join(folder, 'tsconfig.json'), '{ "extends": "../tsconfig.json", "include": ["page.ts"] }')
      tsc('-p', folder)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('the types equal those of web-vitals', () => tsc('-p', path.join(here, 'types')))
