// What an editor shows of an export: its documentation, which says nothing of files that the package does not have.
import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { test } from 'node:test'
import * as root from 'whippet'

const folder = new URL('../../dist/cjs/types/', import.meta.url)
const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.d.ts'))
const declarations = await Promise.all(files.map((file) => readFile(new URL(file, folder), 'utf8')))

/** By what name a value is declared that is exported by another. */
const declared = (name) =>
  ({ experimental_streamedQuery: 'streamedQuery', jsonStats: 'stats', timingStats: 'stats' })[name] ??
  name.replace(/^([A-Z]+)Thresholds$/, '$1_THRESHOLDS')

test('each value that is exported has documentation', () => {
  const documented = new Set()
  for (const text of declarations) {
    for (const [, name] of text.matchAll(/\*\/\n(?:export )?(?:declare )?(?:const|class|function|let) (\w+)/g))
      documented.add(name)
  }
  assert.deepEqual(
    Object.keys(root).filter((name) => !documented.has(declared(name))),
    [],
  )
})

test('no documentation points to a source file', () => {
  for (const [index, text] of declarations.entries()) {
    for (const [comment] of text.matchAll(/\/\*\*[\s\S]*?\*\//g)) assert.doesNotMatch(comment, /\w\.ts\b/, files[index])
  }
})
