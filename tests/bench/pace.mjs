// `whippet/timing` beside its peers, in one page of a real Chromium: calls per second. The ratio is ours by the
// first peer's: above 1, ours is faster. Times depend on the machine, so nothing here fails because of them.
//
//     node tests/bench/pace.mjs [part of a case's name]
import { build } from 'esbuild'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const ROUNDS = 21
const here = path.dirname(fileURLToPath(import.meta.url))
const part = process.argv[2] ?? ''

const { outputFiles } = await build({
  bundle: true,
  define: { 'process.env.NODE_ENV': '"production"' },
  entryPoints: [path.join(here, 'pace/page.js')],
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

  console.log(`Chromium ${browser.version()}, medians of ${ROUNDS} interleaved rounds, million calls per second`)
  for (const name of names) {
    const { rows, goal } = await page.evaluate(([name, rounds]) => globalThis.measure(name, rounds), [name, ROUNDS])
    console.log(`\n${name}`)
    for (const { library, ms, ratio } of rows) {
      const below = library === 'whippet' && goal && ratio < goal ? `  below ${goal}` : ''
      console.log(`  ${library.padEnd(16)}${(1 / ms / 1000).toFixed(2).padStart(9)}${ratio.toFixed(2).padStart(9)}${below}`)
    }
  }
} finally {
  await browser.close()
}
