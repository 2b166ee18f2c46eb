// What a page has to load for each subpath: bundled as a user's build would, minified, brotli at its best.
// Budgets in bytes; a change that needs more says why, here.
import { build } from 'esbuild'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants } from 'node:zlib'

const budgets = {
  'whippet/timing': 5_500,
  'whippet/lazy': 7_000,
  'whippet/json': 6_300,
  'whippet/rum': 23_500,
  'whippet/query': 26_000,
  whippet: 59_000,
}

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..')

async function measure(subpath) {
  const { outputFiles } = await build({
    bundle: true,
    format: 'esm',
    minify: true,
    stdin: { contents: `export * from '${subpath}'`, resolveDir: path.join(root, 'www') },
    target: 'es2022',
    write: false,
  })
  const code = outputFiles[0].contents
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 }
  return { minified: code.length, brotli: brotliCompressSync(code, { params }).length }
}

let over = 0
console.log(`${'subpath'.padEnd(16)} ${'minified'.padStart(9)} ${'brotli'.padStart(8)} ${'budget'.padStart(8)}`)
for (const [subpath, budget] of Object.entries(budgets)) {
  const { minified, brotli } = await measure(subpath)
  const mark = brotli > budget ? '  over' : ''
  over += brotli > budget ? 1 : 0
  console.log(`${subpath.padEnd(16)} ${String(minified).padStart(9)} ${String(brotli).padStart(8)} ${String(budget).padStart(8)}${mark}`)
}
process.exitCode = over ? 1 : 0
