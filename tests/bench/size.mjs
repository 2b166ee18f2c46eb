// What a page has to load for each subpath: bundled as a user's build would, minified, brotli at its best.
// Budgets in bytes; a change that needs more says why, here. Peers are there to compare with.
import { build } from 'esbuild'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants } from 'node:zlib'

const budgets = {
  'whippet/timing': 5_600,
  'whippet/lazy': 7_000,
  'whippet/json': 6_600,
  'whippet/rum': 17_400,
  // The five vitals alone. 1.35 of it are the engine in wasm and what starts it, which the Rust driver shares: the same
  // rules in TypeScript make 3.5.
  'whippet/rum: on*': 5_000,
  'whippet/rum/attribution': 7_400,
  // 25 without limits, breakers, timeouts, recording and sharing of Map, Set and Date; comparing results field by
  // field, which many observers pay with half their time otherwise, takes 0.4.
  'whippet/query': 30_000,
  whippet: 63_000,
}
const peers = ['@tanstack/query-core', 'web-vitals', 'web-vitals/attribution']
/** What is taken of a module, where that is not everything. */
const parts = { 'whippet/rum: on*': `export { onCLS, onFCP, onINP, onLCP, onTTFB } from 'whippet/rum'` }

const here = path.dirname(fileURLToPath(import.meta.url))

async function measure(module) {
  const { outputFiles } = await build({
    bundle: true,
    define: { 'process.env.NODE_ENV': '"production"' },
    format: 'esm',
    minify: true,
    stdin: { contents: parts[module] ?? `export * from '${module}'`, resolveDir: here },
    target: 'es2022',
    write: false,
  })
  const code = outputFiles[0].contents
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 }
  return { minified: code.length, brotli: brotliCompressSync(code, { params }).length }
}

function row(name, ...cells) {
  console.log(name.padEnd(24) + cells.map((cell) => String(cell).padStart(9)).join(''))
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
