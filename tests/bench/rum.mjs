// `whippet/rum` beside web-vitals and Grafana Faro, each in a page of its own in one Chromium, by turns: what they cost
// the main thread of a page that loads 10,000 resources and is clicked 1,000 times, and what they send of a simple page
// view. Times depend on the machine, so nothing here fails because of them.
//
//     node tests/bench/rum.mjs [main thread|bytes]
import { build } from 'esbuild'
import { createServer } from 'node:http'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { chromium } from 'playwright-core'

const ROUNDS = Number(process.env.ROUNDS ?? 3)
const RESOURCES = 10_000
const INTERACTIONS = 1_000
const VISITS = 5
const here = path.dirname(fileURLToPath(import.meta.url))
const part = process.argv[2] ?? ''

const names = ['bare', 'web-vitals', 'faro', 'both', 'whippet']
const { outputFiles } = await build({
  bundle: true,
  define: { 'process.env.NODE_ENV': '"production"' },
  entryPoints: names.map((name) => path.join(here, `rum/${name}.js`)),
  format: 'iife',
  logLevel: 'error',
  minify: true,
  outdir: here,
  target: 'es2022',
  write: false,
})
const bundles = new Map(outputFiles.map(({ path: file, contents }) => [path.basename(file, '.js'), contents]))

const html = (name) => `<!doctype html><meta charset="utf-8"><title>${name}</title><link rel="icon" href="data:,">
<h1>A heading, the largest thing that is painted</h1><button style="width:200px;height:60px">count</button>
<script src="/lib/${name}.js"></script>
<script>
  let count = 0
  document.querySelector('button').onclick = (event) => { event.target.textContent = ++count }
  /** Loads count tiny resources, a few at a time. */
  const load = async (resources) => {
    let next = 0
    const one = async () => { while (next < resources) await (await fetch('/tiny/' + next++)).text() }
    await Promise.all(Array.from({ length: 32 }, one))
  }
  /** Simulates that the tab is hidden, which headless tabs never are. */
  const hide = () => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
    Object.defineProperty(document, 'hidden', { value: true, configurable: true })
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
  }
</script>`

let sent = []
const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost')
  if (pathname === '/sink') {
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    sent.push(Buffer.concat(chunks))
    response.writeHead(202).end()
  } else if (pathname.startsWith('/lib/')) {
    response.setHeader('content-type', 'text/javascript').end(bundles.get(path.basename(pathname, '.js')))
  } else if (pathname.startsWith('/tiny/')) {
    response.setHeader('content-type', 'text/plain').end('tiny')
  } else {
    response.setHeader('content-type', 'text/html').end(html(pathname.slice(1)))
  }
})
await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
const origin = `http://127.0.0.1:${server.address().port}`

const browser = await chromium.launch({
  executablePath: process.env.CHROME ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
})
try {
  console.log(`Chromium ${browser.version()}`)
  if ('main thread'.includes(part)) await mainThread()
  if ('bytes'.includes(part)) await bytes()
} finally {
  await browser.close()
  server.closeAllConnections()
  server.close()
}

/** The main-thread time of a page view, ms: JavaScript (`ScriptDuration` of DevTools), and all tasks. */
async function pageView(name) {
  const context = await browser.newContext({ viewport: { width: 600, height: 400 } })
  const page = await context.newPage()
  page.on('pageerror', (error) => {
    console.error(name, error)
    process.exitCode = 1
  })
  const session = await context.newCDPSession(page)
  await session.send('Performance.enable')
  await page.goto(`${origin}/${name}`)
  await page.evaluate((resources) => load(resources), RESOURCES)
  const at = await page.locator('button').boundingBox()
  const click = { x: at.x + 20, y: at.y + 20, button: 'left', clickCount: 1 }
  for (let i = 0; i < INTERACTIONS; i++) {
    // Only trusted events have an Event Timing entry.
    await session.send('Input.dispatchMouseEvent', { ...click, type: 'mousePressed' })
    await session.send('Input.dispatchMouseEvent', { ...click, type: 'mouseReleased' })
  }
  const clicks = Number(await page.textContent('button'))
  if (clicks !== INTERACTIONS) throw new Error(`${clicks} clicks arrived`)
  await page.evaluate(() => hide())
  await page.waitForTimeout(200)
  const { metrics } = await session.send('Performance.getMetrics')
  const value = (wanted) => metrics.find(({ name }) => name === wanted).value * 1000
  const times = { script: value('ScriptDuration'), task: value('TaskDuration') }
  await context.close()
  return times
}

async function mainThread() {
  const rounds = []
  for (let round = 0; round < ROUNDS; round++) {
    const times = {}
    // The peers take turns to be first.
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(turn + round) % names.length]
      times[name] = await pageView(name)
    }
    rounds.push(times)
    process.stderr.write(`round ${round + 1} of ${ROUNDS}\r`)
  }
  console.log(`\nMain thread, ${RESOURCES} resources and ${INTERACTIONS} clicks, medians of ${ROUNDS} interleaved rounds,`)
  console.log('less what the bare page of the same round took. Ratio: what is named by whippet; above 1, whippet costs less.\n')
  for (const [kind, title] of [
    ['script', 'JavaScript'],
    ['task', 'all tasks'],
  ]) {
    const cost = (name) => median(rounds.map((times) => times[name][kind] - times.bare[kind]))
    console.log(`${title} (the bare page: ${time(median(rounds.map(({ bare }) => bare[kind])))})`)
    const whippet = cost('whippet')
    for (const [name, label] of [
      ['web-vitals', 'web-vitals'],
      ['faro', 'Faro (web-vitals in it)'],
      ['both', 'web-vitals + Faro'],
      ['whippet', 'whippet/rum'],
    ]) {
      row(`  ${label}`, time(cost(name)), name === 'whippet' ? '' : (cost(name) / whippet).toFixed(2))
    }
  }
}

/** The bytes of a simple page view: load, one click, leave. */
async function bytes() {
  console.log(`\nSent of a simple page view, bodies, medians of ${VISITS} visits. Ratio: what is named by whippet.\n`)
  const sizes = {}
  for (const name of ['web-vitals', 'faro', 'whippet']) {
    const visits = []
    for (let visit = 0; visit < VISITS; visit++) {
      sent = []
      const context = await browser.newContext()
      const page = await context.newPage()
      await page.goto(`${origin}/${name}`)
      await page.click('button')
      await page.waitForTimeout(1_500)
      await page.goto('about:blank')
      await page.waitForTimeout(1_000)
      await context.close()
      visits.push({
        requests: sent.length,
        plain: sent.reduce((sum, body) => sum + body.length, 0),
        gzip: sent.reduce((sum, body) => sum + gzipSync(body).length, 0),
      })
    }
    sizes[name] = Object.fromEntries(['requests', 'plain', 'gzip'].map((key) => [key, median(visits.map((visit) => visit[key]))]))
  }
  row('', 'bytes', 'gzipped', 'requests', 'ratio')
  for (const [name, { plain, gzip, requests }] of Object.entries(sizes)) {
    row(`  ${name}`, plain, gzip, requests, name === 'whippet' ? '' : (plain / sizes.whippet.plain).toFixed(2))
  }
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}

function row(name, ...cells) {
  console.log(name.padEnd(30) + cells.map((cell) => String(cell).padStart(11)).join(''))
}

function time(ms) {
  return `${ms.toFixed(1)} ms`
}
