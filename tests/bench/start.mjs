// Cold start: from a script that the page has, but has not parsed, to the first call of it that is of use. Each subpath beside
// its peer, bundled as a user's build would, by turns in fresh pages of one Chromium, whose processes have compiled nothing
// yet; with the CPU as it is, and slowed down four times. The ratio is ours by the peer's: below 1, ours is usable sooner.
// More than 1.5 is a failure, of the least of all pages or of their median.
//
//     node tests/bench/start.mjs [part of a case's name]
import { build } from 'esbuild'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const MOST = 1.5
const PAGES = Number(process.env.ROUNDS ?? 15)
const SLOWDOWNS = [1, 4]
const here = path.dirname(fileURLToPath(import.meta.url))
const part = process.argv[2] ?? ''

/** What is usable: `start/<case>-<library>.js` ends with it. */
const cases = [
  { name: 'query', peer: 'query-core', usable: 'a fetch resolves' },
  { name: 'json', peer: 'query-core', usable: 'a body of 100 rows is there' },
  { name: 'lazy', peer: 'vanilla-lazyload', usable: 'an image is requested' },
  { name: 'debounce', peer: 'lodash-es', usable: 'a call returns' },
  { name: 'vitals', peer: 'web-vitals', usable: 'TTFB and FCP are told' },
  { name: 'rum', peer: 'faro', usable: 'the call returns' },
].filter(({ name }) => name.includes(part))

const entry = (name, library) => `${name}-${library}`
const { outputFiles } = await build({
  bundle: true,
  define: { 'process.env.NODE_ENV': '"production"' },
  entryPoints: cases.flatMap(({ name, peer }) =>
    ['whippet', peer].map((library) => path.join(here, `start/${entry(name, library)}.js`)),
  ),
  format: 'iife',
  logLevel: 'error',
  minify: true,
  outdir: here,
  target: 'es2022',
  write: false,
})
const bundles = new Map(outputFiles.map(({ path: file, text }) => [path.basename(file, '.js'), text]))

const html = `<!doctype html><meta charset="utf-8"><title>start</title><link rel="icon" href="data:,">
<h1>A heading, so that there is something to paint</h1><img class="lazy" data-src="/image" width="80" height="60" alt="">
<script>
  const rows = JSON.stringify(Array.from({ length: 100 }, (_, id) => ({ id, name: 'row ' + id, tags: ['a', 'b'], score: id / 7 })))
  const network = globalThis.fetch
  globalThis.fetch = async (input, init) => (input === '/rows' ? new Response(rows) : network(input, init))

  /** Resolves with the time at which the browser began to load \`path\`. */
  globalThis.requested = (path) =>
    new Promise((done) => {
      const found = (list) => {
        const entry = list.getEntries().find(({ name }) => new URL(name).pathname === path)
        if (entry) done(entry.startTime)
      }
      new PerformanceObserver(found).observe({ type: 'resource', buffered: true })
    })

  const painted = new Promise((done) => {
    const found = (list) => list.getEntriesByName('first-contentful-paint').length && done()
    new PerformanceObserver(found).observe({ type: 'paint', buffered: true })
  })

  /** Runs a script, and returns after how many ms what it does first was usable. */
  globalThis.measure = async (code) => {
    await painted
    const script = document.createElement('script')
    script.textContent = code
    // At the begin of a frame: images are looked at near its end.
    await new Promise(requestAnimationFrame)
    const begun = performance.now()
    document.head.append(script)
    const at = await globalThis.usable
    return (typeof at === 'number' && at > begun ? at : performance.now()) - begun
  }
</script>`

const browser = await chromium.launch({
  executablePath: process.env.CHROME ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
})
try {
  console.log(`Chromium ${browser.version()}, least and median of ${PAGES} fresh pages each, by turns\n`)
  for (const slowdown of SLOWDOWNS) {
    row(slowdown === 1 ? 'CPU as it is' : `CPU slowed down ${slowdown} times`, ['peer', '', 'whippet', '', 'ratio', ''])
    for (const one of cases) await compare(one, slowdown)
    console.log()
  }
} finally {
  await browser.close()
}

async function compare({ name, peer, usable }, slowdown) {
  const times = { [peer]: [], whippet: [] }
  for (let round = 0; round < PAGES; round++) {
    const turns = round % 2 ? [peer, 'whippet'] : ['whippet', peer]
    for (const library of turns) times[library].push(await visit(bundles.get(entry(name, library)), slowdown))
  }
  const [theirs, ours] = [peer, 'whippet'].map((library) => leastAndMedian(times[library]))
  const ratios = ours.map((ms, at) => ms / theirs[at])
  const tooSlow = Math.max(...ratios) > MOST
  const cells = [...theirs, ...ours].map((ms) => `${ms.toFixed(2)} ms`)
  row(`  ${name}, ${peer}: ${usable}`, [...cells, ...ratios.map((ratio) => ratio.toFixed(2))], tooSlow ? `above ${MOST}` : '')
  if (tooSlow) process.exitCode = 1
}

/** One page of its own, in a process of its own. */
async function visit(code, slowdown) {
  const context = await browser.newContext({ viewport: { width: 600, height: 400 } })
  try {
    const page = await context.newPage()
    page.on('pageerror', (error) => {
      console.error(error)
      process.exitCode = 1
    })
    // Isolated pages have the finer clock.
    const headers = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }
    await page.route('https://start.test/**', (route) =>
      route.fulfill({ headers, contentType: 'text/html', body: new URL(route.request().url()).pathname === '/' ? html : '' }),
    )
    await page.goto('https://start.test/')
    const session = await context.newCDPSession(page)
    await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown })
    return await page.evaluate((code) => globalThis.measure(code), code)
  } finally {
    await context.close()
  }
}

function leastAndMedian(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return [sorted[0], sorted[sorted.length >> 1]]
}

function row(name, cells, note = '') {
  console.log(`${name.padEnd(50)}${cells.map((cell) => cell.padStart(10)).join('')}   ${note}`.trimEnd())
}
