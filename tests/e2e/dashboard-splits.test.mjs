// The page Custom by release, device, connection, navigation and browser: each figure is that of the page views with the value.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { eventually, launch, noFaults, open, picture } from './browser.mjs'
import { ownCollector } from './own-collector.mjs'

const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const BROWSERS = { Chrome: CHROME, Firefox: FIREFOX }

/** Page views of one app, each with its `submit` times in ms. No two dimensions cut them in the same way. */
const VIEWS = [
  { release: '1.2', device: 'phone', connection: '4g', navigation: 'navigate', browser: 'Chrome', submit: [800, 900] },
  { release: '1.2', device: 'phone', connection: '3g', navigation: 'reload', browser: 'Firefox', submit: [1200] },
  { release: '1.2', device: 'desktop', connection: '4g', navigation: 'navigate', browser: 'Firefox', submit: [100, 110, 120] },
  { release: '1.3', device: 'desktop', connection: '3g', navigation: 'navigate', browser: 'Chrome', submit: [60] },
  { release: '1.3', device: 'phone', connection: '4g', navigation: 'soft-navigation', browser: 'Chrome', submit: [2400, 2500] },
  { release: '1.3', device: 'tablet', connection: '4g', navigation: 'navigate', browser: 'Chrome', submit: [] },
]

const DIMENSIONS = [
  ['Release', 'release', (view) => view.release],
  ['Device', 'device', (view) => view.device],
  ['Connection', 'connection', (view) => view.connection],
  ['Navigation', 'navigation', (view) => view.navigation],
  ['Browser', 'browser', (view) => view.browser],
  ['Release and device', 'release_device', (view) => `${view.release} · ${view.device}`],
]

let browser
let server
before(async () => {
  browser = await launch()
  server = await ownCollector()
  for (const [place, view] of VIEWS.entries()) await send(`shop${place}`, 'shop', view)
  // The same name in another app, which no figure of this one has in it.
  await send('blog', 'blog', { ...VIEWS[0], device: 'tablet', submit: [9000] })
})
after(async () => {
  await browser?.close()
  await server?.end()
})

async function send(id, app, { browser, submit, ...more }) {
  // Another timing of the same page views, a tenth as long.
  const timings = submit.length ? { 'checkout.submit': submit, 'checkout.open': submit.map((ms) => ms / 10) } : {}
  const counters = { 'cart.added': 3 }
  const beacon = { v: 1, id, session: 'e2e', view: id, app, page: '/cart', sentAt: Date.now(), timings, counters, ...more }
  const headers = { 'user-agent': BROWSERS[browser] }
  const answer = await fetch(`${server.address}/v1/beacons`, { method: 'POST', headers, body: JSON.stringify(beacon) })
  assert.equal(answer.status, 204, await answer.text())
}

/** The smallest value that so large a share of all is no greater than; of nothing it is no number. */
const quantile = (values, share) => values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? Number.NaN

/** Of each value: how many times were measured, and their percentiles. Tablets have page views and no time. */
function figures(views, of) {
  const groups = new Map()
  for (const view of views) groups.set(of(view), [...(groups.get(of(view)) ?? []), ...view.submit])
  return [...groups].map(([name, values]) => row(name, values))
}

const row = (name, values) => [name, values.length, ...[0.5, 0.75, 0.95].map((share) => quantile(values, share))]

/** The rows of both timings, for these values of `checkout.submit`. */
function both(values) {
  const tenth = values.map((ms) => ms / 10)
  return [row('checkout.submit', values), row('checkout.open', tenth)]
}

/** `1.2 s` in ms; what is no time is no number. */
function milliseconds(text) {
  const [, figure, unit] = /^([\d.]+)\s(ms|s)$/.exec(text) ?? []
  return Number(figure) * (unit === 's' ? 1000 : 1)
}

/** The rows of a table, each as its name, count, and first three percentiles in ms. */
async function rows(page, name) {
  const cells = await page
    .getByRole('table', { name })
    .locator('tbody tr')
    .evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.innerText.trim())))
  return cells.map(([name, count, ...times]) => [name, Number(count), ...times.slice(0, 3).map(milliseconds)])
}

const BY_VALUE = 'The selected timing by value, most viewed first'
const TIMINGS = "The application's own timings, by name"

/** Waits until the table has these rows, in any order. Percentiles are right to within half of a bucket, 1.1 %, and rounded. */
async function hasRows(page, name, expected) {
  const isNear = (shown, exact) => Object.is(shown, exact) || Math.abs(shown - exact) <= exact * 0.011 + (exact < 1000 ? 0.5 : 5)
  const isSame = (row, other) =>
    row.slice(0, 2).join() === other.slice(0, 2).join() && row.slice(2).every((ms, at) => isNear(ms, other[at + 2]))
  let shown
  const isShown = async () => {
    shown = await rows(page, name)
    return shown.length === expected.length && expected.every((row) => shown.some((other) => isSame(other, row)))
  }
  await eventually('the rows', isShown).catch(() => assert.deepEqual(shown, expected, name))
}

test('a timing is split by each dimension, and each value has the figures of its page views', async () => {
  const page = await open(browser, `${server.address}/custom?app=shop`)
  const main = page.getByRole('main')
  // By keyboard: a timing's link opens it by device.
  await main.getByRole('link', { name: 'checkout.submit', exact: true }).focus()
  await page.keyboard.press('Enter')
  await page.waitForURL(/\?app=shop&split=device&timing=checkout\.submit$/)
  await main.getByText('Timing checkout.submit').waitFor()
  assert.equal(await main.getByLabel('Split by').inputValue(), 'device')
  for (const [words, name, of] of DIMENSIONS) {
    await main.getByLabel('Split by').selectOption({ label: words })
    await page.waitForURL(new RegExp(`split=${name}&`))
    await main.getByRole('columnheader', { name: words, exact: true }).waitFor()
    await hasRows(page, BY_VALUE, figures(VIEWS, of))
  }
  await picture(page, 'dashboard-custom-split')
  // All timings are still those of all page views.
  const all = VIEWS.flatMap((view) => view.submit)
  await hasRows(page, TIMINGS, both(all))
  await main.getByRole('button', { name: 'Show no timing by value' }).click()
  await main.getByText('Choose a timing below to see it by value.').waitFor()
  noFaults(page)
  await page.context().close()
})

test('a value shows the timings of its page views alone, from its link, from the address, and back again', async () => {
  const page = await open(browser, `${server.address}/custom?app=shop&split=device&timing=checkout.submit`)
  const main = page.getByRole('main')
  const phones = VIEWS.filter((view) => view.device === 'phone').flatMap((view) => view.submit)
  const all = VIEWS.flatMap((view) => view.submit)
  await hasRows(page, TIMINGS, both(all))
  await main.getByText('cart.added').waitFor()
  await main.getByRole('table', { name: BY_VALUE }).getByRole('link', { name: 'phone' }).click()
  await page.waitForURL(/split=device%3Aphone&timing=checkout\.submit$/)
  const isOfPhones = async () => {
    await main.getByText('Device phone').waitFor()
    await hasRows(page, TIMINGS, both(phones))
    // Beside one another all values stay.
    await hasRows(
      page,
      BY_VALUE,
      figures(VIEWS, (view) => view.device),
    )
    await main.getByText('Counts and gauges are kept of all page views together').waitFor()
    assert.equal(await main.getByText('cart.added').isVisible(), false)
  }
  await isOfPhones()
  await page.reload()
  await isOfPhones()
  await page.goBack()
  await hasRows(page, TIMINGS, both(all))
  await page.goForward()
  await isOfPhones()
  await main.getByRole('button', { name: 'Show all values' }).click()
  await page.waitForURL(/split=device&timing=checkout\.submit$/)
  await hasRows(page, TIMINGS, both(all))
  noFaults(page)
  await page.context().close()
})

test('a timing that nobody reported is said not to be there', async () => {
  const page = await open(browser, `${server.address}/custom?split=device&timing=no.such`)
  // The collector's words, and no row of another timing.
  await page.locator('.notice', { hasText: 'By value: ' }).waitFor()
  assert.deepEqual(await rows(page, BY_VALUE), [])
  await page.context().close()
})
