// Measures a real page, and checks the beacons that arrive when it is closed.
import { build } from 'esbuild'
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readBeacon } from './beacon.mjs'
import { eventually, launch } from './browser.mjs'

const html = `<!doctype html><meta charset="utf-8"><title>measured</title>
<h1>A heading, large enough to be the largest contentful paint</h1><button>slow</button>
<script src="/bundle.js"></script>
<script>
  document.querySelector('button').onclick = () => {
    const until = performance.now() + 120
    while (performance.now() < until);
    document.querySelector('h1').append('!')
  }
  /** Waits until the browser has told all observers of an entry of this type and name: those that were there before are told first. */
  window.told = (type, name) =>
    new Promise((done) => {
      const isIt = (entry) => !name || entry.name === name
      const observer = new PerformanceObserver((list) => list.getEntries().some(isIt) && done(true))
      observer.observe({ type, buffered: true, durationThreshold: 16 })
    })
  window.reports = []
  for (const name of ['CLS', 'FCP', 'INP', 'LCP', 'TTFB']) rum['on' + name]((metric) => reports.push(metric))
  window.measured = rum.startRum({ endpoint: '/v1/beacons', app: 'measured', flushInterval: 3_600_000 })
</script>`

let server, browser, origin, bundle
let beacons = []

before(async () => {
  const { outputFiles } = await build({
    bundle: true,
    logLevel: 'silent',
    stdin: {
      contents: `import * as rum from 'whippet/rum'; window.rum = rum`,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    write: false,
  })
  bundle = outputFiles[0].contents
  server = createServer(async (request, response) => {
    if (request.method === 'POST') {
      let body = ''
      try {
        for await (const chunk of request.setEncoding('utf8')) body += chunk
      } catch {
        // The browser cancels the requests of a page that is gone.
        return
      }
      if (process.env.SHOW) console.log(body)
      beacons.push(readBeacon(body))
      response.end()
    } else if (request.url === '/bundle.js') {
      response.setHeader('content-type', 'text/javascript').end(bundle)
    } else if (request.url.startsWith('/plain')) {
      response.setHeader('content-type', 'text/html').end('<!doctype html><p>elsewhere')
    } else {
      response.setHeader('content-type', 'text/html').end(html)
    }
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  origin = `http://127.0.0.1:${server.address().port}`
  // One test restores a page from the back/forward cache.
  browser = await launch({ ignoreDefaultArgs: ['--disable-back-forward-cache'] })
})

after(async () => {
  await browser?.close()
  server?.close()
})

/** Opens a measured page, and waits for FCP and TTFB. */
async function open(script) {
  beacons = []
  const context = await browser.newContext()
  const page = await context.newPage()
  if (script) await page.addInitScript(script)
  page.faults = []
  page.on('pageerror', (error) => page.faults.push(String(error)))
  await page.goto(`${origin}/orders/1042?token=secret#part`)
  if (script) return page
  const loaded = () => ['FCP', 'TTFB'].every((wanted) => reports.some(({ name }) => name === wanted))
  await page.waitForFunction(loaded)
  // After the first input the browser tells of no largest paint any more.
  await page.waitForFunction(() => told('largest-contentful-paint'))
  return page
}

/** The latest value of each vital that arrived. */
const vitals = () => Object.assign({}, ...beacons.map(({ vitals }) => vitals))

for (const round of [1, 2, 3, 4]) {
  test(`closing the tab 250 ms after a click loses nothing, not even INP (${round} of 4)`, async () => {
    const page = await open()
    await page.click('button')
    await page.waitForTimeout(250)
    // A busy machine takes longer to paint what the click changed; until then there is no INP.
    await page.waitForFunction(() => told('event', 'click'))
    await page.close()
    await eventually('a beacon', () => beacons.length)
    assert.deepEqual(Object.keys(vitals()).sort(), ['CLS', 'FCP', 'INP', 'LCP', 'TTFB'])
    assert.ok(vitals().INP.value >= 120, `INP ${vitals().INP.value}`)
    assert.deepEqual(page.faults, [])
  })
}

test('a beacon is small and scrubbed', async () => {
  const page = await open()
  await page.evaluate(() => {
    setTimeout(() => {
      throw new TypeError('broken at https://a.example/x?token=secret')
    })
    void Promise.reject(new Error('nobody cared'))
  })
  await eventually('two errors', () => page.faults.length === 2)
  await page.close()
  await eventually('a beacon', () => beacons.length)
  const [beacon] = beacons
  const text = JSON.stringify(beacon)
  assert.equal(beacon.page, '/orders/:id')
  assert.ok(!text.includes('secret'), text)
  assert.ok(text.length < 2048, `${text.length} bytes: ${text}`)
  const messages = beacon.errors.map(({ message }) => message).sort()
  assert.deepEqual(messages, ['Error: nobody cared', 'Uncaught TypeError: broken at https://a.example/x'])
})

test('a page restored from the back/forward cache is a new page view of the same visit', async () => {
  const page = await open()
  await page.goto(`${origin}/plain`)
  await eventually('a beacon of the first view', () => beacons.length)
  const [{ view, session }] = beacons
  beacons = []
  await page.goBack({ waitUntil: 'commit' })
  // TTFB is reported at once, the others when the page is painted.
  const back = () =>
    ['FCP', 'LCP', 'TTFB'].every((wanted) =>
      reports.some(({ name, navigationType }) => name === wanted && navigationType === 'back-forward-cache'),
    )
  await page.waitForFunction(back)
  await page.close()
  await eventually('a beacon of the second view', () => beacons.length)
  const [second] = beacons
  assert.notEqual(second.view, view)
  assert.equal(second.session, session)
  assert.equal(second.navigation, 'back-forward-cache')
  assert.deepEqual(Object.keys(second.vitals).sort(), ['CLS', 'FCP', 'LCP', 'TTFB'])
})

test('vitals have the members of web-vitals, and an error of a callback reaches the page', async () => {
  const page = await open()
  const [metric] = await page.evaluate(() => {
    rum.onFCP(() => {
      throw new Error('from a callback')
    })
    const paints = reports.filter(({ name }) => name === 'FCP')
    return paints.map((metric) => ({ ...metric, entries: metric.entries.map(String) }))
  })
  assert.match(metric.id, /^v6-\d{13}-\d{13}$/)
  assert.equal(metric.delta, metric.value)
  assert.equal(metric.navigationType, 'navigate')
  assert.deepEqual(metric.entries, ['[object PerformancePaintTiming]'])
  assert.ok(['good', 'needs-improvement', 'poor'].includes(metric.rating))
  await eventually("the error, as the page's own", () => page.faults.length)
  assert.deepEqual(page.faults, ['Error: from a callback'])
  await page.close()
})

test('counters that throw do not stop the beacon', async () => {
  const page = await open()
  beacons = []
  await page.evaluate(() => {
    const counters = () => ({
      get hits() {
        throw new Error('from a getter')
      },
    })
    window.own = rum.startRum({ endpoint: '/v1/beacons', app: 'throws', flushInterval: 3_600_000, counters })
  })
  await eventually('a beacon', async () => {
    await page.evaluate(() => own.flush())
    return beacons.some(({ app }) => app === 'throws')
  })
  await eventually("the error, as the page's own", () => page.faults.includes('Error: from a getter'))
  await page.close()
})

for (const [what, script] of [
  ['without PerformanceObserver', () => delete window.PerformanceObserver],
  [
    'with a PerformanceObserver that fails',
    () => {
      window.PerformanceObserver = class {
        constructor() {
          throw new Error('not here')
        }
      }
    },
  ],
  ['with broken timings', () => (performance.getEntriesByType = () => null)],
  [
    'without sendBeacon and storage',
    () => {
      navigator.sendBeacon = undefined
      Object.defineProperty(window, 'sessionStorage', {
        get() {
          throw new Error('denied')
        },
      })
    },
  ],
]) {
  test(`a page ${what} is not broken`, async () => {
    const page = await open(script)
    await page.click('button')
    await page.evaluate(() => {
      measured.flush()
      measured.consent(false)
      measured.consent(true)
      measured.stop()
      measured.stats()
    })
    assert.equal(await page.textContent('h1'), 'A heading, large enough to be the largest contentful paint!')
    assert.deepEqual(page.faults, [])
    await page.close()
  })
}
