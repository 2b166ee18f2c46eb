// The way through the house: what a page measured is on the dashboard within 15 seconds.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { collector, demo, eventually, launch, noFaults, open, picture } from './browser.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

const status = async () => (await fetch(`${collector}/api/status`)).json()
const last15Minutes = () => `from=${Date.now() - 15 * 60_000}&to=${Date.now()}`

test('a session in the demo is on the dashboard within 15 s', async () => {
  const before = (await status()).beacons
  const page = await open(browser, demo)
  await page.getByTestId('row').first().waitFor()
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

const pages = ['', 'backend', 'vitals', 'loading', 'cache', 'custom', 'errors']

for (const name of pages) {
  for (const colorScheme of ['light', 'dark']) {
    test(`the page ${name || 'overview'} shows data, ${colorScheme}`, async () => {
      const page = await open(browser, `${collector}/${name}`, { colorScheme })
      await page.getByRole('main').waitFor()
      await page.waitForLoadState('networkidle')
      assert.ok((await page.getByRole('main').innerText()).length > 50)
      await picture(page, `dashboard-${name || 'overview'}-${colorScheme}`)
      noFaults(page)
      await page.context().close()
    })
  }
}

/** A collector of this test's own, with nothing in it: its address. */
async function ownCollector(t) {
  const data = mkdtempSync(path.join(tmpdir(), 'whippet-empty-'))
  const binary = process.env.WHIPPET_BINARY ?? 'target/debug/whippet'
  const server = spawn(binary, ['serve', '--listen', '127.0.0.1:0', '--data', data], { stdio: ['ignore', 'ignore', 'pipe'] })
  t.after(() => {
    server.kill('SIGKILL')
    rmSync(data, { recursive: true, force: true })
  })
  let log = ''
  server.stderr.on('data', (chunk) => (log += chunk))
  const [, address] = await eventually('its address', () => /dashboard at (http:\S+?)\/?,/.exec(log))
  return address
}

/** A page view that has some of everything to tell. */
async function report(address, id, fingerprint = id) {
  const beacon = {
    v: 1, id, session: 'e2e', view: id, app: 'told', page: '/told', navigation: 'navigate', device: 'desktop', sentAt: Date.now(),
    vitals: { LCP: { value: 3000, rating: 'needs-improvement', target: 'main>img.told' } },
    phases: { dns: 21, dom: 640 },
    timings: { 'page.load': 1400, 'server.told-db': 12, 'frame.duration': 140, 'frame.blocking': 90, 'told.step': 250 },
    counters: { 'told.clicks': 3 },
    gauges: { 'told.items': 4 },
    resources: { 'told.example': { image: { count: 4, bytes: 4096, cached: 1, duration: 800, slowest: 400 } } },
    scripts: [{ source: 'https://told.example/app.js', invoker: 'BUTTON.told', duration: 90 }],
    errors: [{ message: 'TypeError: told', source: 'app.js:1:2', stack: 'at told (app.js:1:2)\nat app.js:9:9', fingerprint }],
  }
  const answer = await fetch(`${address}/v1/beacons`, { method: 'POST', body: JSON.stringify(beacon) })
  assert.equal(answer.status, 204, await answer.text())
}

test('what a page tells is shown where it belongs', async (t) => {
  const address = await ownCollector(t)
  await report(address, 'told')
  const page = await open(browser, `${address}/loading`)
  const shows = (text) => page.getByRole('main').getByText(text).first().waitFor()
  for (const text of ['Finding the server', 'told-db', 'told.example', 'BUTTON.told']) await shows(text)
  await page.goto(`${address}/custom`)
  for (const text of ['told.step', 'told.clicks', 'told.items']) await shows(text)
  await page.goto(`${address}/vitals`)
  await shows('main>img.told')
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
  const count = () => row.getByRole('cell').nth(1).innerText()
  const before = await count()
  await report(address, 'second', 'same')
  await eventually('another count', async () => (await count()) !== before)
  assert.ok(await stack.isVisible())
  assert.ok(await row.locator('summary').evaluate((summary) => summary === document.activeElement))
  await picture(page, 'dashboard-stack')
  noFaults(page)
  await page.context().close()
})

for (const name of ['', 'loading', 'errors', 'vitals']) {
  test(`${name || 'the overview'} fits a phone`, async () => {
    const page = await open(browser, `${collector}/${name}`, { viewport: { width: 375, height: 800 } })
    await page.getByRole('main').waitFor()
    await page.waitForLoadState('networkidle')
    const [content, view] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth])
    assert.ok(content <= view, `${content} px wide in ${view}`)
    await picture(page, `dashboard-phone${name && `-${name}`}`)
    await page.context().close()
  })
}

test('the demo backend is scraped and shown: routes, database, cache', async () => {
  const backend = await eventually('two scrapes', async () => {
    const answer = await fetch(`${collector}/api/backend?target=demo&${last15Minutes()}`)
    const backend = await answer.json()
    return backend.routes.length > 0 && backend.operations.length > 0 && backend
  })
  assert.ok(backend.routes.some((route) => route.name.includes('/api/packages') && route.p95 > 0))
  assert.ok(backend.caches.lines.length > 0)
})

test('with no data yet, every page says what to do', async (t) => {
  const address = await ownCollector(t)
  const page = await open(browser, address)
  for (const [name, hint] of [['', /startRum|--scrape/], ['backend', /--scrape/], ['vitals', /startRum/], ['cache', /startRum/]]) {
    await page.goto(`${address}/${name}`)
    await eventually(`a hint on ${name || 'overview'}`, async () => hint.test(await page.getByRole('main').innerText()))
    await picture(page, `dashboard-empty-${name || 'overview'}`)
  }
  noFaults(page)
  await page.context().close()
})
