// The devtools of a Leptos app, in pages that a browser renders and in those that it hydrates.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { eventually, launch, noFaults, open, picture } from './browser.mjs'

const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const binary = process.env.WHIPPET_LEPTOS_SERVER ?? at('target/debug/whippet-leptos-server')
const wasm = process.env.WHIPPET_LEPTOS_SHOP ?? at('target/dev-wasm/shop')
let server, browser, origin

const freePort = () =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })

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
    const details = page.getByRole('region', { name: 'Details' })
    await row('["product",1]').filter({ hasText: 'stale' }).waitFor()
    await row('["missing"]').filter({ hasText: 'error' }).waitFor()
    await row('["clock","fresh"]').filter({ hasText: 'fresh' }).waitFor()

    // Its data, and the two components that observe it.
    await row('["product",1]').click()
    await details.getByText('name: "product 1"').waitFor()
    assert.match(await details.innerText(), /observer 1[^]*observer 2/)
    await row('["clock","fresh"]').click()
    assert.match(await details.locator('.timers').innerText(), /stale\s+in .*\s+observer 1\s+stale_time 1 h/)
    await picture(page, `leptos-devtools-${kind}`)

    // The error is one of the app's own type, which its page shows.
    await row('["product",1]').click()
    const product = page.locator('#product')
    const before = await product.textContent()
    await details.getByRole('button', { name: 'refetch' }).click()
    await eventually('another answer', async () => (await product.textContent()) !== before)
    await details.getByRole('button', { name: 'simulate loading' }).click()
    await row('["product",1]').filter({ hasText: 'fetching' }).waitFor()
    assert.equal((await product.textContent()).includes('product 1'), false)
    await details.getByRole('button', { name: 'restore' }).click()
    await eventually('the product', async () => /^product 1 for/.test(await product.textContent()))
    await details.getByRole('button', { name: 'simulate an error' }).click()
    await row('["product",1]').filter({ hasText: 'error' }).waitFor()
    await details.getByText('simulated by the devtools').first().waitFor()
    await details.getByRole('button', { name: 'restore' }).click()
    await row('["product",1]').filter({ hasText: 'stale' }).waitFor()

    // Step by step back to the beginning, and a session in another page.
    const slider = page.getByRole('slider', { name: 'Step' })
    await slider.focus()
    await slider.press('Home')
    assert.match(await page.getByRole('status').innerText(), /^0 of \d+ · before the first event/)
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
