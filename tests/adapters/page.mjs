// Runs a bundle in Chromium, and returns what its application shows.
import { after, before } from 'node:test'
import { launch } from '../e2e/browser.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser?.close())

/** What `show(name, text)` of the bundle was called with, once it showed all of `names`; and `globalThis.facts`. */
export async function shown(file, names) {
  const page = await browser.newPage()
  try {
    const faults = []
    page.on('pageerror', (error) => faults.push(error))
    await page.setContent('<!doctype html><title>app</title><body></body>')
    await page.addScriptTag({ path: file, type: 'module' })
    const all = `${JSON.stringify(names)}.every((name) => globalThis.facts?.[name])`
    await page.waitForFunction(all, undefined, { timeout: 10_000 }).catch((error) => {
      throw faults[0] ?? error
    })
    return await page.evaluate('globalThis.facts')
  } finally {
    await page.close()
  }
}
