// A page that startRum measures in a real browser, its server, and a server of another origin.
import { build } from 'esbuild'
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before } from 'node:test'
import { fileURLToPath } from 'node:url'
import { eventually, launch } from './browser.mjs'
import { readBeacon } from './beacon.mjs'

let server, elsewhere, bundle
/** How many pages were opened. Each has an address for beacons of its own, so that none of an earlier page is taken for one of a later. */
let opened = 0
export let browser
/** The origins of the page's server and of the other server. */
export let origin, other
/** The beacons that arrived, oldest first. */
export const beacons = []
/** The page's own requests. */
export const requests = []
/** Request handlers of a test, by path. */
export const answers = {}

const html = (options) => `<!doctype html><meta charset="utf-8"><title>measured</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css">
<h1>A heading</h1><img src="/a.png"><img src="/b.png"><img src="/missing.png"><button>go</button><p>text</p>
<script src="/bundle.js"></script>
<script>
  window.natives = [fetch, history.pushState, XMLHttpRequest.prototype.open, XMLHttpRequest.prototype.send]
  window.endpoint = '/v1/beacons?page=${opened}'
  window.own = ${options}
  window.rum = whippet.startRum({ endpoint, app: 'measured', flushInterval: 3_600_000, ...own })
</script>`

const gif = Buffer.from('R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==', 'base64')

/** Sends a beacon to the collector, if one runs, and records a refusal. */
async function checkWithCollector(text) {
  const collector = process.env.WHIPPET_COLLECTOR
  if (!collector) return
  const answer = await fetch(`${collector}/v1/beacons`, { method: 'POST', body: text })
  if (answer.status >= 400 && answer.status !== 429) beacons.push({ refused: await answer.text(), text })
}

const handle = async (request, response) => {
  const { pathname, search } = new URL(request.url, 'http://localhost')
  if (Object.hasOwn(answers, pathname)) {
    await answers[pathname](request, response)
  } else if (request.method === 'OPTIONS') {
    requests.push({ pathname: 'preflight', headers: request.headers })
    response.setHeader('access-control-allow-origin', '*').setHeader('access-control-allow-headers', '*').end()
  } else if (pathname === '/v1/beacons') {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    if (search === `?page=${opened}`) beacons.push(readBeacon(body))
    await checkWithCollector(body)
    response.end()
  } else if (pathname.startsWith('/api')) {
    requests.push({ pathname, headers: request.headers })
    response.setHeader('server-timing', 'db;dur=12.5, cache miss;dur=2').setHeader('access-control-allow-origin', '*')
    response.setHeader('timing-allow-origin', '*').end('{}')
  } else if (pathname === '/bundle.js') {
    response.setHeader('content-type', 'text/javascript').end(bundle)
  } else if (pathname === '/style.css') {
    response.setHeader('content-type', 'text/css').end('h1 { color: teal }')
  } else if (pathname === '/missing.png') {
    response.writeHead(404).end()
  } else if (pathname.endsWith('.png')) {
    response.setHeader('content-type', 'image/gif').end(gif)
  } else {
    const options = new URL(request.url, 'http://localhost').searchParams.get('own') ?? '{}'
    response.setHeader('server-timing', 'db;dur=30;desc="all", render;dur=4')
    response.setHeader('content-type', 'text/html').end(html(options))
  }
}

before(async () => {
  const { outputFiles } = await build({
    bundle: true,
    logLevel: 'silent',
    stdin: {
      contents: `
        import * as whippet from 'whippet'
        window.whippet = whippet`,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    write: false,
  })
  bundle = outputFiles[0].contents
  const start = async () => {
    const one = createServer((request, response) =>
      handle(request, response).catch((error) => {
        // The browser cancels the requests of a context that is closed.
        if (request.complete) throw error
      }),
    )
    await new Promise((listening) => one.listen(0, '127.0.0.1', listening))
    return [one, `http://127.0.0.1:${one.address().port}`]
  }
  ;[server, origin] = await start()
  ;[elsewhere, other] = await start()
  browser = await launch({ ignoreDefaultArgs: ['--disable-back-forward-cache'] })
})

after(async () => {
  await browser?.close()
  server?.close()
  elsewhere?.close()
})

/** In a page: waits until all that measures it was told that it is loaded, and what was painted. */
async function painted() {
  const told = (type, name) =>
    new Promise((done) => {
      // The browser tells all observers in one task, those that were there before first.
      const observer = new PerformanceObserver(
        (list) => list.getEntries().some((entry) => !name || entry.name === name) && done(),
      )
      observer.observe({ type, buffered: true })
    })
  await told('paint', 'first-contentful-paint')
  await told('largest-contentful-paint')
  // TTFB and CLS are reported in tasks of their own.
  await new Promise((done) => setTimeout(() => setTimeout(done)))
  return true
}

/** Opens a page that is measured with `options` (JavaScript source), and waits until it is loaded. */
export async function open({ options = '{}', path = '/orders/1042', script, argument, onConsole, context } = {}) {
  opened++
  beacons.length = 0
  requests.length = 0
  context ??= await browser.newContext()
  const page = await context.newPage()
  page.faults = []
  page.on('pageerror', (error) => page.faults.push(String(error)))
  if (onConsole) page.on('console', onConsole)
  if (script) await page.addInitScript(script, argument)
  await page.goto(`${origin}${path}?token=secret&own=${encodeURIComponent(options)}`)
  await page.waitForFunction(() => document.readyState === 'complete')
  // The script may have left the page neither timers nor observers.
  if (script) await page.waitForTimeout(200)
  else await page.waitForFunction(painted)
  return page
}

/**
 * Flushes; returns all beacons so far, merged. Beacons of one flush arrive in any order, and the browser tells of some things late:
 * this goes on until `has` finds what the test is about. What is missing in the end, the test's assertions say.
 */
export async function flush(page, has = () => true) {
  await page.evaluate(() => rum.flush())
  await eventually('a beacon', () => beacons.length)
  const until = Date.now() + 30_000
  while (!has(all()) && Date.now() < until) {
    await page.waitForTimeout(100)
    await page.evaluate(() => rum.flush())
  }
  await page.waitForTimeout(200)
  assert.deepEqual(
    beacons.filter(({ refused }) => refused),
    [],
  )
  return all()
}

/** Merges the lists of beacons. */
export function all(list = beacons) {
  const sum = {}
  for (const beacon of list) {
    for (const [key, value] of Object.entries(beacon)) {
      if (Array.isArray(value)) sum[key] = [...(sum[key] ?? []), ...value]
      else if (value && typeof value === 'object') sum[key] = { ...sum[key], ...value }
      else sum[key] = value
    }
  }
  return sum
}

/**
 * Leaves the page, so that it sends its last beacons. `closed` alone would race with them: the browser cancels the requests of
 * a context that is closed.
 */
export const hide = (page) => page.goto('about:blank')

export async function closed(page) {
  await page.context().close()
  assert.deepEqual(
    beacons.filter(({ refused }) => refused),
    [],
  )
}
