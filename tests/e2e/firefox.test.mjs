// The package, the demo and the dashboard in Firefox, which supports fewer performance entry types than Chromium, and other
// ways to send beacons from a closed page.
import { build } from 'esbuild'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import puppeteer from 'puppeteer-core'
import { readBeacon } from './beacon.mjs'
import { collector, demo, eventually, PATIENCE } from './browser.mjs'

const executablePath = process.env.FIREFOX
const wait = (ms) => new Promise((done) => setTimeout(done, ms))
const leptos = process.env.WHIPPET_LEPTOS ?? fileURLToPath(new URL('../../target/dev-wasm/leptos', import.meta.url))

/** The Leptos app of tests/e2e/leptos. */
const leptosHtml = `<!doctype html><title>Leptos</title><link rel="icon" href="data:,">
<script type="module">
  import init, * as app from '/app/page.js'
  window.keepLeptosBeacon = (text) => text
  window.onBuy = () => {
    const until = performance.now() + 120
    while (performance.now() < until);
  }
  await init()
  app.start(true)
  window.app = app
</script>`

const html = `<!doctype html><meta charset="utf-8"><title>measured</title><link rel="icon" href="data:,">
<h1>A heading, large enough to be the largest contentful paint of this page</h1><button>slow</button>
<img data-src="/picture.svg" width="10" height="10"><script src="/bundle.js"></script>
<script>
  document.querySelector('button').onclick = () => {
    const until = performance.now() + 120
    while (performance.now() < until);
    document.querySelector('h1').append('!')
  }
  window.reports = { ours: [], theirs: [] }
  for (const [who, library] of Object.entries({ ours: peers.ours, theirs: peers.theirs })) {
    for (const name of ['CLS', 'FCP', 'INP', 'LCP', 'TTFB']) {
      library['on' + name](({ id, entries, attribution, ...metric }) => {
        // Entries are compared by their members, because each library got its own objects.
        reports[who].push({ ...metric, ...JSON.parse(JSON.stringify({ entries, attribution })) })
      })
    }
  }
  window.rum = whippet.startRum({ endpoint: '/v1/beacons', app: 'measured', flushInterval: 3_600_000 })
</script>`

describe('in Firefox', { skip: !executablePath && 'there is none: the variable FIREFOX names it' }, () => {
  let server, browser, origin
  let beacons = []
  let version = 1

  before(async () => {
    const { outputFiles } = await build({
      bundle: true,
      logLevel: 'silent',
      stdin: {
        contents: `
          import * as whippet from 'whippet'
          import * as ours from 'whippet/rum/attribution'
          import * as theirs from 'web-vitals/attribution'
          Object.assign(window, { whippet, peers: { ours, theirs } })`,
        resolveDir: fileURLToPath(new URL('.', import.meta.url)),
      },
      write: false,
    })
    server = createServer(async (request, response) => {
      if (request.method === 'POST') {
        let body = ''
        for await (const chunk of request.setEncoding('utf8')) body += chunk
        beacons.push(readBeacon(body))
        response.end()
      } else if (request.url === '/bundle.js') {
        response.setHeader('content-type', 'text/javascript').end(outputFiles[0].contents)
      } else if (request.url.startsWith('/app/')) {
        response.setHeader('content-type', request.url.endsWith('.wasm') ? 'application/wasm' : 'text/javascript')
        response.end(readFileSync(leptos + request.url.slice('/app'.length)))
      } else if (request.url === '/leptos') {
        response.setHeader('content-type', 'text/html').end(leptosHtml)
      } else if (request.url === '/picture.svg') {
        response.setHeader('content-type', 'image/svg+xml')
        response.end('<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>')
      } else if (request.url === '/rows') {
        response.setHeader('content-type', 'application/json')
        const row = (id) => ({ id, text: 'x'.repeat(20), ...(id === 7 && { version }) })
        response.end(JSON.stringify({ rows: Array.from({ length: 100 }, (_, id) => row(id)) }))
      } else if (request.url === '/plain') {
        response.setHeader('content-type', 'text/html').end('<!doctype html><p>elsewhere')
      } else {
        // Firefox rounds times to 1 ms, and a first byte after 0 ms is none.
        await wait(20)
        response.setHeader('content-type', 'text/html').end(html)
      }
    })
    await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
    origin = `http://127.0.0.1:${server.address().port}`
    // On a busy machine half a minute, the default, may be too short.
    browser = await puppeteer.launch({ browser: 'firefox', executablePath, timeout: 180_000 })
  })

  after(async () => {
    await browser?.close()
    server?.closeAllConnections()
    server?.close()
  })

  async function open(url = `${origin}/orders/1042`) {
    beacons = []
    const page = await browser.newPage()
    page.setDefaultTimeout(PATIENCE)
    // A background tab is not painted.
    await page.bringToFront()
    page.faults = []
    page.on('pageerror', (error) => page.faults.push(String(error)))
    page.on('console', (message) => message.type() === 'error' && page.faults.push(message.text()))
    await page.goto(url)
    return page
  }
  /** Waits until the browser tells of an entry of this type, and of this name if one is given. It may have done so before. */
  const entry = (page, type, name) =>
    page.evaluate(
      (type, name) =>
        new Promise((done) => {
          const look = (list) => list.getEntries().some((entry) => !name || entry.name === name) && done()
          new PerformanceObserver(look).observe({ type, buffered: true })
        }),
      type,
      name,
    )
  /** Clicks, and waits until the browser has told of it, and what it told is taken in: that is done in an idle period. */
  const click = async (page) => {
    await page.click('button')
    await entry(page, 'event', 'click')
    await page.evaluate(() => new Promise((done) => requestIdleCallback(() => setTimeout(done, 50), { timeout: 1000 })))
  }
  const measured = async () => {
    // Where Firefox starts a process for a page, it says that the first byte came before the page began, and there is no TTFB.
    const page = await open(`${origin}/plain`)
    await page.goto(`${origin}/orders/1042`)
    await page.waitForFunction(() =>
      Object.values(reports).every((told) => ['FCP', 'TTFB'].every((name) => told.some((report) => report.name === name))),
    )
    // Final at the first input.
    await entry(page, 'largest-contentful-paint')
    return page
  }

  test('the vitals and their attribution equal those of web-vitals', async () => {
    const page = await measured()
    await click(page)
    await page.evaluate(() => {
      Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
      document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
    })
    const { ours, theirs } = await page.evaluate(() => reports)
    const names = (reports) => reports.map(({ name }) => name).sort()
    assert.deepEqual(names(ours), names(theirs))
    assert.ok(
      ['FCP', 'INP', 'LCP', 'TTFB'].every((name) => names(ours).includes(name)),
      names(ours).join(),
    )
    for (const report of ours)
      assert.deepEqual(
        report,
        theirs.find(({ name }) => name === report.name),
      )
    assert.deepEqual(page.faults, [])
    await page.close()
  })

  test('a tab that is closed 250 ms after a click reports INP', async () => {
    // Firefox may stop a page's scripts during `pagehide`, which is more likely on a busy machine.
    const reported = []
    for (let visit = 0; visit < 6 && reported.length < 2; visit++) {
      const page = await measured()
      await page.click('button')
      // Before its frame is painted nobody knows how long the click took.
      await Promise.all([wait(250), entry(page, 'event', 'click')])
      await page.close()
      const told = () => beacons.filter(({ vitals }) => vitals?.INP).slice(0, 1)
      for (let tenths = 0; tenths < 50 && !told().length; tenths++) await wait(100)
      reported.push(...told())
    }
    assert.equal(reported.length, 2)
    for (const { vitals, timings, resources } of reported) {
      assert.ok(vitals.INP.value >= 120 && vitals.LCP.value > 0 && vitals.FCP.value > 0, JSON.stringify(vitals))
      assert.ok(timings['page.load'] > 0)
      assert.equal(resources[new URL(origin).host].script.count, 1)
    }
  })

  test('8 of 8 beacons arrive from a page that navigates away', async () => {
    for (let visit = 0; visit < 8; visit++) {
      const page = await measured()
      await page.evaluate((visit) => rum.count(`visit.${visit}`), visit)
      await page.goto(`${origin}/plain`)
      await eventually(`beacon ${visit}`, () => beacons.some(({ counters }) => counters?.[`visit.${visit}`] === 1))
      await page.close()
    }
  })

  test('a Leptos app reports what Firefox supports, and no CLS', async () => {
    const page = await open(`${origin}/leptos`)
    await page.waitForFunction(() => window.app && document.querySelector('button'))
    // Final at the first input.
    await entry(page, 'largest-contentful-paint')
    await click(page)
    await page.evaluate(() => app.call('flush', '', 0))
    await eventually('a beacon', () => beacons.some(({ vitals }) => vitals?.INP))
    const vitals = Object.assign({}, ...beacons.map(({ vitals }) => vitals))
    assert.deepEqual(
      Object.keys(vitals)
        .filter((name) => name !== 'TTFB')
        .sort(),
      ['FCP', 'INP', 'LCP'],
    )
    assert.ok(vitals.INP.value >= 120, JSON.stringify(vitals))
    assert.deepEqual(page.faults, [])
    await page.close()
  })

  test('queries share unchanged data, calls are paced, images load', async () => {
    const page = await open()
    version = 1
    const before = await page.evaluate(async () => {
      const { QueryClient, debounce, jsonQuery, lazy } = whippet
      window.client = new QueryClient()
      window.options = { queryKey: ['rows'], queryFn: jsonQuery('/rows') }
      window.first = await client.fetchQuery(options)
      let calls = 0
      const paced = debounce(() => calls++, 20)
      for (let i = 0; i < 10; i++) paced()
      lazy('img')
      while (!calls) await new Promise((done) => setTimeout(done, 10))
      // Long enough for a second one.
      await new Promise((done) => setTimeout(done, 200))
      return { rows: first.rows.length, version: first.rows[7].version, calls }
    })
    assert.deepEqual(before, { rows: 100, version: 1, calls: 1 })
    version = 2
    const again = await page.evaluate(async () => {
      const { rows } = await client.fetchQuery(options)
      return { version: rows[7].version, same: rows.filter((row, at) => row === first.rows[at]).length }
    })
    assert.deepEqual(again, { version: 2, same: 99 })
    await page.waitForFunction(() => document.querySelector('img').complete && document.querySelector('img').src)
    assert.deepEqual(page.faults, [])
    await page.close()
  })

  test('the demo', async () => {
    const page = await open(demo)
    await page.waitForSelector('[data-testid="row"]')
    await page.type('[data-testid="search"]', 'axum')
    await page.waitForFunction(() =>
      document.querySelector('[data-testid="row"]')?.getAttribute('data-package')?.includes('axum'),
    )
    assert.deepEqual(page.faults, [])
    await page.close()
  })

  for (const name of ['', 'alerts', 'releases', 'vitals', 'loading', 'errors']) {
    test(`the dashboard's page ${name || 'overview'}`, async () => {
      const page = await open(`${collector}/${name}`)
      await page.waitForSelector('main')
      await page.waitForFunction(() => document.querySelector('main')?.innerText.length > 50)
      assert.deepEqual(page.faults, [])
      await page.close()
    })
  }
})
