// Images of a server that is slow, and fails sometimes, in a page longer than the viewport.
import { build } from 'esbuild'
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import path from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { eventually, launch, open } from './browser.mjs'

const IMAGES = 200
const MAX_CONCURRENT = 4
const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')

let browser
let server
let origin
let script
/** The number of requests by path; the most concurrent requests; images whose first response is an error. */
let requests
let peak
const flaky = new Set(['/img/1'])

const page = (params) => `<!doctype html><title>images</title><body style="margin:0">
  ${Array.from({ length: IMAGES }, (_, i) => `<p style="height:100px;margin:0"><img data-src="/img/${i}" width="50" height="50" alt=""></p>`).join('')}
  <script>${params.has('no-observer') ? 'delete window.IntersectionObserver' : ''}</script>
  <script type="module" src="/app.js"></script>`

before(async () => {
  const bundle = await build({
    bundle: true,
    format: 'esm',
    logLevel: 'silent',
    stdin: {
      contents: `import { lazy } from 'whippet/lazy'
        window.images = lazy(document, { maxConcurrent: ${MAX_CONCURRENT} })`,
      resolveDir: path.join(path.dirname(fileURLToPath(import.meta.url)), '../../www'),
    },
    write: false,
  })
  script = bundle.outputFiles[0].contents
  let underWay = 0
  server = createServer((request, answer) => {
    const url = new URL(request.url, 'http://localhost')
    if (url.pathname === '/app.js') return answer.setHeader('content-type', 'text/javascript').end(script)
    if (!url.pathname.startsWith('/img/')) {
      if (url.searchParams.has('no-wasm')) answer.setHeader('content-security-policy', "script-src 'self' 'unsafe-inline'")
      return answer.setHeader('content-type', 'text/html').end(page(url.searchParams))
    }
    const times = (requests.get(url.pathname) ?? 0) + 1
    requests.set(url.pathname, times)
    peak = Math.max(peak, ++underWay)
    setTimeout(() => {
      underWay--
      if (flaky.has(url.pathname) && times === 1) return answer.writeHead(503).end()
      answer.setHeader('content-type', 'image/gif').setHeader('cache-control', 'no-store').end(GIF)
    }, 30)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${server.address().port}`
  browser = await launch()
})
after(async () => {
  await browser.close()
  server.close()
})
beforeEach(() => {
  requests = new Map()
  peak = 0
})

const loaded = (page) => page.locator('img').evaluateAll((all) => all.filter((image) => image.naturalWidth > 0).length)

test('images that come near are loaded, a few at once, again after a failure, and none twice', async () => {
  const page = await open(browser, origin)
  await eventually('the visible images', async () => (await loaded(page)) >= 8)
  await eventually('the retry', () => requests.get('/img/1') === 2)
  assert.ok(requests.size < IMAGES / 2, `${requests.size} of ${IMAGES} were requested`)
  assert.ok(peak <= MAX_CONCURRENT, `${peak} at once`)

  await page.evaluate(() => scrollTo(0, document.body.scrollHeight))
  await eventually('the last image', () => requests.has(`/img/${IMAGES - 1}`))
  assert.ok(requests.size < IMAGES, 'skipped images are not requested')
  await page.evaluate(() => scrollTo(0, 0))
  await eventually('no image is loading', () => page.evaluate(() => images.stats().loading === 0))
  for (const [name, times] of requests) assert.equal(times, flaky.has(name) ? 2 : 1, name)
  await page.context().close()
})

test('an added image is loaded, and a removed one is not', async () => {
  const page = await open(browser, origin)
  await eventually('the first image', async () => (await loaded(page)) > 0)
  await page.evaluate(() => {
    document.querySelectorAll('p').forEach((row, i) => i > 100 && row.remove())
    const late = Object.assign(new Image(9, 9), { alt: '' })
    late.dataset.src = '/img/late'
    document.body.prepend(late)
  })
  await eventually('the added image', () => requests.has('/img/late'))
  await eventually('the removed images are not pending', () => page.evaluate(() => images.stats().pending < 101))
  await page.context().close()
})

test('after destroy() nothing is loaded', async () => {
  const page = await open(browser, origin)
  await eventually('no image is loading', () => page.evaluate(() => images.stats().loaded > 0 && images.stats().loading === 0))
  const before = requests.size
  await page.evaluate(() => {
    images.destroy()
    scrollTo(0, document.body.scrollHeight)
  })
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 200))))
  assert.equal(requests.size, before)
  await page.context().close()
})

test('no-observer: the browser loads every image', async () => {
  const page = await open(browser, `${origin}/?no-observer`)
  await eventually('a source for every image', () =>
    page.locator('img').evaluateAll((all) => all.every((image) => image.src !== '')),
  )
  await eventually('the visible images', async () => (await loaded(page)) >= 5)
  await page.context().close()
})

test('no-wasm: images are as lazy as with it', async () => {
  const page = await open(browser, `${origin}/?no-wasm`)
  await eventually('the visible images', async () => (await loaded(page)) >= 5)
  assert.ok(await page.locator('img').evaluateAll((all) => all.some((image) => image.src === '')))
  await page.context().close()
})
