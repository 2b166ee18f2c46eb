// The whole package with a Content-Security-Policy that allows only what the README requires: 'wasm-unsafe-eval'. Measuring
// alone, with one that does not even allow that.
import { build } from 'esbuild'
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readBeacon } from './beacon.mjs'
import { eventually, launch, painted } from './browser.mjs'

const policy = `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; img-src 'self'`

const script = `
  import { QueryClient, debounce, jsonQuery, lazy, onLCP, startRum } from 'whippet'

  window.violations = []
  document.addEventListener('securitypolicyviolation', (event) => violations.push(event.violatedDirective + ' ' + event.blockedURI))
  window.rum = startRum({ endpoint: '/beacons', app: 'strict', flushInterval: 3_600_000 })
  onLCP(() => (window.painted = true))
  lazy('img')
  // Enough values for a histogram.
  for (let value = 1; value <= 20; value++) rum.timing('many', value)
  debounce(async () => {
    window.rows = await new QueryClient().fetchQuery({ queryKey: ['rows'], queryFn: jsonQuery('/rows') })
  }, 10)()
`

const measuring = `
  import { onLCP, startRum } from 'whippet/rum'

  window.rum = startRum({ endpoint: '/beacons', app: 'stricter', flushInterval: 3_600_000 })
  onLCP(() => (window.painted = true))
  for (let value = 1; value <= 20; value++) rum.timing('many', value)
`

let server, browser, origin
const bundles = {}
const beacons = []

before(async () => {
  const resolveDir = fileURLToPath(new URL('.', import.meta.url))
  for (const [name, contents] of Object.entries({ strict: script, stricter: measuring })) {
    const { outputFiles } = await build({ bundle: true, logLevel: 'silent', stdin: { contents, resolveDir }, write: false })
    bundles[`/${name}.js`] = outputFiles[0].contents
  }
  server = createServer(async (request, response) => {
    const isStricter = request.url === '/stricter'
    response.setHeader('content-security-policy', isStricter ? policy.replace(" 'wasm-unsafe-eval'", '') : policy)
    if (request.method === 'POST') {
      let body = ''
      for await (const chunk of request.setEncoding('utf8')) body += chunk
      beacons.push(readBeacon(body))
      response.end()
    } else if (bundles[request.url]) response.setHeader('content-type', 'text/javascript').end(bundles[request.url])
    else if (request.url === '/rows') response.setHeader('content-type', 'application/json').end('{"rows":[1,2,3]}')
    else if (request.url === '/picture.svg') {
      response.setHeader('content-type', 'image/svg+xml').end('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    } else {
      const html =
        '<!doctype html><link rel="icon" href="/picture.svg"><h1>strict</h1><img data-src="/picture.svg" width="9" height="9">'
      response
        .setHeader('content-type', 'text/html')
        .end(`${html}<script src="/${isStricter ? 'stricter' : 'strict'}.js"></script>`)
    }
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  origin = `http://127.0.0.1:${server.address().port}`
  browser = await launch()
})

after(async () => {
  await browser?.close()
  server?.closeAllConnections()
  server?.close()
})

test('everything works, and nothing violates the policy', async () => {
  const page = await browser.newPage()
  const faults = []
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('console', (message) => message.type() !== 'log' && faults.push(message.text()))
  await page.goto(origin)
  await page.waitForFunction(() => window.rows && document.querySelector('img').complete && document.querySelector('img').src)
  assert.deepEqual(await page.evaluate(() => rows), { rows: [1, 2, 3] })
  // The click ends LCP, and makes it known.
  await painted(page)
  await page.click('h1')
  await page.waitForFunction(() => window.painted)
  await page.evaluate(() => rum.flush())
  const beacon = await eventually('a beacon', () => beacons.find(({ app }) => app === 'strict'))
  assert.ok(beacon.vitals.LCP && beacon.histograms.many, JSON.stringify(beacon))
  assert.deepEqual(await page.evaluate(() => violations), [])
  assert.deepEqual(faults, [])
})

test('measuring needs no wasm, and violates no policy', async () => {
  const page = await browser.newPage()
  const faults = []
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('console', (message) => message.type() !== 'log' && faults.push(message.text()))
  await page.goto(`${origin}/stricter`)
  await page.waitForFunction(() => window.rum)
  await painted(page)
  await page.click('h1')
  await page.waitForFunction(() => window.painted)
  await page.evaluate(() => rum.flush())
  const beacon = await eventually('a beacon', () => beacons.find(({ app }) => app === 'stricter'))
  assert.ok(beacon.vitals.LCP && beacon.histograms.many, JSON.stringify(beacon))
  assert.deepEqual(faults, [])
})
