// Members that have short names in what is shipped must be known to our own code alone: by none of these names may a page,
// a browser or an adapter of TanStack reach an object, nor does a beacon have one.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { internalNames } from '../../internalNames.mjs'
import { ruleNames } from '../../ruleNames.mjs'

const require = createRequire(import.meta.url)
const root = fileURLToPath(new URL('../../..', import.meta.url))

const filesIn = (folder, ending) =>
  readdirSync(folder, { recursive: true })
    .filter((file) => file.endsWith(ending))
    .map((file) => path.join(folder, file))

/** All words of these files outside comments. More than the names in them, so nothing is overlooked. */
function wordsOf(files) {
  const text = files.map((file) => readFileSync(file, 'utf8').replace(/\/\*[^]*?\*\/|^\s*\/\/.*/gm, '')).join('\n')
  return new Set(text.match(/[\w$]+/g))
}

// Since version 7 the declarations of a browser's objects come with the compiler for this machine.
const typescript = path.dirname(require.resolve(`@typescript/typescript-${process.platform}-${process.arch}/package.json`))
const queryCore = path.join(
  path.dirname(createRequire(path.join(root, 'tests/interop/package.json')).resolve('@tanstack/query-core')),
  '..',
)

const sources = {
  'a browser': filesIn(path.join(typescript, 'lib'), '.d.ts'),
  'our declarations': filesIn(path.join(root, 'pkg/dist/cjs/types'), '.d.ts'),
  'query-core': filesIn(queryCore, '.d.ts'),
}

for (const [who, files] of Object.entries(sources)) {
  test(`no name is known to ${who}`, () => {
    const words = wordsOf(files)
    assert.ok(words.size > 500, `${words.size} words in ${files.length} files`)
    assert.deepEqual(
      internalNames.filter((name) => words.has(name)),
      [],
    )
  })
}

test('no name is a member of a beacon, or of what is stored and sent', () => {
  const documents = ['docs/beacon.md', 'docs/rum.md'].map((file) => readFileSync(path.join(root, file), 'utf8')).join('\n')
  // In backquotes or in quotes, as JSON has it.
  const members = new Set([...documents.matchAll(/[`"]([A-Za-z.]+)[`"?]/g)].flatMap(([, name]) => name.split('.')))
  assert.ok(members.has('fingerprint') && members.has('slowest'))
  assert.deepEqual(
    internalNames.filter((name) => members.has(name)),
    [],
  )
})

test('every name is used as a member, and never as a string, which would stay as it is', () => {
  const text = filesIn(path.join(root, 'pkg/src'), '.ts')
    .map((file) => readFileSync(file, 'utf8').replace(/\/\*[^]*?\*\/|^\s*\/\/.*/gm, ''))
    .join('\n')
  const wrong = internalNames.filter(
    (name) => !new RegExp(`[.{,]\\s*${name}\\b`).test(text) || new RegExp(`['"\`]${name}['"\`]`).test(text),
  )
  assert.deepEqual(wrong, [])
})

test('members that end in `$` are never strings, which would stay as they are', () => {
  const text = [...filesIn(path.join(root, 'pkg/src/rum'), '.ts'), ...filesIn(path.join(root, 'pkg/src/lazy'), '.ts')]
    .map((file) => readFileSync(file, 'utf8').replace(/\/\*[^]*?\*\/|^\s*\/\/.*/gm, ''))
    .join('\n')
  assert.ok(text.match(/\.\w+\$/g).length > 20)
  assert.deepEqual(text.match(/(['"`])\w+\$\1/g), null)
})

test('members that end in `$` have one letter in what is shipped, and no two of one object the same', async () => {
  const folders = ['pkg/src/rules', 'pkg/src/rum', 'pkg/src/lazy'].map((folder) => path.join(root, folder))
  const short = await ruleNames(...folders)
  const names = ['metric$', 'tracker$', 'report$', 'begin$', 'process$']
  assert.equal(new Set(names.map((name) => short[name])).size, names.length)
  assert.deepEqual(
    Object.values(short).filter((name) => name.length !== 1),
    [],
  )
})

test('names are listed once', () => assert.deepEqual([...new Set(internalNames)], internalNames))
