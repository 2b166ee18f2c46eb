// What the dashboard says when figures are late, missing, down or not understood.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { eventually, launch, noFaults, open } from './browser.mjs'
import { ownCollector } from './own-collector.mjs'

let browser
let server
let address
before(async () => {
  browser = await launch()
  // Nothing answers at port 9 of this machine.
  server = await ownCollector(['--scrape', 'gone=http://127.0.0.1:9/metrics'])
  address = server.address
  for (let i = 0; i < 40; i++) {
    const soft = i >= 25
    const ttfb = soft ? 0 : 900 + i
    await send({
      id: `web${i}`,
      app: 'web',
      navigation: soft ? 'soft-navigation' : 'navigate',
      vitals: { TTFB: { value: ttfb } },
    })
  }
  await send({ id: 'other', app: 'other', vitals: { LCP: { value: 2503 } } })
})
after(async () => {
  await browser?.close()
  await server?.end()
})

async function send(more) {
  const beacon = { v: 1, session: 'e2e', view: more.id, page: '/', device: 'desktop', sentAt: Date.now(), ...more }
  const answer = await fetch(`${address}/v1/beacons`, { method: 'POST', body: JSON.stringify(beacon) })
  assert.equal(answer.status, 204, await answer.text())
}

const verdict = (page) => page.locator('.verdict')
const notices = (page) => page.locator('.notice')
const card = (page, name) => page.locator('.vital', { has: page.getByRole('heading', { name, exact: true }) })

test('what is down is in the verdict, the collector is not, and the app filter filters', async () => {
  const page = await open(browser, address)
  await verdict(page).getByText('Down: gone.').waitFor()
  await notices(page).getByText('Down. No data has come from it yet. The last scrape failed:').waitFor()
  const headings = () => page.locator('.subject h2').allInnerTexts()
  assert.deepEqual(await headings(), ['gone', 'other', 'web'])
  // Beyond the bound, and by less than is written.
  await page.locator('.tile.poor', { hasText: 'LCP p75' }).getByText('> 2.5 s').waitFor()
  await page.goto(`${address}/?app=web`)
  await verdict(page).getByText('have no data').waitFor()
  assert.deepEqual(await headings(), ['gone', 'web'])
  noFaults(page)
  await page.context().close()
})

test('documents and route changes are told apart', async () => {
  const page = await open(browser, `${address}/vitals?app=web`)
  const ttfb = card(page, 'TTFB')
  await ttfb.getByText('Needs improvement').waitFor()
  await ttfb.getByText('25 views').waitFor()
  await page.getByLabel('Views').selectOption('Route changes')
  await ttfb.getByText('15 views, few to go by').waitFor()
  await ttfb.locator('.badge.good').waitFor()
  assert.match(page.url(), /navigation=soft/)
  noFaults(page)
  await page.context().close()
})

test('a range of the address works or is said not to', async () => {
  const page = await open(browser, `${address}/vitals?range=30d`)
  const range = page.getByLabel('Range')
  await card(page, 'TTFB').getByText('25 views').waitFor()
  assert.equal(await range.inputValue(), '30d')
  const offered = async () => (await range.locator('option').allInnerTexts()).includes('30 days')
  await eventually('all that is kept can be seen', offered)
  await page.goto(`${address}/vitals?range=2h`)
  await card(page, 'TTFB').getByText('25 views').waitFor()
  assert.equal(await range.inputValue(), '2h')
  const hour = 3_600_000
  await page.goto(`${address}/vitals?from=${Date.now() - 3 * hour}&to=${Date.now() - 2 * hour}`)
  await page.getByText('No page views in this time range').waitFor()
  await page.goto(`${address}/vitals?range=2y`)
  await notices(page).getByText('range=2y, which is not understood: shown is the last hour').waitFor()
  await range.selectOption('6h')
  await notices(page).first().waitFor({ state: 'detached' })
  noFaults(page)
  await page.context().close()
})

test('one endpoint that hangs is told of where its figures are, and the page is not live', async () => {
  const page = await open(browser, 'about:blank')
  await page.route('**/api/toolkit**', () => {})
  await page.goto(address)
  await notices(page).getByText('Query cache: The collector is slow.').waitFor()
  await page.locator('.liveness').getByText('Slow').waitFor()
  await page
    .locator('.plot', { hasText: 'Query cache hit rate' })
    .locator('.plot-empty', { hasText: 'Waiting for figures' })
    .waitFor()
  // The cards beside it have theirs.
  await page.locator('.plot', { hasText: 'Largest Contentful Paint' }).getByText('p75').first().waitFor()
  await page.context().close()
})

test('slow queries that could not be asked for are said', async () => {
  const page = await open(browser, 'about:blank')
  const error = { code: 'took_too_long', message: 'this took the collector too long and was cut off' }
  await page.route('**/api/slow_queries**', (route) => route.fulfill({ status: 503, json: { error } }))
  await page.goto(`${address}/backend?target=gone`)
  await notices(page).getByText(`Slow queries: ${error.message}`).waitFor()
  await page.locator('.liveness').getByText('Incomplete').waitFor()
  await page.context().close()
})

test("a target's failures stay unfolded when they are asked for again", async () => {
  const page = await open(browser, `${address}/backend?target=gone`)
  const row = page.getByRole('region', { name: 'Scraped targets' }).locator('tbody tr', { hasText: 'gone' })
  await row.locator('summary').waitFor()
  await row.locator('summary').focus()
  await page.keyboard.press('Enter')
  const failures = row.locator('pre')
  const before = await failures.innerText()
  // Each is so many seconds ago.
  await eventually('a later answer', async () => (await failures.innerText()) !== before)
  assert.ok(await failures.isVisible())
  assert.ok(await row.locator('summary').evaluate((summary) => summary === document.activeElement))
  await page.context().close()
})

test('figures of another target are not shown as those of the chosen one', async () => {
  const page = await open(browser, `${address}/backend?target=collector`)
  const section = page.locator('.panel', { has: page.locator('.origin') }).first()
  await section.waitFor()
  assert.equal(await section.getAttribute('aria-busy'), null)
  await page.getByRole('button', { name: /^Show all \d+ metrics$/ }).click()
  const metric = (name) => page.getByRole('link', { name, exact: true })
  await metric('process_start_time_seconds').click()
  await page.getByRole('heading', { name: /^process_start_time_seconds:/ }).waitFor()
  // The chart of the next one hangs: its name does not stand above that of the last.
  await page.route('**/api/chart**', () => {})
  await metric('process_resident_memory_bytes').click()
  await page.waitForURL(/metric=process_resident_memory_bytes/)
  await page.getByRole('heading', { name: /^process_start_time_seconds:/ }).waitFor()
  await page.route('**/api/backend**', () => {})
  await page.locator('.page-head select').selectOption('gone')
  await eventually('the sections are said to be old', async () => (await section.getAttribute('aria-busy')) === 'true')
  await page.context().close()
})

test('figures of another app or range are told from those of the chosen one on every page', async () => {
  const page = await open(browser, 'about:blank')
  for (const [name, endpoint, part] of [
    ['loading', 'loading', '.panel'],
    ['cache', 'toolkit', '.groups, .panel'],
    ['custom', 'custom', '.panel'],
    ['errors', 'errors', '.panel'],
    ['vitals', 'vitals', '.panel'],
  ]) {
    // A second one is asked for once the first was taken; the network is also idle while a page is compiled.
    let answers = 0
    const count = (request) => (answers += request.url().includes(`/api/${endpoint}`) ? 1 : 0)
    page.on('requestfinished', count)
    await page.goto(`${address}/${name}?app=web`)
    const parts = page.getByRole('main').locator(part)
    const busy = () => parts.evaluateAll((parts) => parts.filter((part) => part.ariaBusy === 'true').length)
    await parts.first().waitFor()
    await eventually(`figures of ${name}`, () => answers > 1)
    page.off('requestfinished', count)
    assert.equal(await busy(), 0, name)
    await page.route(`**/api/${endpoint}**`, () => {})
    await page.locator('.picker', { hasText: /^App/ }).locator('select').selectOption('other')
    await eventually(`all of ${name} is said to be old`, async () => (await busy()) === (await parts.count()))
    await page.unroute(`**/api/${endpoint}**`)
  }
  await page.context().close()
})

test('what is not loaded is not said to be none', async () => {
  const page = await open(browser, 'about:blank')
  const error = { code: 'took_too_long', message: 'this took the collector too long and was cut off' }
  const fails = (endpoint) => page.route(`**/api/${endpoint}**`, (route) => route.fulfill({ status: 503, json: { error } }))
  await fails('toolkit')
  await page.goto(`${address}/cache`)
  await notices(page).getByText(error.message).waitFor()
  assert.equal(await page.getByText('No query was asked.').count(), 0)
  const figures = await page.locator('.tile-figure').allInnerTexts()
  assert.ok(figures.length > 0 && figures.every((figure) => figure === '–'), figures.join(' '))
  await fails('alerts')
  await page.goto(`${address}/alerts`)
  await notices(page).getByText(error.message).first().waitFor()
  assert.equal(await page.getByText('Nothing is silenced.').count(), 0)
  await page.context().close()
})

test('the focus stays near what was pressed and is gone by that', async () => {
  const silence = { matchers: [{ label: 'app', value: 'web', equal: true }], lasts: 3_600_000, reason: 'e2e' }
  const made = await fetch(`${address}/api/alerts/silences`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(silence),
  })
  assert.ok(made.ok, await made.text())
  const page = await open(browser, `${address}/alerts`)
  const focused = () => page.evaluate(() => document.activeElement?.className)
  await page.getByRole('button', { name: 'End the silence of app = web' }).focus()
  await page.keyboard.press('Enter')
  await page.locator('.silence.ended').waitFor()
  await eventually('the silence has the focus', async () => (await focused()) === 'silence ended')
  await page.goto(`${address}/custom?split=device:phone`)
  await page.getByRole('button', { name: 'Show all values' }).focus()
  await page.keyboard.press('Enter')
  await page.waitForURL(/split=device$/)
  await eventually('the filters have the focus', async () => (await focused()) === 'filters')
  // What was left on purpose does not get it back.
  await page.getByLabel('Split by').focus()
  await page.locator('.footer').click()
  await page.getByLabel('Split by').evaluate(async (list) => {
    list.closest('label').remove()
    // It would be given back two frames later.
    for (let frame = 0; frame < 4; frame++) await new Promise(requestAnimationFrame)
  })
  assert.notEqual(await focused(), 'filters')
  noFaults(page)
  await page.context().close()
})

test('what failed says why, and is tried again', async () => {
  const page = await open(browser, 'about:blank')
  const error = { code: 'took_too_long', message: 'this took the collector too long and was cut off' }
  let answers = 0
  await page.route('**/api/vitals**', (route) => {
    answers += 1
    return answers > 1 ? route.continue() : route.fulfill({ status: 503, json: { error } })
  })
  await page.goto(`${address}/vitals?refresh=off`)
  await notices(page).getByText(error.message).waitFor()
  await page.locator('.liveness').getByText('Incomplete').waitFor()
  await page.getByRole('button', { name: 'Try again' }).click()
  await card(page, 'TTFB').getByText('25 views').waitFor()
  await eventually('no notice', async () => (await notices(page).count()) === 0)
  await page.context().close()
})

test('the header hides nothing that has the focus, nor is it wider than the window', async () => {
  const page = await open(browser, 'about:blank')
  const hidden = () =>
    page.evaluate(() => {
      const header = document.querySelector('.header')
      const { activeElement } = document
      if (!activeElement.closest('main')) return false
      return activeElement.getBoundingClientRect().top < header.getBoundingClientRect().bottom
    })
  // 200 % and 400 % of a window of 1280 by 1024 pixels, and a phone.
  for (const [width, height] of [
    [1280, 800],
    [640, 512],
    [320, 640],
    [320, 256],
  ]) {
    await page.setViewportSize({ width, height })
    await page.goto(`${address}/vitals?app=web`)
    await page.locator('tbody a').first().waitFor()
    await page.locator('[tabindex="0"]').last().focus()
    for (let steps = 0; steps < 20; steps++) {
      await page.keyboard.press('Shift+Tab')
      assert.equal(await hidden(), false, `${width} by ${height}`)
    }
  }
  // The longest state, beside a range of the address.
  await page.route('**/api/**', (route) => route.abort())
  await page.goto(`${address}/vitals?from=1790000000000`)
  await page.locator('.liveness').getByText('No connection').waitFor()
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320)
  // Its dot is that of the header alone.
  const dot = (property) =>
    page.locator('.liveness').evaluate((state, property) => getComputedStyle(state, '::before')[property], property)
  assert.equal(await dot('borderTopWidth'), '0px')
  await page.context().close()
})

test('forced colours leave what ratings and the current page are told by', async () => {
  const page = await open(browser, `${address}/vitals?app=web`, { forcedColors: 'active' })
  const style = (part, pseudo, property) =>
    page
      .locator(part)
      .first()
      .evaluate((part, [pseudo, property]) => getComputedStyle(part, pseudo)[property], [pseudo, property])
  await page.locator('.rated').first().waitFor()
  assert.equal(await style('.rated', '::before', 'forcedColorAdjust'), 'none')
  assert.equal(await style('.header nav [aria-current]', null, 'textDecorationLine'), 'underline')
  assert.equal(await style('.header nav a:not([aria-current])', null, 'textDecorationLine'), 'none')
  noFaults(page)
  await page.context().close()
})
