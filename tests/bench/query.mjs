// `whippet/query` beside @tanstack/query-core, in one page of a real Chromium. The ratio is query-core's time
// by ours: above 1, ours is faster. Times depend on the machine, so nothing here fails because of them.
//
//     node tests/bench/query.mjs [part of a case's name]
import { build } from 'esbuild'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const ROUNDS = 9
const here = path.dirname(fileURLToPath(import.meta.url))
const part = process.argv[2] ?? ''

const { outputFiles } = await build({
  bundle: true,
  define: { 'process.env.NODE_ENV': '"production"' },
  entryPoints: [path.join(here, 'query/page.js')],
  format: 'esm',
  minify: true,
  target: 'es2022',
  write: false,
})

const browser = await chromium.launch({
  executablePath: process.env.CHROME ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--js-flags=--expose-gc'],
})
try {
  const page = await browser.newPage()
  page.on('pageerror', (error) => {
    console.error(error)
    process.exitCode = 1
  })
  // An isolated page has the finer clock.
  const headers = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }
  await page.route('https://bench.test/**', (route) =>
    route.request().url().endsWith('.js')
      ? route.fulfill({ headers, contentType: 'text/javascript', body: outputFiles[0].text })
      : route.fulfill({ headers, contentType: 'text/html', body: '<script type=module src=/page.js></script>' }),
  )
  await page.goto('https://bench.test/')
  const names = (await page.evaluate(() => globalThis.names)).filter((name) => name.includes(part))

  console.log(`Chromium ${browser.version()}, medians of ${ROUNDS} interleaved rounds\n`)
  row('', 'query-core', 'whippet', 'ratio')
  for (const name of names) {
    const { core, whippet, goal, timers } = await page.evaluate(([name, rounds]) => globalThis.measure(name, rounds), [
      name,
      ROUNDS,
    ])
    const ratio = core / whippet
    const below = goal && ratio < goal ? `  below ${goal}` : ''
    row(name, time(core), time(whippet), ratio.toFixed(ratio < 10 ? 2 : 0), below)
    if (timers) row('  timers it leaves armed', timers.core, timers.whippet, '')
  }
} finally {
  await browser.close()
}

function row(name, core, whippet, ratio, note = '') {
  const cells = [core, whippet, ratio].map((cell) => String(cell).padStart(11))
  console.log(name.padEnd(44) + cells.join('') + note)
}

function time(ms) {
  return ms < 1 ? `${(ms * 1000).toFixed(2)} µs` : `${ms.toFixed(2)} ms`
}
