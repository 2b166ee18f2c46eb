// The contents of beacons are limited and scrubbed, by the same rules as in crates/engine/src/beacon.
import assert from 'node:assert/strict'
import { build } from 'esbuild'
import { before, test } from 'node:test'
import { fileURLToPath } from 'node:url'

let pack, scrub, format

before(async () => {
  const { outputFiles } = await build({
    bundle: true,
    format: 'esm',
    logLevel: 'silent',
    stdin: {
      contents: `export { pack } from './pack.ts'; export * as scrub from './scrub.ts'; export * as format from './lib/format.ts'`,
      resolveDir: fileURLToPath(new URL('../../src/rum/', import.meta.url)),
    },
    write: false,
  })
  globalThis.location = { href: 'https://shop.example/orders?page=2' }
  ;({ pack, scrub, format } = await import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
  ))
})

test('scrubbing a text without an address takes linear time', () => {
  const marks = '?'.repeat(10_000)
  assert.equal(scrub.scrubText(marks), marks)
})

test('a page on the disk and one of data are named by their scheme', () => {
  const cases = [
    ['file:', '/C:/Users/ann/shop/index.html#/orders/1042', 'file:#/orders/:id'],
    ['file:', '/Users/ann/shop/index.html', 'file:'],
    ['data:', 'text/html,<p>Ann Smith</p>', 'data:'],
    ['https:', '/orders/1042', '/orders/:id'],
    ['app:', '/orders/1042', '/orders/:id'],
    ['about:', 'srcdoc', 'srcdoc'],
  ]
  for (const [protocol, route, page] of cases) assert.equal(scrub.scrubRoute(route, protocol), page, protocol + route)
})

test('a scrubbed address keeps its origin and its path', () => {
  const cases = [
    ['https://user:word@cdn.example:8443/u/1042/a.png?w=2#x', 'https://cdn.example:8443/u/:id/a.png'],
    ['/local/1042?x', 'https://shop.example/local/:id'],
    ['data:image/png;base64,AAAA', 'data:'],
    ['blob:https://shop.example/2f1a7c3e-6a1b-4c55-9f0e-1d2c3b4a5f60', 'blob:'],
  ]
  for (const [from, to] of cases) assert.equal(scrub.scrubUrl(from), to, from)
})

test('a text is truncated between characters', () => {
  for (const [from, bytes, to] of [
    ['aé€😀', 10, 'aé€😀'],
    ['aé€😀', 9, 'aé€'],
    ['aé€😀', 5, 'aé'],
    ['aé€😀', 2, 'a'],
    // Half of a surrogate pair, for which readers of JSON refuse all of it.
    ['a\ud83d', 10, 'a\ufffd'],
    ['\ude00a😀', 10, '\ufffda😀'],
    ['a\ud83d', 3, 'a'],
  ]) {
    assert.equal(format.truncate(from, bytes), to)
  }
  assert.equal(format.singleLine('a\nb\u0085c\u007f', 20), 'a b c ')
  assert.equal(format.metricName('menu öffnen!'), 'menu__ffnen_')
})

test('items that fit into no beacon are counted by their list', () => {
  const drops = {}
  const counters = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`name-${at}`, 1]))
  const errors = Array.from({ length: 200 }, (_, at) => ({ message: `${at} ${'€'.repeat(700)}`, count: 2 }))
  const beacons = pack({ v: 1 }, { counters, errors }, (list, by) => (drops[list] = (drops[list] ?? 0) + by))
  assert.equal(beacons.length, 4)
  for (const beacon of beacons) assert.ok(Buffer.byteLength(JSON.stringify(beacon)) <= 60 * 1024)
  assert.deepEqual(beacons[0].counters, counters)
  const sent = beacons.flatMap(({ errors }) => errors)
  assert.deepEqual(sent, errors.slice(0, sent.length))
  assert.deepEqual(drops, { errors: 2 * (200 - sent.length) })
})
