// The devtools of a Leptos app, in pages that a browser renders and in those that it hydrates.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { eventually, launch, noFaults, open, picture } from './browser.mjs'
import { freePort } from './free-port.mjs'

const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const binary = process.env.WHIPPET_LEPTOS_SERVER ?? at('target/debug/whippet-leptos-server')
const wasm = process.env.WHIPPET_LEPTOS_SHOP ?? at('target/dev-wasm/shop')
let server, browser, origin

before(async () => {
  const address = `127.0.0.1:${await freePort()}`
  origin = `http://${address}`
  server = spawn(binary, [address, wasm], { stdio: ['ignore', 'inherit', 'inherit'] })
  await eventually('the server answers', () =>
    fetch(`${origin}/counts`).then(
      (answer) => answer.ok,
      () => false,
    ),
  )
  browser = await launch()
})

after(async () => {
  await browser?.close()
  server?.kill()
})

for (const [kind, path] of [
  ['rendered', '/csr'],
  ['hydrated', '/out-of-order/1'],
]) {
  test(`a page that is ${kind}: its queries, what can be done to them, and what happened`, async () => {
    const page = await open(browser, `${origin}${path}`)
    await page.getByRole('button', { name: 'Open Whippet devtools' }).click()
    const list = page.getByRole('listbox', { name: 'Queries and mutations' })
    const row = (text) => list.getByRole('option').filter({ hasText: text })
    const is = (label) => ({ has: page.locator(`.label.${label}`) })
    const details = page.getByRole('region', { name: 'Details' })
    await row('["product",1]').filter(is('stale')).waitFor()
    await row('["missing"]').filter(is('error')).waitFor()
    await row('["clock","fresh"]').filter(is('fresh')).waitFor()

    // Its data, and the two components that observe it.
    await row('["product",1]').click()
    await details.getByText('name: "product 1"').waitFor()
    await eventually('both observers', async () => /observer 1[^]*observer 2/.test(await details.innerText()))
    await row('["clock","fresh"]').click()
    const timers = details.locator('.timers')
    await eventually('its timer', async () => /stale\s+in .*\s+observer 1\s+stale_time 1 h/.test(await timers.innerText()))
    await picture(page, `leptos-devtools-${kind}`)

    // The error is one of the app's own type, which its page shows.
    await row('["product",1]').click()
    const product = page.locator('#product')
    const before = await product.textContent()
    await details.getByRole('button', { name: 'refetch' }).click()
    await eventually('another answer', async () => (await product.textContent()) !== before)
    // Until the panel has drawn that, a button is about to go, and the others to move.
    await details.getByRole('button', { name: 'cancel' }).waitFor({ state: 'detached' })
    await row('["product",1]').filter(is('stale')).waitFor()
    await details.getByRole('button', { name: 'simulate loading' }).click()
    await row('["product",1]').filter(is('fetching')).waitFor()
    await eventually('nothing of the product', async () => !(await product.textContent()).includes('product 1'))
    await details.getByRole('button', { name: 'restore' }).click()
    await eventually('the product', async () => /^product 1 for/.test(await product.textContent()))
    await details.getByRole('button', { name: 'simulate an error' }).click()
    await row('["product",1]').filter(is('error')).waitFor()
    await details.getByText('simulated by the devtools').first().waitFor()
    await details.getByRole('button', { name: 'restore' }).click()
    await row('["product",1]').filter(is('stale')).waitFor()

    // Step by step back to the beginning, and a session in another page.
    const slider = page.getByRole('slider', { name: 'Step' })
    await slider.focus()
    await slider.press('Home')
    await eventually('the beginning', async () =>
      /^0 of \d+ · before the first event/.test(await page.getByRole('status').innerText()),
    )
    assert.equal(await details.getByRole('button', { name: 'refetch' }).count(), 0)
    await page.getByRole('button', { name: 'Now' }).click()
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save' }).click()])
    assert.match(download.suggestedFilename(), /^whippet-session-.*\.json$/)
    noFaults(page)
    await page.context().close()
  })
}

test('a server renders nothing of it', async () => {
  const html = await (await fetch(`${origin}/async/1`)).text()
  assert.doesNotMatch(html, /whippet-devtools/)
  assert.match(html, /product 1 for/)
})
