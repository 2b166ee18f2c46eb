// The two pictures of the README: a session in the demo, and what the dashboard makes of it.
import { after, before, test } from 'node:test'
import { collector, demo, eventually, launch, noFaults, open, picture } from './browser.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

const size = { viewport: { width: 1280, height: 860 } }

test('the demo after a few searches, an opened package and a star', async () => {
  const page = await open(browser, demo, size)
  const part = (name) => page.getByTestId(name)
  await part('row').first().waitFor()
  for (const text of ['tokio', 'leptos', 'serde']) {
    await part('search').fill('')
    await part('search').pressSequentially(text, { delay: 25 })
    await eventually(text, async () => (await part('row').first().getAttribute('data-package'))?.includes(text))
  }
  await part('row-link').first().hover()
  await part('row-link').first().click()
  await part('details-body').waitFor()
  await eventually('a beacon', async () => Number(await page.locator('[data-figure="beacons"]').innerText()) > 0)
  await page.waitForLoadState('networkidle')
  await picture(page, 'readme-demo')
  noFaults(page)
  await page.context().close()
})

test('the dashboard of the last quarter of an hour', async () => {
  const page = await open(browser, `${collector}/?range=15m`, size)
  await page.getByRole('main').getByText('LCP p75').first().waitFor()
  await page.waitForLoadState('networkidle')
  await picture(page, 'readme-dashboard')
  noFaults(page)
  await page.context().close()
})
