// Where wasm cannot run, the page says so and goes on.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { demo, eventually, launch, open } from './browser.mjs'

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
  test(`${name}: queries give a clear error, images load`, async () => {
    const page = await open(browser, demo, options)
    const error = page.getByTestId('error').first()
    await error.waitFor()
    assert.match(await error.innerText(), /WebAssembly/)
    await eventually('the icons of the page', async () =>
      page.locator('img.icon').evaluateAll((images) => images.length > 0 && images.every((image) => image.naturalWidth > 0)),
    )
    await page.context().close()
  })
}
