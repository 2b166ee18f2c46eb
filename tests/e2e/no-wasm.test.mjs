// Where wasm cannot run, the page works as ever.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { demo, eventually, launch, noFaults, open } from './browser.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

const ways = {
  'there is no WebAssembly': { script: () => delete globalThis.WebAssembly },
  'a policy forbids it': {
    script: () => {
      WebAssembly.Module = function () {
        throw new WebAssembly.CompileError('blocked by CSP')
      }
    },
  },
}

for (const [name, options] of Object.entries(ways)) {
  test(`${name}: packages are listed, opened and found, images load`, async () => {
    const page = await open(browser, demo, options)
    const rows = page.getByTestId('row')
    await rows.first().waitFor()
    await eventually('the icons that are seen', async () =>
      page.locator('img.icon').evaluateAll((images) => {
        const seen = images.filter((image) => image.checkVisibility() && image.getBoundingClientRect().bottom < innerHeight)
        return seen.length > 0 && seen.every((image) => image.naturalWidth > 0)
      }),
    )
    // Bodies that are fetched again are parsed whole.
    await page.getByTestId('search').fill('serde')
    await eventually('the packages that match', async () =>
      rows.evaluateAll((found) => found.length > 0 && found.every((row) => /serde/i.test(row.textContent))),
    )
    await page.getByTestId('row-link').first().click()
    await page.getByTestId('close').waitFor()
    assert.equal(await page.getByTestId('error').count(), 0)
    noFaults(page)
    await page.context().close()
  })
}
