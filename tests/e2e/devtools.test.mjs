// The devtools in a page: what is listed, what can be done to it, and stepping through what happened.
import { build } from 'esbuild'
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { launch, noFaults, open, picture } from './browser.mjs'

const resolveDir = fileURLToPath(new URL('.', import.meta.url))

/** A page's script, with `client` and `devtools` as globals. `core` is TanStack's own cache. */
const script = (packageName) => `
  import { QueryClient, QueryObserver, MutationObserver } from '${packageName}'
  import { mountDevtools } from 'whippet/devtools'
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  Object.assign(globalThis, { observers: { QueryObserver, MutationObserver }, client, open: (options) => (globalThis.devtools = mountDevtools(client, options)) })`

async function bundle(contents, environment = 'development') {
  const define = { 'process.env.NODE_ENV': JSON.stringify(environment) }
  const { outputFiles } = await build({ bundle: true, define, minify: true, stdin: { contents, resolveDir }, write: false })
  return outputFiles[0].contents
}

let server, browser, origin, bundles
before(async () => {
  bundles = {
    '/whippet.js': await bundle(script('whippet/query')),
    '/core.js': await bundle(script('@tanstack/query-core')),
    '/production.js': await bundle(script('whippet/query'), 'production'),
  }
  server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url, 'http://localhost')
    const script = bundles[pathname]
    if (script) return response.setHeader('content-type', 'text/javascript').end(script)
    response.setHeader('content-security-policy', "default-src 'self'; img-src data:; script-src 'self' 'wasm-unsafe-eval'")
    response.setHeader('content-type', 'text/html')
    const name = search.slice(1)
    response.end(
      `<!doctype html><title>devtools</title><link rel="icon" href="data:,"><h1>A page</h1><script src="/${name}.js"></script>`,
    )
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  origin = `http://127.0.0.1:${server.address().port}`
  browser = await launch()
})
after(async () => {
  await browser?.close()
  server?.close()
})

const fill = () => {
  const { QueryObserver, MutationObserver } = observers
  let version = 0
  client.setQueryData(['written'], { rows: [1, 2, 3] })
  const options = { queryKey: ['rows', { page: 1 }], queryFn: async () => ({ version: ++version }), staleTime: 60_000 }
  globalThis.observer = new QueryObserver(client, options)
  observer.subscribe(() => {})
  const failing = async () => {
    throw new Error('no such thing')
  }
  new QueryObserver(client, { queryKey: ['broken'], queryFn: failing }).subscribe(() => {})
  const mutation = new MutationObserver(client, { mutationKey: ['save'], mutationFn: async (value) => value })
  return mutation.mutate('a')
}

for (const packageName of ['whippet', 'core']) {
  test(`queries, mutations and what happened: ${packageName}`, async () => {
    const page = await open(browser, `${origin}/?${packageName}`)
    await page.evaluate(() => open())
    await page.evaluate(fill)
    await page.getByRole('button', { name: 'Open Whippet devtools' }).click()
    const list = page.getByRole('listbox', { name: 'Queries and mutations' })
    const row = (text) => list.getByRole('option').filter({ hasText: text })
    await row('["rows",{"page":1}]').filter({ hasText: 'fresh' }).waitFor()
    await row('["broken"]').filter({ hasText: 'error' }).waitFor()
    await row('["written"]').filter({ hasText: 'inactive' }).waitFor()
    await page.getByRole('tab', { name: 'Queries 3' }).waitFor()

    assert.deepEqual(await list.locator('.key').allInnerTexts(), ['["broken"]', '["rows",{"page":1}]', '["written"]'])

    // What it holds, and its timers.
    await row('["rows"').click()
    const details = page.getByRole('region', { name: 'Details' })
    assert.match(await details.innerText(), /version: 1/)
    assert.match(await details.locator('.timers').innerText(), /stale\s+in 1 min|stale\s+in \d+(\.\d)? s/)
    assert.match(await details.locator('.timers').innerText(), /observer 1\s+staleTime 1 min/)
    await picture(page, `devtools-${packageName}`)

    // What can be done to it.
    await details.getByRole('button', { name: 'refetch' }).click()
    await details.getByText('version: 2').waitFor()
    await details.getByRole('button', { name: 'simulate loading' }).click()
    await row('["rows"').filter({ hasText: 'fetching' }).waitFor()
    assert.equal(await page.evaluate(() => observer.getCurrentResult().isPending), true)
    await details.getByRole('button', { name: 'restore' }).click()
    await details.getByText('version: 2').waitFor()
    assert.deepEqual(await page.evaluate(() => observer.getCurrentResult().data), { version: 2 })
    await details.getByRole('button', { name: 'simulate an error' }).click()
    await row('["rows"').filter({ hasText: 'error' }).waitFor()
    assert.match(await page.evaluate(() => observer.getCurrentResult().error.message), /simulated/)
    await details.getByRole('button', { name: 'restore' }).click()
    await details.getByRole('button', { name: 'invalidate' }).click()
    await details.getByText('version: 3').waitFor()
    assert.equal(await page.evaluate(() => observer.getCurrentResult().status), 'success')

    // Steps back: the rows as they were, and nothing that can be done to them.
    const slider = page.getByRole('slider', { name: 'Step' })
    await slider.focus()
    await slider.press('Home')
    await page.getByRole('tab', { name: 'Queries 0' }).waitFor()
    await page.getByRole('button', { name: 'One event on' }).click()
    await page.getByRole('tab', { name: 'Queries 1' }).waitFor()
    const step = page.getByRole('status')
    while (!/ success \["rows"/.test(await step.innerText())) await page.getByRole('button', { name: 'One event on' }).click()
    await details.getByText('version: 1').waitFor()
    assert.equal(await details.getByRole('button', { name: 'refetch' }).count(), 0)
    await page.getByText('Timeline').click()
    const events = page.getByRole('listbox', { name: 'Events' })
    await events.press('End')
    await page.getByText(/^1 of \d+ · added \["written"\]/).waitFor()
    await picture(page, `devtools-${packageName}-past`)
    await page.getByRole('button', { name: 'Now' }).click()
    await row('["rows"').click()
    await details.getByText('version: 3').waitFor()

    // Filters.
    await page.getByRole('searchbox').fill('ROW page')
    assert.equal(await list.getByRole('option').count(), 1)
    await page.getByRole('searchbox').fill('')
    await page.getByRole('button', { name: 'error 1' }).click()
    assert.match(await list.innerText(), /^1\s+error\s+\["broken"\]$/)
    await page.getByRole('tab', { name: 'Mutations 1' }).click()
    await row('["save"] #1').click()
    assert.match(await details.innerText(), /variables: "a"[^]*data: "a"/)

    // A saved session in another page.
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save' }).click()])
    const session = await readFile(await download.path(), 'utf8')
    const other = await open(browser, `${origin}/?${packageName}`)
    await other.evaluate((session) => open().element.openSession(session), session)
    await other.getByRole('tab', { name: 'Queries 3' }).waitFor()
    await other.getByRole('button', { name: 'One event back' }).click()
    assert.match(await other.getByRole('status').innerText(), /^loaded session: \d+ of \d+ · /)
    await other.evaluate(() => devtools.element.openSession('{"format":1}'))
    assert.match(await other.getByRole('alert').innerText(), /no session of these devtools/)

    await page.getByRole('button', { name: 'Close' }).click()
    assert.equal(await page.evaluate(() => devtools.element.open), false)
    await page.evaluate(() => devtools.unmount())
    assert.equal(await page.locator('whippet-devtools').count(), 0)
    noFaults(page)
    noFaults(other)
  })
}

test('10,000 queries have elements for those that are seen', async () => {
  const page = await open(browser, `${origin}/?whippet`)
  const took = await page.evaluate(async () => {
    for (let id = 0; id < 10_000; id++) client.setQueryData(['row', id], { id })
    open()
    const times = []
    for (let turn = 0; turn < 5; turn++) {
      devtools.element.open = false
      const before = performance.now()
      devtools.element.open = true
      devtools.element.shadowRoot.querySelector('.list').getBoundingClientRect()
      times.push(performance.now() - before)
    }
    return times
  })
  console.log(`opening 10,000 queries took ${took.map((ms) => ms.toFixed(1)).join(', ')} ms`)
  await page.getByRole('tab', { name: 'Queries 10000' }).waitFor()
  const list = page.getByRole('listbox', { name: 'Queries and mutations' })
  assert.ok((await list.getByRole('option').count()) < 60)
  await list.focus()
  await list.press('End')
  await list.getByRole('option', { selected: true }).waitFor()
  assert.equal(await list.getByRole('option', { selected: true }).getAttribute('aria-posinset'), '10000')
  noFaults(page)
})

test('what is redrawn between a press and its release is clicked nevertheless', async () => {
  const page = await open(browser, `${origin}/?whippet`)
  await page.evaluate(() => {
    client.setQueryData(['a'], { nested: { value: 1 } })
    open({ initialIsOpen: true })
  })
  const list = page.getByRole('listbox', { name: 'Queries and mutations' })
  const tab = page.getByRole('tab', { name: 'Queries 2' })
  await list.getByRole('option').hover()
  await page.mouse.down()
  // Two frames: the panel draws what happened in the next one.
  await page.evaluate(async () => {
    client.setQueryData(['b'], 1)
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame)
  })
  assert.equal(await tab.count(), 0)
  await page.mouse.up()
  await tab.waitFor()
  assert.equal(await list.getByRole('option', { selected: true }).innerText(), 'inactive\n["a"]')
  // Released elsewhere: it goes on.
  await list.getByRole('option').first().hover()
  await page.mouse.down()
  await page.mouse.move(1, 1)
  await page.mouse.up()
  await page.evaluate(() => client.setQueryData(['c'], 1))
  await page.getByRole('tab', { name: 'Queries 3' }).waitFor()
  noFaults(page)
})

test('a row is clicked though its list scrolls between the press and the release', async () => {
  const page = await open(browser, `${origin}/?whippet`)
  await page.evaluate(() => {
    for (let index = 0; index < 100; index++) client.setQueryData(['row', index], index)
    open({ initialIsOpen: true })
  })
  const list = page.getByRole('listbox', { name: 'Queries and mutations' })
  const row = list.getByRole('option').nth(3)
  const text = await row.innerText()
  /** Scrolls, and waits two frames: the list hears of it in the next one. Returns the places of the rows that are there. */
  const scroll = (top) =>
    list.evaluate(async (list, top) => {
      list.scrollTop = top
      for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame)
      return [...list.querySelectorAll('[role="option"]')].map((row) => Number(row.ariaPosInSet))
    }, top)
  await row.hover()
  await page.mouse.down()
  // Less than half a row: it stays below the pointer.
  await scroll(10)
  await page.mouse.up()
  assert.equal(await list.getByRole('option', { selected: true }).innerText(), text)

  // Wherever it scrolls to, the rows are in their order.
  const [count] = (await scroll(0)).slice(-1)
  for (const [top, first] of [
    [280, 5],
    [1000, 30],
    [700, 20],
    [0, 1],
  ]) {
    const places = await scroll(top)
    const last = Math.min(100, first + places.length - 1)
    assert.deepEqual(
      places,
      Array.from({ length: last - first + 1 }, (_, index) => first + index),
    )
    assert.ok(places.length >= count && places.length <= count + 7, `${places.length} rows where ${count} are at the beginning`)
  }
  noFaults(page)
})

test('what is opened and used in one task, before its toggle event, is as one expects', async () => {
  const page = await open(browser, `${origin}/?whippet`)
  await page.evaluate(() => {
    open({ initialIsOpen: true })
    client.setQueryData(['a'], { nested: { value: 1 } })
    client.setQueryData(['b'], 1)
  })
  await page.evaluate(() => {
    const { shadowRoot } = devtools.element
    shadowRoot.querySelector('footer summary').click()
    const key = new KeyboardEvent('keydown', { key: 'End', cancelable: true })
    shadowRoot.querySelector('[aria-label="Events"]').dispatchEvent(key)
  })
  await page.getByText(/^1 of \d+ · added \["a"\]/).waitFor()
  await page.getByRole('button', { name: 'Now' }).click()
  await page.getByRole('listbox', { name: 'Queries and mutations' }).getByRole('option', { name: '["a"]' }).click()
  await page.evaluate(() => {
    const branch = () =>
      [...devtools.element.shadowRoot.querySelectorAll('.details summary')].find((one) => /nested/.test(one.innerText))
    branch().click()
    // Draws again.
    devtools.element.open = false
    devtools.element.open = true
  })
  await page.getByText('value: 1').waitFor()
  noFaults(page)
})

test('what is looked at stays as it is when old events are let go', async () => {
  const page = await open(browser, `${origin}/?whippet`)
  const write = (from, to) =>
    page.evaluate(
      ([from, to]) => {
        for (let value = from; value <= to; value++) client.setQueryData(['n'], value)
      },
      [from, to],
    )
  await page.evaluate(() => void open({ initialIsOpen: true }))
  await write(1, 1200)
  await page.getByRole('slider', { name: 'Step' }).fill('601')
  await page.getByText(/^601 of 1201 · success/).waitFor()
  const data = async () => /data: (\d+)/.exec(await page.getByRole('region', { name: 'Details' }).innerText())[1]
  assert.equal(await data(), '600')
  await write(1201, 1300)
  await page.getByText(/^351 of 1051 \(250 before are gone\) · success/).waitFor()
  assert.equal(await data(), '600')
  noFaults(page)
})

test('in production nothing is there', async () => {
  const page = await open(browser, `${origin}/?production`)
  await page.evaluate(() => open({ initialIsOpen: true }))
  assert.equal(await page.locator('whippet-devtools').count(), 0)
  assert.doesNotMatch(Buffer.from(bundles['/production.js']).toString(), /whippet-devtools|simulate loading/)
  noFaults(page)
})
