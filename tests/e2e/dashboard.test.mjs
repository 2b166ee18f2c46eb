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

const pages = ['', 'backend', 'vitals', 'cache', 'errors']

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

test('it fits a phone', async () => {
  const page = await open(browser, collector, { viewport: { width: 375, height: 800 } })
  await page.getByRole('main').waitFor()
  await page.waitForLoadState('networkidle')
  const [content, view] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth])
  assert.ok(content <= view, `${content} px wide in ${view}`)
  await picture(page, 'dashboard-phone')
  await page.context().close()
})

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
  const page = await open(browser, address)
  for (const [name, hint] of [['', /startRum|--scrape/], ['backend', /--scrape/], ['vitals', /startRum/], ['cache', /startRum/]]) {
    await page.goto(`${address}/${name}`)
    await eventually(`a hint on ${name || 'overview'}`, async () => hint.test(await page.getByRole('main').innerText()))
    await picture(page, `dashboard-empty-${name || 'overview'}`)
  }
  noFaults(page)
  await page.context().close()
})
