// What leaves a page is bounded and scrubbed, by the same rules as in crates/engine/src/beacon.
import assert from 'node:assert/strict'
import { build } from 'esbuild'
import { before, test } from 'node:test'
import { fileURLToPath } from 'node:url'

let pack, scrub, text

before(async () => {
  const { outputFiles } = await build({
    bundle: true,
    format: 'esm',
    logLevel: 'silent',
    stdin: {
      contents: `export { pack } from './pack.ts'; export * as scrub from './scrub.ts'; export * as text from './text.ts'`,
      resolveDir: fileURLToPath(new URL('../../src/rum/', import.meta.url)),
    },
    write: false,
  })
  globalThis.location = { href: 'https://shop.example/orders?page=2' }
  ;({ pack, scrub, text } = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`))
})

test('a text without an address costs no more than its length', () => {
  const marks = '?'.repeat(10_000)
  assert.equal(scrub.scrubText(marks), marks)
})

test('an address keeps its origin and its path', () => {
  const cases = [
    ['https://user:word@cdn.example:8443/u/1042/a.png?w=2#x', 'https://cdn.example:8443/u/:id/a.png'],
    ['/local/1042?x', 'https://shop.example/local/:id'],
    ['data:image/png;base64,AAAA', 'data:'],
    ['blob:https://shop.example/2f1a7c3e-6a1b-4c55-9f0e-1d2c3b4a5f60', 'blob:'],
  ]
  for (const [from, to] of cases) assert.equal(scrub.scrubUrl(from), to, from)
})

test('a text is cut between characters', () => {
  for (const [from, bytes, to] of [['aé€😀', 10, 'aé€😀'], ['aé€😀', 9, 'aé€'], ['aé€😀', 5, 'aé'], ['aé€😀', 2, 'a']]) {
    assert.equal(text.cut(from, bytes), to)
  }
  assert.equal(text.line('a\nb\u0085c\u007f', 20), 'a b c ')
  assert.equal(text.figureName('menu öffnen!'), 'menu__ffnen_')
})

test('what fits into no beacon is counted by the list it was in', () => {
  const drops = {}
  const counters = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`name-${at}`, 1]))
  const errors = Array.from({ length: 200 }, (_, at) => ({ message: `${at} ${'€'.repeat(700)}`, count: 2 }))
  const beacons = pack({ v: 1 }, { counters, errors }, (list, by) => (drops[list] = (drops[list] ?? 0) + by))
  assert.equal(beacons.length, 4)
  for (const beacon of beacons) assert.ok(Buffer.byteLength(JSON.stringify(beacon)) <= 60 * 1024)
  assert.deepEqual(beacons[0].counters, counters)
  const told = beacons.flatMap(({ errors }) => errors)
  assert.deepEqual(told, errors.slice(0, told.length))
  assert.deepEqual(drops, { errors: 2 * (200 - told.length) })
})
