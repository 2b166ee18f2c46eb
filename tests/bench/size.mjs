// What a page has to load for each subpath: bundled as a user's build would, minified, brotli at its best.
// Budgets in bytes; a change that needs more says why, here. Peers are there to compare with.
import { build } from 'esbuild'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants } from 'node:zlib'

const budgets = {
  // 13 without strict windows, one listener for all who wait for a signal, and arguments told apart by class: 0.5.
  // 5.6 with debounce and throttle alone; each of the awaitable twins, batch, memoize, rateLimit and retry takes about
  // one. The wasm is one module: a page that imports debounce alone loads 9.3. What runs functions where wasm cannot takes 0.3.
  'whippet/timing': 14_000,
  // 7 without placeholders (decoder, PNG and base64: 2.3), all kinds of markup, shared observers and advice;
  // `lazyImport` and `preload` alone are 1.6, without wasm. Reading backgrounds by the grammar of CSS takes 0.7, places
  // with an end and parts that are missing 0.5, pictures where wasm traps 0.2, elements of iframes 0.1.
  'whippet/lazy': 15_100,
  // 23.5 without a seeded hash, bounded searches, and bodies and signals of other realms and libraries.
  // 6 when it only compared. Reading bytes is compiled for speed, with SIMD; for size it would be 3 less, and half
  // as fast where all has changed.
  // Requests of other libraries take 0.15.
  'whippet/json': 25_200,
  // 16.7 without gzip, routes in fragments, a size that sends, and telling once more what a closing Firefox cut off.
  // 17.4 without prototypes and clocks that the page broke, and listeners and timers below zone.js (0.3); without a scrubber
  // for every address, errors told by what they are, and what no page's prototype or chance decides (2.2).
  'whippet/rum': 20_000,
  // The five vitals alone. 1.3 of it are the engine in wasm and what starts it, which the Rust driver shares.
  'whippet/rum: on*': 4_900,
  'whippet/rum/attribution': 7_400,
  // 25 without limits, breakers, timeouts, recording and sharing of Map, Set and Date; comparing results field by
  // field, without which many observers take longer, takes 0.4; options of wrong types and listeners
  // that throw, 0.5; what stands in for the engine where wasm cannot run, 0.8; callbacks that throw becoming errors, keys of
  // Sets, Maps and BigInts and pages that are let go, 0.5; tables that shrink, names that are collected, a fresh instance,
  // and what is waited for, 3.3; going on where wasm traps, 0.3; machines looked up by number, so that a spent or made-up
  // one finds nothing, 0.6.
  'whippet/query': 36_300,
  whippet: 100_900,
}
const peers = ['@tanstack/query-core', 'vanilla-lazyload', 'lozad', 'web-vitals', 'web-vitals/attribution']
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
