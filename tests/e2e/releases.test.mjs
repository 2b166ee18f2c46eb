// Releases side by side: which is slower, by how much, on which page; and any two values or time spans.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { eventually, launch, noFaults, open, picture } from './browser.mjs'
import { ownCollector } from './own-collector.mjs'

let browser, address, end

before(async () => {
  browser = await launch()
  ;({ address, end } = await ownCollector(['--rate-limit', '0']))
  // The product page became half as slow again, the others did not change. The new release has more phones, which are
  // slower: a comparison that does not hold the mix of devices equal would call all pages slower.
  for (const [release, phones] of [
    ['1.0.0', 3],
    ['1.1.0', 7],
  ]) {
    for (let i = 0; i < 400; i++) {
      const device = i % 10 < phones ? 'phone' : 'desktop'
      const where = ['/', '/products/:id'][i % 2]
      const usual = device === 'phone' ? 3000 : 1000
      const slower = release === '1.1.0' && where !== '/' ? 1.5 : 1
      // The same spread of values on all sides.
      const LCP = { value: usual * slower * (0.8 + ((i * 7) % 40) / 100) }
      await send({ id: `r${release.replaceAll('.', '')}-${i}`, release, device, page: where, vitals: { LCP } })
    }
  }
})
after(async () => {
  await browser?.close()
  await end?.()
})

async function send(more) {
  const beacon = { v: 1, session: 'e2e', view: more.id, app: 'shop', navigation: 'navigate', sentAt: Date.now(), ...more }
  const answer = await fetch(`${address}/v1/beacons`, { method: 'POST', body: JSON.stringify(beacon) })
  assert.equal(answer.status, 204, await answer.text())
}

/** A table's rows, each its cells' texts. */
async function table(page, name) {
  const rows = page.getByRole('table', { name }).locator('tbody tr')
  await rows.first().waitFor()
  return rows.evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.innerText.replace(/\s+/g, ' ').trim())))
}

/** The list that is called `name`. Its label also has the texts of its options. */
const choice = (page, name) => page.locator('.picker', { has: page.getByText(name, { exact: true }) }).locator('select')

const comparison = '?app=shop&split=release:1.1.0&with=release:1.0.0'

for (const colorScheme of ['light', 'dark']) {
  test(`releases are listed, and one is compared with another, ${colorScheme}`, async () => {
    const page = await open(browser, `${address}/releases`, { colorScheme })
    const listed = await table(page, 'Releases, the newest first')
    assert.deepEqual(listed.map((row) => row[0]).sort(), ['1.0.0 shop', '1.1.0 shop'])
    await page.getByRole('link', { name: '1.1.0' }).click()
    await page.waitForURL(/split=release/)
    await choice(page, 'With').selectOption('1.0.0')
    await page.waitForURL(/with=release/)
    // Until it is there, the comparison that was shown before stays.
    const pages = await eventually('both pages, the worst impact first', async () => {
      const rows = await table(page, 'Both sides by page')
      return rows.length === 2 && rows[0][0] === '/products/:id LCP' && rows
    })
    const [, before, now, change, , impact, verdict] = pages[0]
    assert.ok(Number.parseFloat(now) > 1.3 * Number.parseFloat(before), `${before} ${now}`)
    assert.match(change, /^\+[45]\d % \+\d+ % to \+\d+ %$/)
    assert.match(impact, /^\+\d/)
    assert.match(verdict, /^Worse/)
    // With the mix of devices held equal this page is as it was.
    assert.match(pages[1][0], /^\/ LCP$/)
    assert.doesNotMatch(pages[1][6], /^(Worse|Better)/)
    await page.getByText('weighed by the same mix of devices').waitFor()
    await picture(page, `releases-${colorScheme}`)
    noFaults(page)
    await page.context().close()
  })
}

test('a page is opened from the list, and closed again', async () => {
  const page = await open(browser, `${address}/releases${comparison}`)
  await page.getByRole('link', { name: '/products/:id' }).click()
  await page.waitForURL(/page=/)
  await page.getByRole('heading', { name: '/products/:id' }).waitFor()
  const metrics = await eventually('the metrics of this page', async () => {
    const rows = await table(page, 'Both sides, by metric')
    return rows[0]?.[4]?.endsWith('200') && rows
  })
  assert.equal(metrics[0][0], 'LCP')
  assert.match(metrics[0][6], /^Worse/)
  await page.getByRole('button', { name: 'Show all pages' }).click()
  await page.getByRole('heading', { name: 'All pages together' }).waitFor()
  noFaults(page)
  await page.context().close()
})

test('another quantile, two values of a split and two time spans', async () => {
  const page = await open(browser, `${address}/releases${comparison}`)
  const sides = page.getByText('and the interval that is right')
  await sides.getByText('p75').waitFor()
  await choice(page, 'Quantile').selectOption('p95')
  await page.waitForURL(/quantile=p95/)
  await page.getByText('p95, and the interval').waitFor()

  await choice(page, 'By').selectOption('Device')
  await choice(page, 'This').selectOption('phone')
  await choice(page, 'With').selectOption('desktop')
  await page.waitForURL(/with=device/)
  // The releases have 400 views each, too.
  await page.getByText('Now: phone,').waitFor()
  const metrics = await eventually('both devices', async () => {
    const rows = await table(page, 'Both sides, by metric')
    return rows[0]?.[4] === '400 → 400' && rows
  })
  assert.match(metrics[0][6], /^Worse/, 'phones are slower')

  await choice(page, 'By').selectOption('Time')
  await page.waitForURL((url) => url.searchParams.get('with') === 'before')
  await eventually('nothing was there before', async () => {
    const rows = await table(page, 'Both sides, by metric')
    return rows[0]?.[4] === '0 → 800' && rows
  })
  await choice(page, 'With').selectOption('another time …')
  await page.getByLabel('With from').waitFor()
  noFaults(page)
  await page.context().close()
})

test('the lists are used by keyboard, and the address has all choices', async () => {
  const page = await open(browser, `${address}/releases?app=shop`)
  await table(page, 'Releases, the newest first')
  const list = choice(page, 'This')
  await list.focus()
  await page.keyboard.type('1.1')
  await page.waitForURL((url) => url.searchParams.get('split') === 'release:1.1.0')
  assert.ok(await list.evaluate((list) => list === document.activeElement), 'the focus stays')
  const again = await open(browser, page.url())
  await eventually('the release of the address', async () => (await choice(again, 'This').inputValue()) === '1.1.0')
  noFaults(again)
  await again.context().close()
  await page.context().close()
})

test('regressions say what is watched, or that none was found', async () => {
  const page = await open(browser, `${address}/releases`)
  const panel = page.locator('.panel', { has: page.getByRole('heading', { name: 'Regressions' }) })
  await panel.getByText('None was found in this time range.').or(panel.getByText('Lasts')).first().waitFor()
  await panel.getByText(/watched/).waitFor()
  noFaults(page)
  await page.context().close()
})

for (const query of ['', comparison]) {
  test(`${query ? 'a comparison' : 'the list'} fits a phone`, async () => {
    const page = await open(browser, `${address}/releases${query}`, { viewport: { width: 390, height: 800 } })
    await table(page, query ? 'Both sides by page' : 'Releases, the newest first')
    const [content, view] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth])
    assert.ok(content <= view, `${content} px wide in ${view}`)
    await picture(page, `releases-phone${query && '-comparison'}`)
    noFaults(page)
    await page.context().close()
  })
}
