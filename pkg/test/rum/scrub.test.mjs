// Random texts with addresses in them: nothing of a secret is left, as in crates/engine/src/beacon/scrub.rs.
import assert from 'node:assert/strict'
import { build } from 'esbuild'
import { before, test } from 'node:test'
import { fileURLToPath } from 'node:url'

let scrubText

before(async () => {
  const { outputFiles } = await build({
    bundle: true,
    format: 'esm',
    logLevel: 'silent',
    stdin: {
      contents: `export { scrubText } from './scrub.ts'`,
      resolveDir: fileURLToPath(new URL('../../src/rum/', import.meta.url)),
    },
    write: false,
  })
  ;({ scrubText } = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`))
})

test('scrubbing removes users, queries, fragments and ids', () => {
  let seed = 7
  const one = (list) => list[((seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) >>> 8) % list.length]
  const address = () =>
    one([
      one(['https://', 'HTTP://', 'wss://', '//']) +
        one(['', 'ann:5ecre7@', '5ecre7@', 'a:5ecre7@5ecre7@']) +
        one(['shop.example', 'shop:8443', '[::1]']),
      one(['/a', './a', '../a', 'a/b']),
      `${one(['mailto:', 'blob:https://x/', 'data:text/html,<p>', 'file:///', 'javascript:'])}5ecre7`,
    ]) +
    one(['', '/5ecre7a1b2c3d4e5f6', '/b/5ecre7@shop.example']) +
    one(['', '?a=5ecre7', '?a[]=(5ecre7)&{b}=5ecre7', '?a="5ecre7"']) +
    one(['', '#5ecre7=5ecre7'])
  for (let turn = 0; turn < 20_000; turn++) {
    const [before, after] = one([
      ['', ''],
      ['(', ')'],
      ["'", "'"],
      ['`', '`'],
      ['at f (', ':10:5)'],
      ['f@', ':1:2'],
      ['<', '>'],
      ['[see ', '].'],
      ['url(', '), '],
    ])
    const from = `${one(['', 'no ', 'GET '])}${before}${address()}${after} ${one(['', before + address() + after])} end`
    const scrubbed = scrubText(from)
    assert.ok(!scrubbed.includes('5ecre7'), `${from} → ${scrubbed}`)
    assert.equal(scrubText(scrubbed), scrubbed, from)
    assert.ok(scrubbed.endsWith(' end'), scrubbed)
  }
})

test('scrubbing takes linear time', () => {
  // With quadratic time this test would not end.
  const pieces = ['?', '/', ':', 'a@', 'a.', '1/', '"/a ', "'/a\n", 'a:', '(/a ', '#a', '_', ':1', '=', '[', 'http:/', 'é']
  for (const piece of pieces) for (const end of ['', ':', '@', '?', '://', '"']) scrubText(piece.repeat(200_000) + end)
})
