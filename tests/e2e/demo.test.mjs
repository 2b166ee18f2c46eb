// The demo, used as a person would: search, scroll, open, star, and a server that misbehaves.
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { demo, eventually, launch, noFaults, open, painted, picture } from './browser.mjs'

let browser
let page

before(async () => (browser = await launch()))
after(() => browser.close())

beforeEach(async () => {
  await setFault('normal')
  page = await open(browser, demo)
  await rows().first().waitFor()
})
afterEach(async () => {
  await setFault('normal')
  await page.context().close()
})

const setFault = (mode) =>
  fetch(`${demo}/api/faults`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ mode }),
  })
const part = (name) => page.getByTestId(name)
const rows = () => part('row')
const figure = async (name) =>
  Number.parseFloat((await page.locator(`[data-figure="${name}"]`).innerText()).replace(/[^\d.]/g, ''))
/** Types a text over another in one task of the page: a busy machine that pauses between two keys would end the debounce. */
const search = (text) =>
  part('search').evaluate((input, text) => {
    input.value = ''
    for (const letter of text) {
      input.value += letter
      input.dispatchEvent(new InputEvent('input', { bubbles: true, data: letter, inputType: 'insertText' }))
    }
  }, text)
/** Turns the switch once the page knows how it stands, and waits until the server knows. */
const turn = async (label) => {
  await page.locator('[data-testid="faults"]:enabled').waitFor()
  const isTurned = (answer) => answer.request().method() === 'PUT' && answer.url().endsWith('/api/faults')
  await Promise.all([page.waitForResponse(isTurned), page.getByLabel(label).check({ force: true })])
}
/** The requests to the server that match, from now on. */
const requests = (pattern) => {
  const seen = []
  page.on('request', (request) => pattern.test(request.url()) && seen.push(request.url()))
  return seen
}

test('a search is one request per pause, and what was asked before is not asked again', async () => {
  const asked = requests(/\/api\/packages\?/)
  await search('serde')
  await eventually('only packages about serde', async () => {
    const names = await rows().evaluateAll((rows) => rows.map((row) => row.dataset.package))
    return names.length > 0 && names[0].includes('serde')
  })
  assert.equal(asked.length, 1, asked.join('\n'))

  // The figures come later: an answer is fresh for 30 s only.
  await search('tokio')
  await eventually('tokio', async () => (await rows().first().getAttribute('data-package')).includes('tokio'))
  await search('serde')
  await eventually('serde again', async () => (await rows().first().getAttribute('data-package')).includes('serde'))
  assert.equal(asked.length, 2, asked.join('\n'))
  await eventually('fewer runs than calls in the figures', async () => {
    const calls = await figure('pace-calls')
    return calls >= 5 && (await figure('pace-invocations')) < calls
  })
  await eventually('a hit in the figures', async () => (await figure('hits')) > 0)
  noFaults(page)
})

test('pages follow one another while scrolling, and icons come when they are near', async () => {
  const first = await rows().count()
  const icons = requests(/\/icons\//)
  await eventually('icons in sight', async () => (await figure('images-loaded')) > 0)
  const complete = () => rows().evaluateAll((rows) => rows.filter((row) => row.querySelector('img')?.currentSrc).length)
  assert.ok((await complete()) < first || first < 20, 'icons far below were loaded at once')
  await eventually('more rows', async () => {
    await rows().last().scrollIntoViewIfNeeded()
    return (await rows().count()) > first
  })
  await eventually('icons of the new rows', () => icons.length > 0)
  assert.match(await part('count').innerText(), /\d/)
  noFaults(page)
})

test('pointing at a package fetches it; opening it then needs no request', async () => {
  const details = requests(/\/api\/packages\/cargo\/|\/api\/packages\/npm\//)
  const link = part('row-link').nth(3)
  const arrived = page.waitForEvent('requestfinished', (request) => request.url() === details[0])
  await link.hover()
  await eventually('the prefetch', () => details.length === 1)
  await arrived
  await link.click()
  await part('details-body').waitFor()
  assert.equal(details.filter((url) => url === details[0]).length, 1, details.join('\n'))
  await page.goBack()
  await part('welcome').waitFor()
  noFaults(page)
})

test('a star is written down: it shows at once and is there after a reload', async () => {
  const star = part('star').nth(2)
  const label = await star.getAttribute('aria-label')
  if ((await star.getAttribute('aria-pressed')) === 'true') {
    await Promise.all([page.waitForResponse(/star$/), star.click()])
    await eventually('no star', async () => (await star.getAttribute('aria-pressed')) === 'false')
  }
  await Promise.all([page.waitForResponse((answer) => /star$/.test(answer.url()) && answer.ok()), star.click()])
  assert.equal(await star.getAttribute('aria-pressed'), 'true')
  await page.reload()
  const again = page
    .getByTestId('star')
    .and(page.locator(`[aria-label=${JSON.stringify(label)}]`))
    .first()
  await eventually('the star after the reload', async () => (await again.getAttribute('aria-pressed')) === 'true')
  noFaults(page)
})

test('a star that the server refuses is taken back, and the page says so', async () => {
  await turn('Refuse stars')
  const star = part('star').nth(4)
  const before = await star.getAttribute('aria-pressed')
  const refused = page.waitForResponse((answer) => /star$/.test(answer.url()) && answer.status() >= 400)
  // Waited for from now on, as it stays for 6 s only.
  const told = part('toast').first().waitFor()
  let hold
  const held = new Promise((resolve) => (hold = resolve))
  await page.route(/star$/, hold)
  await star.click()
  // The page draws it in a task of its own, which may come after the request.
  const route = await held
  await eventually('the star before the answer', async () => (await star.getAttribute('aria-pressed')) !== before)
  await route.continue()
  await Promise.all([refused, told])
  await eventually('the rollback', async () => (await star.getAttribute('aria-pressed')) === before)
})

test('a failing server is an error with a way out, and what is cached stays', async () => {
  await turn('Failing')
  const kept = await rows().count()
  assert.ok(kept > 0)
  await search('zzz-not-asked-before')
  await part('retry').first().waitFor()
  await picture(page, 'demo-failing')
  await turn('Normal')
  await search('leptos')
  await eventually('results again', async () => (await rows().first().getAttribute('data-package'))?.includes('leptos'))
})

test('the switch is turned by arrow keys: the last one holds, on the page and on the server', async () => {
  const turned = []
  await page.route('**/api/faults', async (route) => {
    if (route.request().method() === 'PUT') {
      const { mode } = route.request().postDataJSON()
      // The first is long on its way.
      if (mode === 'slow') await new Promise((resolve) => setTimeout(resolve, 500))
      turned.push(mode)
    }
    await route.continue()
  })
  await page.locator('[data-testid="faults"]:enabled').waitFor()
  await page.getByLabel('Normal').focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await eventually('both were sent', () => turned.length === 2)
  assert.deepEqual(turned, ['slow', 'failing'])
  const mode = async () => (await (await fetch(`${demo}/api/faults`)).json()).mode
  await eventually('the server has the last', async () => (await mode()) === 'failing')
  await eventually('the page has it', () => page.getByLabel('Failing').isChecked())
  await page.unrouteAll({ behavior: 'ignoreErrors' })
})

test('without a network the page says so, and goes on when there is one', async () => {
  const words = 'You are offline. It comes as soon as there is a connection.'
  await page.context().setOffline(true)
  await part('row-link').nth(5).focus()
  await page.keyboard.press('Enter')
  await part('details').getByText(words).waitFor()
  await search('hyper')
  await page.locator('[data-testid="count"]', { hasText: words }).waitFor()
  await page.context().setOffline(false)
  await part('details').locator('.lead').waitFor()
  assert.equal(await part('details').getByText(words).count(), 0)
  await eventually('hyper', async () => (await rows().first().getAttribute('data-package')).includes('hyper'))
})

test('who closes a package by keyboard is where the list was left', async () => {
  const link = part('row-link').nth(2)
  await link.focus()
  await page.keyboard.press('Enter')
  await part('close').focus()
  await page.keyboard.press('Enter')
  await part('welcome').waitFor()
  assert.ok(await link.evaluate((link) => link === document.activeElement))
  noFaults(page)
})

test('a star of another day has its date', async () => {
  const at = Date.now() - 2 * 86_400_000
  const totals = { packages: 2, cargo: 1, npm: 1, dependencies: 0, starred: 1 }
  const event = (id, at) => ({ id, at, starred: true, ecosystem: 'cargo', name: 'serde', version: '1.0.0' })
  await page.route('**/api/activity', (route) =>
    route.fulfill({ json: { totals, events: [event(2, Date.now()), event(1, at)] } }),
  )
  await page.reload()
  const times = part('events').locator('time')
  const day = await page.evaluate((at) => new Date(at).toLocaleDateString(), at)
  await eventually('a date', async () => (await times.allInnerTexts())[1] === day)
  assert.match(await times.first().innerText(), /:/)
})

test('the activity is polled', async () => {
  const polls = requests(/\/api\/activity/)
  await eventually('three polls', () => polls.length >= 3)
  noFaults(page)
})

test('the panel shows the vitals of this very page view', async () => {
  const shown = (name) => eventually(`a figure for ${name}`, async () => Number.isFinite(await figure(name)))
  // LCP ends with the first input, and a browser that had not painted by then reports none: paint first.
  await shown('TTFB')
  await shown('FCP')
  await painted(page)
  await page.mouse.click(5, 5)
  await shown('LCP')
  // The units of the dashboard.
  assert.match(await page.locator('[data-figure="bytes-received"]').innerText(), /^[\d.]+ (B|KiB|MiB)$/)
  await picture(page, 'demo')
  noFaults(page)
})
