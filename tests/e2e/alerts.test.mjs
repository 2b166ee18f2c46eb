// What fires is on the dashboard: why, since when and beside which bound; and it can be silenced there.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { eventually, launch, noFaults, open, picture } from './browser.mjs'
import { ownCollector } from './own-collector.mjs'

/** Rules are evaluated every 30 s; a state is there after two rounds, and a round may be late. */
const ROUNDS = 150_000

let browser
let server
let address
let hook
/** Whether the receiver takes what it is sent. */
let takes = false

before(async () => {
  browser = await launch()
  hook = createServer((request, response) => {
    request.resume()
    response.writeHead(takes ? 200 : 500).end()
  })
  await new Promise((resolve) => hook.listen(0, '127.0.0.1', resolve))
  const config = `
[[level]]
name = "quick start"
app = "shop"
figure = "LCP"
at_most = "1s"
window = "5m"

[[objective]]
name = "quick pages"
level = "quick start"
share = "99%"
over = "30d"

[[alert]]
name = "slow pages"
app = "shop"
page = "/cart"
expr = "p75 LCP > 2.5s"
severity = "page"

[[alert]]
name = "slow to come"
app = "shop"
expr = "p75 LCP > 2s"
for = "1h"

[[alert]]
name = "backend is down"
target = "gone"
watch = "down"

[[alert]]
name = "misspelt"
app = "shop"
level = "quick strat"

[[receiver]]
name = "ops"
type = "webhook"
url = "http://127.0.0.1:${hook.address().port}/"
`
  server = await ownCollector((data) => {
    const file = path.join(data, 'whippet.toml')
    writeFileSync(file, config)
    // Nothing answers at port 9 of this machine.
    return ['--config', file, '--scrape', 'gone=http://127.0.0.1:9/metrics']
  })
  address = server.address
  await send('alert')
  await eventually('both alerts fire', async () => (await alerts()).counts.firing === 2, ROUNDS)
})
after(async () => {
  await browser?.close()
  await server?.end()
  hook?.close()
})

/** Sends 40 slow page views, whose names begin with `prefix`. */
async function send(prefix) {
  for (let i = 0; i < 40; i++) {
    const vitals = { LCP: { value: 3000 + i } }
    const beacon = {
      v: 1,
      id: `e2e-${prefix}${i}`,
      session: 'e2e',
      view: `${prefix}${i}`,
      app: 'shop',
      page: '/cart',
      sentAt: Date.now(),
      vitals,
    }
    const answer = await fetch(`${address}/v1/beacons`, { method: 'POST', body: JSON.stringify(beacon) })
    assert.equal(answer.status, 204, await answer.text())
  }
}

const alerts = async () => (await fetch(`${address}/api/alerts`)).json()
const one = (page, name) => page.locator('.alert', { has: page.locator('b', { hasText: name }) })
const plain = async (locator) => (await locator.innerText()).replace(/\s+/g, ' ')
const nav = (page) => page.getByRole('navigation').getByRole('link', { name: /^Alerts/ })

for (const colorScheme of ['light', 'dark']) {
  test(`what fires says why, since when and beside which bound, ${colorScheme}`, async () => {
    const page = await open(browser, `${address}/alerts`, { colorScheme })
    await one(page, 'slow pages').getByText('Firing').waitFor()
    assert.match(await plain(one(page, 'slow pages')), /Since .*page \/cart.* 3\.0\d s must be below 2\.5 s/)
    await one(page, 'slow to come').getByText('Pending').waitFor()
    assert.match(await plain(one(page, 'slow to come')), /fires in \d+ min if it stays so/)
    await one(page, 'backend is down').getByText('Firing').waitFor()
    assert.match(await plain(page.locator('.verdict')), /^2 alerts fire, one is pending/)
    // The badge comes by a request of its own.
    await eventually('the badge counts two', async () => /2 firing/.test(await plain(nav(page))))
    await picture(page, `alerts-${colorScheme}`)
    noFaults(page)
    await page.context().close()
  })
}

test('a rule that is wrong is named with its line, and the rest run', async () => {
  const page = await open(browser, `${address}/alerts`)
  const row = page.getByRole('table', { name: 'What is wrong in the configuration' }).getByRole('row').nth(1)
  await row.waitFor()
  assert.match(await plain(row), /^alert "misspelt" \d+ there is no level 'quick strat'/)
  noFaults(page)
  await page.context().close()
})

test('an alert leads to the page that shows why, and to its history', async () => {
  const page = await open(browser, `${address}/alerts`)
  await one(page, 'slow pages')
    .getByRole('link', { name: /^Show why/ })
    .click()
  await page.waitForURL(/\/vitals\?/)
  const at = new URL(page.url())
  assert.deepEqual([at.searchParams.get('app'), at.searchParams.get('page')], ['shop', '/cart'])
  await page.locator('.vital', { hasText: 'LCP' }).getByText('40 views').waitFor()
  await page.goto(`${address}/alerts`)
  await one(page, 'slow pages')
    .getByRole('link', { name: /^History/ })
    .click()
  const rows = page.getByRole('table', { name: 'What alerts did' }).locator('tbody tr')
  await eventually('the history of this alert alone', async () => {
    const names = await rows.locator('th').allInnerTexts()
    return names.length > 0 && names.every((name) => name.startsWith('slow pages'))
  })
  await rows.getByText('Firing').first().waitFor()
  await page.getByRole('button', { name: 'Show all alerts' }).click()
  await rows.getByText('backend is down').first().waitFor()
  noFaults(page)
  await page.context().close()
})

test('what a receiver did not take is shown with the reason', async () => {
  const page = await open(browser, `${address}/alerts`)
  const row = page.getByRole('table', { name: 'Notifications that could not be sent' }).getByRole('row').nth(1)
  await row.waitFor({ timeout: ROUNDS })
  assert.match(await plain(row), /ops.*500/)
  noFaults(page)
  await page.context().close()
})

test('an alert is silenced by keyboard, with an end and a reason, and the silence ends', async () => {
  takes = true
  const page = await open(browser, `${address}/alerts`)
  const down = one(page, 'backend is down')
  await down.getByRole('link', { name: /^Silence/ }).focus()
  await page.keyboard.press('Enter')
  const form = page.getByRole('region', { name: 'Silence', exact: true })
  await form.waitFor()
  const values = () => form.locator('.matcher input').evaluateAll((inputs) => inputs.map((input) => input.value))
  assert.deepEqual((await values()).slice(0, 2), ['alertname', 'backend is down'])
  await form.getByText('Matches 1 of the').waitFor()
  // Without a reason it is not sent.
  await form.getByRole('button', { name: 'Silence', exact: true }).click()
  assert.equal((await alerts()).silences.length, 0)
  await form.getByLabel('Reason').fill('moving it')
  await page.keyboard.press('Enter')
  await page.getByText('Silenced until').waitFor()
  await form.waitFor({ state: 'detached' })
  await down.getByText('Silenced').waitFor()
  const [silence] = (await alerts()).silences
  assert.equal(silence.reason, 'moving it')
  assert.ok(Math.abs(silence.until - silence.from - 2 * 3_600_000) < 60_000)
  await eventually('one fires', async () => /^One alert fires/.test(await plain(page.locator('.verdict'))))
  await eventually('the badge counts one', async () => /1 firing/.test(await plain(nav(page))))

  await page.getByRole('link', { name: /^Change the silence/ }).click()
  const changed = page.getByRole('region', { name: 'Change the silence' })
  assert.equal(await changed.getByLabel('Reason').inputValue(), 'moving it')
  await changed.locator('.picker', { hasText: /^For/ }).locator('select').selectOption('1 week')
  await changed.getByRole('button', { name: 'Silence', exact: true }).click()
  await eventually('a week', async () => {
    const { silences } = await alerts()
    return silences.length === 1 && silences[0].until - Date.now() > 6 * 86_400_000
  })

  await page.getByRole('button', { name: /^End the silence/ }).click()
  await down.getByText('Silenced').waitFor({ state: 'detached' })
  await page.locator('.silence.ended').getByText('Ended').waitFor()
  noFaults(page)
  await page.context().close()
})

test('a silence that somebody else ended a moment before has ended, and nothing is wrong', async () => {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ matchers: [{ label: 'app', value: 'nobody' }], lasts: 3_600_000, reason: 'twice' })
  const made = await fetch(`${address}/api/alerts/silences`, { method: 'POST', headers, body })
  assert.equal(made.status, 201, await made.clone().text())
  const { id } = await made.json()
  const page = await open(browser, `${address}/alerts`)
  await page.route(`**/api/alerts/silences/${id}`, async (route) => {
    const ended = await fetch(`${address}/api/alerts/silences/${id}`, { method: 'DELETE' })
    assert.equal(ended.status, 204)
    await route.continue()
  })
  const silence = page.locator('.silence', { hasText: 'twice' })
  await silence.getByRole('button', { name: /^End the silence/ }).click()
  await silence.getByText('Ended').waitFor()
  assert.equal(await page.getByRole('alert').getByText('there is no such silence').count(), 0)
  // The second answer itself is an error of the console.
  assert.ok(
    page.faults.every((fault) => fault.includes('404')),
    page.faults.join(),
  )
  await page.context().close()
})

test('a silence that the collector refuses says why', async () => {
  const page = await open(browser, `${address}/alerts?silence=new`)
  const form = page.getByRole('region', { name: 'Silence', exact: true })
  await form.getByText('This would silence everything').waitFor()
  await form.getByLabel('Reason').fill('all')
  await form.getByRole('button', { name: 'Silence', exact: true }).click()
  await form.getByRole('alert').getByText('every').waitFor()
  // The refusal itself is an error of the console.
  assert.ok(
    page.faults.every((fault) => fault.includes('400')),
    page.faults.join(),
  )
  await page.context().close()
})

test('a page of another site can neither silence nor end a silence', async () => {
  const body = JSON.stringify({ matchers: [{ label: 'app', value: 'shop' }], lasts: 60_000, reason: 'mine' })
  const headers = { origin: 'https://evil.example', 'content-type': 'application/json' }
  const answer = await fetch(`${address}/api/alerts/silences`, { method: 'POST', headers, body })
  assert.equal(answer.status, 403)
  assert.ok((await alerts()).silences.every((silence) => silence.reason !== 'mine'))
})

test('the Overview has the budget of an objective and the levels of the configuration', async () => {
  // The level is over 5 minutes: on a busy machine those of `before` are older by now.
  await send('late')
  const page = await open(browser, address)
  const tile = (name) => page.locator('.tile', { hasText: name })
  await tile('quick start').getByText('Not met').waitFor()
  assert.match(await plain(tile('quick start')), /3\.0\d s Not met ≤ 1 s over 5 min/)
  // A minute is judged minutes after its end.
  await tile('quick pages').getByText('99 % of 30 days').waitFor()
  await picture(page, 'overview-budgets')
  noFaults(page)
  await page.context().close()
})

for (const name of ['alerts', 'alerts?silence=new']) {
  test(`${name} fits a phone`, async () => {
    const page = await open(browser, `${address}/${name}`, { viewport: { width: 390, height: 800 } })
    await one(page, 'slow pages').waitFor()
    const [content, view] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth])
    assert.ok(content <= view, `${content} px wide in ${view}`)
    await picture(page, name === 'alerts' ? 'alerts-phone' : 'alerts-phone-form')
    noFaults(page)
    await page.context().close()
  })
}
