// What a page has to load for each subpath: bundled as a user's build would, minified, brotli at its best.
// Budgets in bytes; a change that needs more says why, here. Peers are there to compare with.
import { build } from 'esbuild'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants } from 'node:zlib'

const budgets = {
  'whippet/timing': 5_600,
  // 7 without placeholders (decoder, PNG and base64: 2.3), all kinds of markup, shared observers and advice;
  // `lazyImport` and `preload` alone are 1.6, without wasm.
  'whippet/lazy': 13_700,
  'whippet/json': 6_600,
  'whippet/rum': 23_500,
  // 25 without limits, breakers, timeouts, recording and sharing of Map, Set and Date; comparing results field by
  // field, which many observers pay with half their time otherwise, takes 0.4.
  'whippet/query': 30_000,
  whippet: 69_500,
}
const peers = ['@tanstack/query-core', 'vanilla-lazyload', 'lozad']

const here = path.dirname(fileURLToPath(import.meta.url))

async function measure(module) {
  const { outputFiles } = await build({
    bundle: true,
    define: { 'process.env.NODE_ENV': '"production"' },
    format: 'esm',
    minify: true,
    stdin: { contents: `export * from '${module}'`, resolveDir: here },
    target: 'es2022',
    write: false,
  })
  const code = outputFiles[0].contents
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 }
  return { minified: code.length, brotli: brotliCompressSync(code, { params }).length }
}

function row(name, ...cells) {
  console.log(name.padEnd(20) + cells.map((cell) => String(cell).padStart(9)).join(''))
}

row('module', 'minified', 'brotli', 'budget')
for (const [subpath, budget] of Object.entries(budgets)) {
  const { minified, brotli } = await measure(subpath)
  const over = brotli > budget
  row(subpath, minified, brotli, budget, over ? 'over' : '')
  if (over) process.exitCode = 1
}
for (const peer of peers) {
  const { minified, brotli } = await measure(peer)
  row(peer, minified, brotli, 'peer')
}
