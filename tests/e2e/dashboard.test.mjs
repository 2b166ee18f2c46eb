// The way through the house: what a page measured is on the dashboard within 15 seconds.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { collector, demo, eventually, launch, noFaults, open, painted, picture } from './browser.mjs'
import { ownCollector as startCollector } from './own-collector.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

const status = async () => (await fetch(`${collector}/api/status`)).json()
const last15Minutes = () => `from=${Date.now() - 15 * 60_000}&to=${Date.now()}`

test('a session in the demo is on the dashboard within 15 s', async () => {
  const before = (await status()).beacons
  const page = await open(browser, demo)
  await page.getByTestId('row').first().waitFor()
  // The first key ends LCP.
  await painted(page)
  await page.getByTestId('search').pressSequentially('axum', { delay: 30 })
  await page.getByTestId('row-link').first().click()
  await page.getByTestId('details-body').waitFor()
  const started = Date.now()
  await eventually('a beacon of this session', async () => (await status()).beacons > before)
  await eventually('its vitals', async () => {
    const answer = await fetch(`${collector}/api/vitals?${last15Minutes()}`)
    const { metrics } = await answer.json()
    return metrics.find((metric) => metric.name === 'LCP').count > 0 || page.close()
  })
  assert.ok(Date.now() - started < 15_000)
  await page.context().close()
})

const pages = ['', 'alerts', 'releases', 'backend', 'vitals', 'loading', 'cache', 'custom', 'errors']

for (const name of pages) {
  for (const colorScheme of ['light', 'dark']) {
    test(`the page ${name || 'overview'} shows data, ${colorScheme}`, async () => {
      const page = await open(browser, `${collector}/${name}`, { colorScheme })
      const main = page.getByRole('main')
      await main.waitFor()
      await page.waitForLoadState('networkidle')
      // The network is also idle while a busy machine still compiles the page.
      await eventually('its contents', async () => (await main.innerText()).length > 50)
      await picture(page, `dashboard-${name || 'overview'}-${colorScheme}`)
      noFaults(page)
      await page.context().close()
    })
  }
}

/** Starts a collector of this test's own, with nothing in it. Resolves to its address. */
async function ownCollector(t, more = []) {
  const { address, end } = await startCollector(more)
  t.after(end)
  return address
}

/** Sends a page view with all members. `headers` are those of a proxy. */
async function report(address, id, fingerprint = id, headers = {}) {
  const beacon = {
    v: 1,
    id,
    session: 'e2e',
    view: id,
    app: 'told',
    page: '/told',
    navigation: 'navigate',
    device: 'desktop',
    sentAt: Date.now(),
    vitals: {
      LCP: {
        value: 3000,
        rating: 'needs-improvement',
        target: 'main>img.told',
        url: 'https://told.example/hero.avif',
        parts: { ttfb: 180, loadDelay: 220, load: 2600 },
      },
      INP: { value: 120, state: 'keyboard', parts: { input: 20, processing: 100 } },
    },
    phases: { dns: 21, dom: 640 },
    timings: { 'page.load': 1400, 'server.told-db': 12, 'frame.duration': 140, 'frame.blocking': 90, 'told.step': 250 },
    counters: {
      'told.clicks': 3,
      'json.bytes_wire': 9 * 1024,
      'json.bytes_received': 12 * 1024 ** 2,
      'json.bytes_compared': 11 * 1024 ** 2,
      'json.bytes_parsed': 300 * 1024,
    },
    gauges: { 'told.items': 4 },
    resources: { 'told.example': { image: { count: 4, bytes: 4096, cached: 1, duration: 800, slowest: 400 } } },
    scripts: [{ source: 'https://told.example/app.js', invoker: 'BUTTON.told', duration: 90 }],
    errors: [{ message: 'TypeError: told', source: 'app.js:1:2', stack: 'at told (app.js:1:2)\nat app.js:9:9', fingerprint }],
    dropped: 3,
    drops: { scripts: 2, beacons: 1 },
  }
  const answer = await fetch(`${address}/v1/beacons`, { method: 'POST', headers, body: JSON.stringify(beacon) })
  assert.equal(answer.status, 204, await answer.text())
}

test('the overview says how many apps it hides, and shows one that is chosen', async (t) => {
  const address = await ownCollector(t, ['--trust-proxy', '1'])
  await report(address, 'one', 'one', { 'x-forwarded-for': '203.0.113.7' })
  const page = await open(browser, address)
  const main = page.getByRole('main')
  await main.getByText('1 app is not shown here, as one address alone has reported it.').waitFor()
  assert.equal(await main.getByRole('heading', { name: 'told' }).count(), 0)
  // As the note says. The one app that there is can be chosen, too.
  await main.locator('.picker', { hasText: /^App/ }).locator('select').selectOption('told')
  await page.waitForURL(/app=told/)
  await page.reload()
  await main.getByRole('heading', { name: 'told' }).waitFor()
  assert.equal(await main.getByText('not shown here').count(), 0)
  await page.goto(address)
  // A second address confirms it.
  await report(address, 'two', 'two', { 'x-forwarded-for': '198.51.100.9' })
  await page.reload()
  await main.getByRole('heading', { name: 'told' }).waitFor()
  noFaults(page)
  await page.context().close()
})

test('what a page tells is shown where it belongs', async (t) => {
  const address = await ownCollector(t)
  await report(address, 'told')
  const page = await open(browser, `${address}/loading`)
  const shows = (text) => page.getByRole('main').getByText(text).first().waitFor()
  for (const text of ['DNS lookup', 'told-db', 'told.example', 'BUTTON.told']) await shows(text)
  await page.goto(`${address}/custom`)
  for (const text of ['told.step', 'told.clicks', 'told.items']) await shows(text)
  await page.goto(`${address}/cache`)
  await shows(/Of 12\sMiB of JSON, 9\sKiB were transferred and 300\sKiB were parsed\./)
  for (const [name, figure] of [
    ['On the wire', '9 KiB'],
    ['Received', '12 MiB'],
    ['Compared', '11 MiB'],
    ['Parsed', '300 KiB'],
  ]) {
    const tile = page
      .getByRole('main')
      .locator('.tile')
      .filter({ has: page.getByText(name, { exact: true }) })
    assert.equal((await tile.locator('.tile-figure').innerText()).replace('\u00a0', ' '), figure, name)
  }
  await picture(page, 'dashboard-cache')
  await page.goto(`${address}/vitals`)
  for (const text of ['main>img.told', 'https://told.example/hero.avif', 'keyboard']) await shows(text)
  const parts = await page.getByRole('list', { name: 'Phases of LCP' }).getByRole('listitem').allInnerTexts()
  assert.deepEqual(
    parts.map((part) => part.replace(/\s+/g, ' ').trim()),
    ['Time to first byte 180 ms', 'Resource load delay 220 ms', 'Resource load duration 2.6 s', 'Element render delay 0 ms'],
  )
  await page.goto(address)
  await shows('Lost in pages in the last hour: 2 scripts of long frames, 1 beacon.')
  noFaults(page)
  await page.context().close()
})

/** A table's rows, each its cells' texts. */
async function table(page, name) {
  const rows = page.getByRole('table', { name }).locator('tbody tr')
  await rows.first().waitFor()
  return rows.evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.innerText.replace(/\s+/g, ' ').trim())))
}

test("the Loading page's figures are those that the beacons come to", async (t) => {
  const address = await ownCollector(t)
  for (const [at, [request, bytes, failed]] of [
    [100, 1000, 0],
    [200, 3000, 0],
    [300, 4000, 1],
    [400, 2240, 0],
  ].entries()) {
    const beacon = {
      v: 1,
      id: `sum${at}-1`,
      session: 'e2e',
      app: 'told',
      page: '/told',
      navigation: 'navigate',
      device: 'phone',
      sentAt: Date.now(),
      phases: at === 3 ? { dns: 40, request } : { request },
      resources: { 'told.example': { image: { count: 2, bytes, cached: 1, failed, duration: request, slowest: request - 20 } } },
    }
    const answer = await fetch(`${address}/v1/beacons`, { method: 'POST', body: JSON.stringify(beacon) })
    assert.equal(answer.status, 204, await answer.text())
  }
  const page = await open(browser, `${address}/loading`)
  const phases = await table(page, /^Phases/)
  assert.equal(phases.length, 8, 'those that took no time too')
  // Of 0, 0, 0 and 40: the 2nd, the 3rd, the 4th, the largest.
  assert.deepEqual(phases[1], ['DNS lookup', '4', '0 ms', '0 ms', '40 ms', '40 ms'])
  const [, count, p50, p75, p95, largest] = phases[4]
  assert.deepEqual([count, p95, largest], ['4', '400 ms', '400 ms'])
  // Percentiles in between are right to within half of a bucket, 1.1 %.
  for (const [shown, exact] of [
    [p50, 200],
    [p75, 300],
  ]) {
    assert.ok(Math.abs(Number.parseFloat(shown) - exact) <= exact * 0.011 + 0.5, `${shown} for ${exact}`)
  }
  // 8 images of 10,240 bytes, which took 1,000 ms together; 4 from the cache, one that failed.
  assert.deepEqual(await table(page, /^Resources/), [['told.example', 'image', '8', '10 KiB', '50 %', '1', '125 ms', '380 ms']])
  noFaults(page)
  await page.context().close()
})

test("an error's stack unfolds by keyboard, and stays when the figures change", async (t) => {
  const address = await ownCollector(t)
  await report(address, 'first', 'same')
  const page = await open(browser, `${address}/errors`)
  const row = page.getByRole('row').nth(1)
  const stack = row.getByText('at told (app.js:1:2)')
  await row.locator('summary').waitFor()
  assert.equal(await stack.isVisible(), false)
  await row.locator('summary').focus()
  await page.keyboard.press('Enter')
  assert.ok(await stack.isVisible())
  const count = () => row.getByRole('cell').nth(0).innerText()
  const before = await count()
  await report(address, 'second', 'same')
  // At once: after a slow answer the next request waits twenty times as long. Without the mouse, which would move the focus.
  await page.getByRole('button', { name: 'Refresh now' }).evaluate((button) => button.click())
  await eventually('another count', async () => (await count()) !== before)
  assert.ok(await stack.isVisible())
  assert.ok(await row.locator('summary').evaluate((summary) => summary === document.activeElement))
  await picture(page, 'dashboard-stack')
  noFaults(page)
  await page.context().close()
})

test('bars and legends keep their colours where the system sets all others, and paper cuts no table off', async () => {
  const page = await open(browser, `${collector}/vitals`)
  const style = (selector, name) =>
    page
      .locator(selector)
      .first()
      .evaluate((element, name) => getComputedStyle(element)[name], name)
  await page.locator('.rating-bar i').first().waitFor({ state: 'attached' })
  await page.emulateMedia({ forcedColors: 'active' })
  for (const bar of ['.rating-bar i', '.swatch']) assert.equal(await style(bar, 'forcedColorAdjust'), 'none', bar)
  await page.emulateMedia({ forcedColors: 'none', media: 'print' })
  assert.equal(await style('.table', 'overflowX'), 'visible')
  assert.equal(await style('.header', 'position'), 'static')
  noFaults(page)
  await page.context().close()
})

for (const name of ['', 'alerts', 'releases', 'backend', 'loading', 'errors', 'vitals', 'custom']) {
  test(`${name || 'the overview'} fits a phone`, async () => {
    const page = await open(browser, `${collector}/${name}`, { viewport: { width: 375, height: 800 } })
    await page.getByRole('main').waitFor()
    await page.waitForLoadState('networkidle')
    const [content, view] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth])
    assert.ok(content <= view, `${content} px wide in ${view}`)
    const here = await page.locator('nav [aria-current=page]').boundingBox()
    assert.ok(here.x >= 0 && here.x + here.width <= view, 'the name of the page one is on is in sight')
    await picture(page, `dashboard-phone${name && `-${name}`}`)
    await page.context().close()
  })
}

test('the demo backend is scraped and shown: routes, database, cache', async () => {
  // A series that the first scrape shows is a baseline: requests count from the second on.
  let searches = 0
  await eventually('two scrapes with requests between them', async () => {
    // A search of its own each, which no cache answers.
    await (await fetch(`${demo}/api/packages?q=search${searches++}`)).arrayBuffer()
    const answer = await fetch(`${collector}/api/backend?target=demo&${last15Minutes()}`)
    const { routes, operations, caches } = await answer.json()
    const isTimed = routes.some((route) => route.name.includes('/api/packages') && route.p95 > 0)
    return isTimed && operations.length > 0 && caches.lines.length > 0
  })
})

test('the backend page says from which metrics it is computed, and charts any other', async () => {
  const page = await open(browser, `${collector}/backend?target=demo`)
  const main = page.getByRole('main')
  await main.getByText('From http_request_duration_seconds').first().waitFor()
  await main.getByRole('button', { name: /^Show all \d+ metrics$/ }).click()
  const checkbox = await main.getByRole('checkbox', { name: 'Only those that no pattern knows' }).boundingBox()
  assert.ok(checkbox.width <= 20 && checkbox.height <= 20, `a checkbox, not a field for text: ${checkbox.width} px wide`)
  await main.getByRole('link', { name: 'http_request_duration_seconds', exact: true }).click()
  await main.getByRole('heading', { name: 'http_request_duration_seconds: percentiles' }).waitFor()
  await main.getByLabel('Grouped by').selectOption('method')
  await page.waitForURL(/by=method/)
  await main.getByText(/^p95 /).first().waitFor()
  noFaults(page)
  await page.context().close()
})

test('with no data yet, every page says what to do', async (t) => {
  const address = await ownCollector(t)
  const page = await open(browser, address)
  for (const [name, hint] of [
    ['', /startRum|--scrape/],
    ['backend', /--scrape/],
    ['vitals', /startRum/],
    ['cache', /startRum/],
  ]) {
    await page.goto(`${address}/${name}`)
    await eventually(`a hint on ${name || 'overview'}`, async () => hint.test(await page.getByRole('main').innerText()))
    await picture(page, `dashboard-empty-${name || 'overview'}`)
  }
  // What the page asks to choose can be chosen.
  await page.goto(`${address}/releases`)
  await page.getByText('Choose an app or a backend above').waitFor()
  await page.locator('.page-head select').selectOption({ label: 'collector (backend)' })
  await page.waitForURL(/target=collector/)
  noFaults(page)
  await page.context().close()
})
