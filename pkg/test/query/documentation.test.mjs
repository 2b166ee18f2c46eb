// Editors show documentation for every option and every field of a result.
import assert from 'node:assert/strict'
import { readFile, readdir } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const types = fileURLToPath(new URL('../../dist/cjs/types/query/', import.meta.url))

/** Types of events and internals, which need none. */
const SPARED = /^(\w*Action|FetchContext|FetchMeta|QueryBehavior|\w+NotifyEvent)$/

/** The members of the interfaces that a declaration file exports: whether each has a comment before it. */
function* members(text) {
  let name
  let before = ''
  for (const line of text.split('\n')) {
    const begins = /^(export )?(interface|type|class|declare)\b.*?(\w+)/.exec(line)
    if (begins) name = /^export (?:interface|type) (\w+)/.exec(line)?.[1]
    if (SPARED.test(name)) name = undefined
    const member = /^ {4}(?:readonly )?(\w+)\??: /.exec(line)?.[1]
    if (name && member) yield { name: `${name}.${member}`, commented: before.endsWith('*/') }
    before = line.trim()
  }
}

test('every option and every field of a result is documented', async () => {
  const files = ['queriesObserver', 'hydration']
  const inTypes = (await readdir(path.join(types, 'types'))).map((file) => path.join('types', file))
  const bare = []
  let count = 0
  for (const file of [...files.map((file) => `${file}.d.ts`), ...inTypes]) {
    if (file.includes('keys')) continue
    for (const { name, commented } of members(await readFile(path.join(types, file), 'utf8'))) {
      count++
      if (!commented) bare.push(name)
    }
  }
  assert.deepEqual(bare, [])
  assert.ok(count > 150, `${count}`)
})
