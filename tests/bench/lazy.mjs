// `whippet/lazy` beside vanilla-lazyload and lozad: a page of 10,000 images in a real Chromium, registered, then
// scrolled through. Time is what the page's main thread was busy, as Chromium counts it. The ratio is the peer's
// by ours: above 1, ours is busy for less. It fails where a ratio of busy time stays below 1, noise aside, and where
// the layout shifts. Measure on an idle machine: ours waits for bursts, which end later where others work.
//
//     node tests/bench/lazy.mjs [part of a case's name]
import { build } from 'esbuild'
import { createServer } from 'node:http'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { png } from './lazy/png.mjs'

const IMAGES = 10_000
/** The least ratio that does not fail: 1, less what medians of the same code differ by from run to run. */
const LEAST = 0.95
const ROUNDS = Number(process.env.ROUNDS ?? 5)
const PEERS = ['vanilla-lazyload', 'lozad']
const LIBRARIES = [...PEERS, 'whippet']
const here = path.dirname(fileURLToPath(import.meta.url))
const part = process.argv[2] ?? ''

/** The scroll step, px; the number of screens at which it waits for the images; the server's delay, ms. */
const cases = [
  { name: 'registered', step: 0 },
  { name: 'read, six screens, one by one', step: 700, screens: 6, delay: 1 },
  { name: 'flung through', step: 5_000, delay: 30 },
]

const { outputFiles } = await build({
  bundle: true,
  define: { 'process.env.NODE_ENV': '"production"' },
  entryPoints: [path.join(here, 'lazy/page.js')],
  format: 'esm',
  minify: true,
  target: 'es2022',
  write: false,
})

let delay = 0
let requested = 0
const picture = png(80, 60, 7)
const PER_ROW = 12
const images = Array.from({ length: IMAGES }, (_, i) => {
  const image = `<img class="lazy" data-src="/img/${i}" width="80" height="60" alt="">`
  return i % PER_ROW ? image : `<p>${image}`
}).join('\n')
const server = createServer((request, answer) => {
  if (request.url === '/page.js') return answer.setHeader('content-type', 'text/javascript').end(outputFiles[0].text)
  if (!request.url.startsWith('/img/')) {
    answer.setHeader('content-type', 'text/html')
    return answer.end(
      `<!doctype html><meta charset="utf-8"><title>images</title><style>html { overflow-y: scroll } p { margin: 0 }</style><script type="module" src="/page.js"></script>${images}`,
    )
  }
  requested++
  setTimeout(() => answer.setHeader('content-type', 'image/png').setHeader('cache-control', 'no-store').end(picture), delay)
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const origin = `http://127.0.0.1:${server.address().port}/`

const browser = await chromium.launch({
  executablePath: process.env.CHROME ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--no-first-run'],
})
try {
  console.log(`Chromium ${browser.version()}, ${IMAGES} images, medians of ${ROUNDS} interleaved rounds, main thread\n`)
  row('', ...LIBRARIES, 'ratio to 1st', 'to 2nd')
  for (const one of cases.filter(({ name }) => name.includes(part))) await measure(one)
} finally {
  await browser.close()
  server.close()
}

async function measure({ name, step, screens = 0, delay: answerTime = 0 }) {
  delay = answerTime
  const rounds = Object.fromEntries(LIBRARIES.map((library) => [library, []]))
  for (let round = 0; round < ROUNDS; round++) {
    // The libraries take turns to be first.
    for (let turn = 0; turn < LIBRARIES.length; turn++) {
      const library = LIBRARIES[(round + turn) % LIBRARIES.length]
      rounds[library].push(await visit(library, step, screens))
    }
  }
  const median = (library, what) => {
    const values = rounds[library].map((round) => round[what]).sort((a, b) => a - b)
    return values[values.length >> 1]
  }
  const line = (label, what, least = 0) => {
    const values = LIBRARIES.map((library) => median(library, what))
    const ratios = values.slice(0, -1).map((value) => value / values.at(-1))
    row(label, ...values.map((ms) => `${ms.toFixed(1)} ms`), ...ratios.map((ratio) => ratio.toFixed(2)))
    if (Math.min(...ratios) >= least) return
    console.error(`  slower than a peer: the ratio is below ${least}`)
    process.exitCode = 1
  }
  line(name, 'busy', LEAST)
  line('  of which scripts', 'script')
  if (step === 0) return
  row('  images asked for', ...LIBRARIES.map((library) => median(library, 'requested')))
  row('  layout shift, at most', ...LIBRARIES.map((library) => Math.max(...rounds[library].map(({ shift }) => shift)).toFixed(3)))
  if (rounds.whippet.some(({ shift }) => shift > 0)) {
    console.error('whippet moved the layout, although all dimensions are given:')
    for (const { moved } of rounds.whippet) for (const one of moved) console.error(`  ${one}`)
    process.exitCode = 1
  }
}

async function visit(library, step, screens) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  const page = await context.newPage()
  page.on('pageerror', (error) => {
    console.error(error)
    process.exitCode = 1
  })
  await page.goto(origin)
  const session = await context.newCDPSession(page)
  // The thread's CPU time, without other processes.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const seconds = async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    return Object.fromEntries(metrics.map(({ name, value }) => [name, value]))
  }
  const frames = () => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
  await frames()
  requested = 0
  const before = await seconds()
  await page.evaluate((library) => globalThis.begin(library), library)
  await frames()
  if (step > 0) {
    await page.evaluate(([step, screens]) => globalThis.scroll(step, screens), [step, screens])
  }
  const after = await seconds()
  const { shift, moved } = await page.evaluate(() => ({ shift: globalThis.shift, moved: globalThis.moved }))
  await context.close()
  const spent = (what) => (after[what] - before[what]) * 1000
  return { busy: spent('TaskDuration'), script: spent('ScriptDuration'), requested, shift, moved }
}

function row(name, ...cells) {
  console.log(name.padEnd(32) + cells.map((cell) => String(cell).padStart(17)).join(''))
}
