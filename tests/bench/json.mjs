// A refetched JSON body: `whippet/json` beside JSON.parse with query-core's structural sharing, in one page of a real
// Chromium. A ratio is the peer's time by ours: above 1, ours is faster. Beside that of the medians is that of the
// fastest rounds, which a busy machine disturbs less, and the one without structural sharing; `kept` is how many rows
// were the same objects as before. Times depend on the machine, so nothing here fails because of them; values that
// differ do.
//
//     node tests/bench/json.mjs [part of a case's name]
import { build } from 'esbuild'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const ROUNDS = 9
const here = path.dirname(fileURLToPath(import.meta.url))
const part = process.argv[2] ?? ''

const bundle = async (entry, options) => {
  const { outputFiles } = await build({
    bundle: true,
    define: { 'process.env.NODE_ENV': '"production"' },
    entryPoints: [path.join(here, 'json', entry)],
    format: 'iife',
    minify: true,
    target: 'es2022',
    write: false,
    ...options,
  })
  return outputFiles[0].text
}

const browser = await chromium.launch({
  executablePath: process.env.CHROME ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--js-flags=--expose-gc'],
})

/** A page of its own, isolated from others, since that has the finer clock. */
async function open(...scripts) {
  const page = await browser.newPage()
  page.on('pageerror', (error) => {
    console.error(error)
    process.exitCode = 1
  })
  const headers = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }
  await page.route('https://bench.test/**', (route) =>
    route.fulfill({ headers, contentType: 'text/html', body: '<!doctype html><title>bench</title><main></main>' }),
  )
  await page.goto('https://bench.test/')
  for (const content of scripts) await page.addScriptTag({ content })
  return page
}

try {
  console.log(`Chromium ${browser.version()}, medians of ${ROUNDS} interleaved rounds`)
  const page = await open(await bundle('page.js'))
  const names = (await page.evaluate(() => globalThis.names)).filter((name) => name.includes(part))
  for (const whole of [false, true]) {
    if (names.length === 0) break
    console.log(whole ? '\nThe whole way: a Response, through the cache, to the observer' : '\nBytes to a value')
    row('', 'bytes', 'query-core', 'no sharing', 'whippet', 'kept/core', '×no sharing', '×fastest', '×query-core')
    for (const name of names) {
      const { ms, fastest, kept, bytes, floor } = await page.evaluate(
        ([name, whole, rounds]) => globalThis.measure(name, whole, rounds),
        [name, whole, ROUNDS],
      )
      const ratio = ms.core / ms.whippet
      const times = [ms.core, ms.plain, ms.whippet].map(time)
      const note = floor && !whole ? `  ${ratio < floor ? 'BELOW' : 'at least'} ${floor}` : ''
      const ratios = [ms.plain / ms.whippet, fastest.core / fastest.whippet, ratio].map(factor)
      row(name, bytes, ...times, `${kept.whippet}/${kept.core}`, ...ratios, note)
    }
  }

  if ('throughput'.includes(part) && process.env.WHIPPET_BENCH_WASM) {
    console.log('\nReading bytes in wasm, GB/s')
    row('', 'bytes', 'copy', 'compare', 'scan', 'compare/copy', 'scan/copy')
    const wasm = (await readFile(process.env.WHIPPET_BENCH_WASM)).toString('hex')
    const page = await open(await bundle('throughput.js'))
    for (const rows of [100, 1000, 10000]) {
      const { bytes, copy, compare, scan } = await page.evaluate(
        ([wasm, rows, rounds]) => globalThis.throughput(wasm, rows, rounds),
        [wasm, rows, ROUNDS],
      )
      const speeds = [copy, compare, scan].map((speed) => speed.toFixed(2))
      row(`throughput, ${rows} rows`, bytes, ...speeds, factor(compare / copy), factor(scan / copy))
    }
  }

  if ('memory'.includes(part)) {
    console.log('\nWasm memory at its peak, of one query that was refetched with every kind of change')
    row('', 'body', 'memory', 'memory/body')
    for (const rows of [100, 1000, 10000]) {
      const page = await open(await bundle('memory.js'))
      const { bytes, memory } = await page.evaluate((rows) => globalThis.memoryOf(rows), rows)
      row(`${rows} rows`, bytes, memory, factor(memory / bytes))
      await page.close()
    }
  }

  const trees = await open(
    await bundle('react/core.jsx', { jsx: 'automatic' }),
    await bundle('react/whippet.jsx', { jsx: 'automatic', alias: { '@tanstack/query-core': 'whippet/query' } }),
    await bundle('react/page.js'),
  )
  const shown = (await trees.evaluate(() => globalThis.trees.issues)).filter((name) => `React: ${name}`.includes(part))
  if (shown.length > 0) {
    console.log('\nUntil a React tree of 1000 memoized rows has settled, and rows rendered')
    row('', 'rows', '', 'query-core', 'rows', '', 'whippet', '×query-core')
  }
  for (const name of shown) {
    const { core, whippet } = await trees.evaluate(
      ([name, rounds]) => globalThis.measureTree('issues', name, rounds),
      [name, ROUNDS],
    )
    row(`React: ${name}`, core.renders, '', time(core.ms), whippet.renders, '', time(whippet.ms), factor(core.ms / whippet.ms))
  }
} finally {
  await browser.close()
}

function row(name, ...cells) {
  const note = cells.length > 8 ? cells.pop() : ''
  console.log(name.padEnd(32) + cells.map((cell) => String(cell).padStart(13)).join('') + note)
}

function factor(ratio) {
  return ratio.toFixed(ratio < 10 ? 2 : 0)
}

function time(ms) {
  return ms < 1 ? `${(ms * 1000).toFixed(2)} µs` : `${ms.toFixed(2)} ms`
}
