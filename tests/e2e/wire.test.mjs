// What changed instead of the whole body, on the wire: the demo's backend with Chromium's compression dictionaries, and `whippet/server`
// with `whippet/json/delta` in Firefox, which has none.
import { build } from 'esbuild'
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import puppeteer from 'puppeteer-core'
import { createDelta } from 'whippet/server'
import { demo, eventually, launch, noFaults, open } from './browser.mjs'

describe('in Chromium', () => {
  let browser, page
  /** Per address, what its last response was and cost. */
  const seen = new Map()

  before(async () => {
    browser = await launch()
    page = await open(browser, demo)
    const session = await page.context().newCDPSession(page)
    await session.send('Network.enable')
    const urls = new Map()
    session.on('Network.responseReceived', ({ requestId, response }) => {
      urls.set(requestId, response.url)
      const headers = Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), value]))
      seen.set(response.url, { coding: headers['content-encoding'] ?? '', status: response.status, bytes: undefined })
    })
    session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      const url = urls.get(requestId)
      if (url) seen.get(url).bytes = encodedDataLength
    })
  })
  after(() => browser?.close())

  /** Fetches in the page. Returns the text, and what it cost. */
  async function fetched(path, init) {
    seen.delete(demo + path)
    const text = await page.evaluate(async ([path, init]) => (await fetch(path, init)).text(), [path, init])
    const { coding, bytes, status } = await eventually('an end', () => seen.get(demo + path)?.bytes && seen.get(demo + path))
    return { text, coding, bytes, status }
  }
  const star = (name, method) =>
    page.evaluate(([url, method]) => fetch(url, { method }).then((response) => response.ok), [`${name}/star`, method])

  for (const init of [{}, { cache: 'no-cache' }]) {
    test(`a list in which one package changed, ${JSON.stringify(init)}`, async (t) => {
      const path = `/api/packages?q=&sort=name&limit=100${init.cache ? '&page=2' : ''}`
      const first = await fetched(path, init)
      assert.notEqual(first.coding, 'dcz')
      const [{ ecosystem, name, version }] = JSON.parse(first.text).packages
      const address = `/api/packages/${[ecosystem, name, version].map(encodeURIComponent).join('/')}`
      // Chromium stores the dictionary a moment after the body has ended.
      await eventually('a dictionary', async () => {
        assert.ok(await star(address, 'PUT'))
        const next = await fetched(path, init)
        assert.equal(next.text, await (await fetch(demo + path)).text())
        assert.equal(JSON.parse(next.text).packages[0].starredAt > 0, true)
        await star(address, 'DELETE')
        return next.coding === 'dcz'
      })
      const last = await fetched(path, init)
      assert.equal(last.text, await (await fetch(demo + path)).text())
      assert.equal(last.coding, 'dcz')
      const body = last.bytes
      // Headers included.
      t.diagnostic(`${body} bytes with headers, after ${first.bytes}; the body has ${last.text.length}`)
      assert.ok(body < 1200 && body < first.bytes / 3, `${body} bytes after ${first.bytes}, of ${last.text.length}`)
    })
  }

  test('nothing changed: a 304, and the page has the body', async () => {
    const path = '/api/packages?q=&sort=name&limit=100'
    const one = await fetched(path, {})
    const two = await fetched(path, {})
    assert.equal(two.text, one.text)
    assert.ok(two.bytes < 800, `${two.bytes} bytes`)
  })

  test('the panel shows what was on the wire', async () => {
    await eventually('figures', async () => {
      const text = async (name) => page.locator(`[data-figure="${name}"]`).textContent()
      const figures = await Promise.all(['bytes-wire', 'bytes-received', 'bytes-compared', 'bytes-parsed'].map(text))
      return figures.every((figure) => /^[\d.,]+ (?:[KM]i)?B$/.test(figure))
    })
    noFaults(page)
  })
})

const executablePath = process.env.FIREFOX

describe('in Firefox', { skip: !executablePath && 'there is none: the variable FIREFOX names it' }, () => {
  let browser, page, server
  let version = 1
  const sent = []
  const rows = () =>
    JSON.stringify(Array.from({ length: 2000 }, (_, id) => ({ id, text: `row ${id * 77}`, version: id === 9 ? version : 0 })))

  before(async () => {
    const { outputFiles } = await build({
      bundle: true,
      logLevel: 'silent',
      stdin: {
        contents: `import { jsonQuery } from 'whippet/json/delta'
          import { deltaStats } from 'whippet/json/delta'
          import { QueryClient } from 'whippet/query'
          Object.assign(window, { client: new QueryClient(), jsonQuery, deltaStats })`,
        resolveDir: fileURLToPath(new URL('.', import.meta.url)),
      },
      write: false,
    })
    const delta = createDelta()
    const api = delta.node((request, response) => response.setHeader('content-type', 'application/json').end(rows()))
    server = createServer((request, response) => {
      if (request.url === '/bundle.js') return response.setHeader('content-type', 'text/javascript').end(outputFiles[0].contents)
      if (request.url !== '/rows') {
        return response
          .setHeader('content-type', 'text/html')
          .end('<!doctype html><link rel="icon" href="data:,"><script src="/bundle.js"></script>')
      }
      const { end } = response
      response.end = function (...args) {
        sent.push({
          bytes: args[0]?.length ?? 0,
          kind: response.getHeader('whippet-delta'),
          asked: request.headers['whippet-have'],
        })
        return end.apply(this, args)
      }
      api(request, response)
    })
    await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
    browser = await puppeteer.launch({ browser: 'firefox', executablePath })
    page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${server.address().port}/`)
  })
  after(async () => {
    await browser?.close()
    server?.closeAllConnections()
    server?.close()
  })

  test('a query gets what changed, and keeps what is the same', async () => {
    const query = () =>
      page.evaluate(async () => {
        const before = window.data
        window.data = await client.fetchQuery({ queryKey: ['rows'], queryFn: jsonQuery('/rows'), staleTime: 0 })
        return { text: JSON.stringify(data), kept: before ? data.filter((row, i) => row === before[i]).length : 0 }
      })
    assert.equal((await query()).text, rows())
    assert.deepEqual([sent[0].kind, sent[0].asked], ['whole', undefined])
    await eventually('the body to be kept', () => page.evaluate(() => deltaStats().whole === 1))
    for (version = 2; version < 5; version++) {
      const { text, kept } = await query()
      assert.equal(text, rows())
      assert.equal(kept, 1999)
      assert.equal(sent.at(-1).kind, 'edits')
      assert.ok(sent.at(-1).bytes < 40, `${sent.at(-1).bytes} bytes of ${rows().length}`)
    }
    assert.equal(await page.evaluate(() => deltaStats().deltas), 3)
  })
})
