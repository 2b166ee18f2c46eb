// Pages of a Leptos app that a server renders by leptos_axum and Chromium hydrates: what the server fetched is not fetched again,
// and what it sent is what the first view shows.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { eventually, launch, noFaults, PATIENCE } from './browser.mjs'
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

/** Opens a page, and notes what it asks the server's API and what the console says. */
async function visit(path, options = {}) {
  const scope = await browser.newContext({ extraHTTPHeaders: { 'x-asker': 'somebody' }, ...options })
  scope.setDefaultTimeout(PATIENCE)
  const page = await scope.newPage()
  page.faults = []
  page.asked = []
  page.on('pageerror', (error) => page.faults.push(String(error)))
  page.on('console', (message) => {
    // Leptos warns of what it hydrates otherwise than a server sent it.
    if (['error', 'warning'].includes(message.type())) page.faults.push(message.text())
  })
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (url.pathname.startsWith('/api/')) page.asked.push(url.pathname)
  })
  await page.goto(`${origin}${path}`)
  return page
}

const text = (page, id) => page.locator(`#${id}`).textContent()

/** A page is hydrated when what only a browser knows is there. */
const hydrated = (page) => eventually('the page is hydrated', async () => (await text(page, 'local')) === 'a browser')

const counts = async () => (await fetch(`${origin}/counts`)).json()

let next = 10
/** A product that no test has seen. */
const fresh = () => (next += 10)

for (const mode of ['out-of-order', 'in-order', 'partially-blocked', 'async']) {
  test(`${mode}: what the server fetched is shown, and not fetched again`, async () => {
    const id = fresh()
    const earlier = await counts()
    const page = await visit(`/${mode}/${id}`)
    await hydrated(page)
    const later = await counts()
    const asked = (kind) => (later[kind] ?? 0) - (earlier[kind] ?? 0)
    assert.match(await text(page, 'product'), new RegExp(`^product ${id} for somebody, asked \\d+$`))
    assert.equal(await text(page, 'reviews'), `Reviews of product ${id}`)
    assert.match(await text(page, 'maker'), new RegExp(`^maker ${id + 100} for somebody`), 'it depends on the product')
    assert.equal(await text(page, 'missing'), 'not there: missing 0')
    assert.equal(await text(page, 'page'), 'page 1')
    assert.match(await text(page, 'fresh'), /^fresh 1 for somebody/)
    assert.match(await text(page, 'bare'), /^bare 1 for somebody/, 'outside of any Suspense')
    assert.match(await text(page, 'stock'), /^stock 1 for somebody/, 'prefetched')
    assert.equal(await text(page, 'prices'), 'price 1, price 2')
    await eventually('what is stale is fetched', async () => /for a browser/.test(await text(page, 'stale')))
    await eventually('so is what nobody fetched', async () => /for a browser/.test(await text(page, 'known')))
    assert.deepEqual(page.asked.sort(), ['/api/known/1', '/api/stale/1'], 'those alone')
    for (const kind of ['product', 'maker', 'missing', 'fresh', 'page', 'bare', 'stock']) assert.equal(asked(kind), 1, kind)
    assert.equal(asked('price'), 2)
    noFaults(page)
    await page.context().close()
  })
}

test('a hydrated page lives: it fetches what it is asked for, and shows the old page meanwhile', async () => {
  const id = fresh()
  const page = await visit(`/out-of-order/${id}`)
  await hydrated(page)
  await page.locator('#next').click()
  await eventually('the next product', async () => (await text(page, 'product')).startsWith(`product ${id + 1} for a browser`))
  await eventually('its maker', async () => (await text(page, 'maker')).startsWith(`maker ${id + 101} for a browser`))
  await eventually('its reviews', async () => (await text(page, 'reviews')) === `Reviews of product ${id + 1}`)
  assert.equal(page.asked.filter((path) => path === `/api/product/${id + 1}`).length, 1)

  const seen = page.evaluate(
    () =>
      new Promise((resolve) => {
        const texts = new Set()
        const look = () => {
          const text = document.querySelector('#page').textContent
          texts.add(text)
          if (text === 'page 2') resolve([...texts])
          else requestAnimationFrame(look)
        }
        look()
      }),
  )
  await page.locator('#turn').click()
  assert.deepEqual(await seen, ['page 1', 'page 2'], 'a transition shows no fallback')

  await page.locator('#again').click()
  await eventually('it is asked again', async () => page.asked.filter((path) => path === `/api/product/${id + 1}`).length === 2)
  noFaults(page)
  await page.context().close()
})

test('without JavaScript, a page that is sent in order shows its data', async () => {
  for (const mode of ['in-order', 'async']) {
    const id = fresh()
    const page = await visit(`/${mode}/${id}`, { javaScriptEnabled: false })
    assert.match(await text(page, 'product'), new RegExp(`^product ${id} for somebody`))
    assert.match(await text(page, 'maker'), new RegExp(`^maker ${id + 100} for somebody`))
    assert.equal(await text(page, 'missing'), 'not there: missing 0')
    assert.equal(await text(page, 'local'), 'A server')
    await eventually('the image loads', () => page.locator('#dog').evaluate((image) => image.naturalWidth > 0))
    assert.deepEqual(page.asked, [])
    await page.context().close()
  }
})

test('islands begin with what the server fetched, and share what they fetch', async () => {
  const page = await visit('/islands')
  const shown = (place) => page.locator(`#${place} p`).textContent()
  assert.match(await shown('first'), /^basket 1 for somebody, asked \d+$/)
  assert.equal(await shown('second'), await shown('first'), 'one request on the server')
  await eventually('the first island is alive', async () => {
    await page.locator('#first button').click()
    return /for a browser/.test(await shown('first'))
  })
  const count = async (place) => Number(/^basket (\d+)/.exec(await shown(place))?.[1])
  await eventually('the second has the same', async () => {
    if ((await count('second')) < (await count('first'))) await page.locator('#second button').click()
    return (await shown('second')) === (await shown('first'))
  })
  assert.equal(new Set(page.asked).size, page.asked.length, 'no product was asked for twice')
  assert.ok(!page.asked.includes('/api/basket/1'), 'nor that of the server')
  noFaults(page)
  await page.context().close()
})

test('200 requests at once do not mix, and leave nothing behind', async () => {
  const memory = async () => Number(await (await fetch(`${origin}/memory`)).text())
  const round = async (name) => {
    const pages = await Promise.all(
      Array.from({ length: 200 }, async (_, n) => {
        const headers = { 'x-asker': `${name}-${n};` }
        return (await fetch(`${origin}/out-of-order/${1000 + n}`, { headers })).text()
      }),
    )
    for (const [n, html] of pages.entries()) {
      const askers = new Set(html.match(new RegExp(`${name}-\\d+;`, 'g')))
      assert.deepEqual([...askers], [`${name}-${n};`])
      assert.ok(html.includes(`product ${1000 + n} for ${name}-${n};`), `page ${n} of ${name}: ${html}`)
    }
  }
  // The first rounds fill the allocator's pools and the runtime's threads.
  for (let n = 0; n < 3; n++) await round(`warm${n}`)
  // The pools grow with the pages that happen to be made at the same moment, and no further; what is kept of each
  // page, some 10 KB if it is all of it, grows in every thousand.
  const growths = []
  for (let thousand = 0; thousand < 4 && !(growths.at(-1) < 5000); thousand++) {
    const before = await memory()
    for (let n = 0; n < 5; n++) await round(`round${thousand}-${n}`)
    growths.push((await memory()) - before)
  }
  if (growths.every(Number.isFinite)) assert.ok(growths.at(-1) < 5000, `${growths} KB more after each 1000 pages`)
})
