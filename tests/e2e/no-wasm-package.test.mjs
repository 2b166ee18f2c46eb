// The whole package in a page where wasm is missing, forbidden by the page's policy, cannot be started, or traps: what is
// set up at the top of a script never keeps the rest of it from running.
import { build } from 'esbuild'
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { launch, open } from './browser.mjs'

const script = `
  import * as whippet from 'whippet'
  const { QueryClient, QueryObserver, MutationObserver, debounce, throttle, jsonQuery, lazy, startRum, onLCP, onCLS, onINP, WasmUnavailableError } = whippet

  const client = new QueryClient()
  client.mount()
  client.setQueryData(['written'], 1)
  const rows = new QueryObserver(client, { queryKey: ['rows'], queryFn: jsonQuery('/rows'), retry: false })
  const results = []
  rows.subscribe((result) => results.push(result))
  new MutationObserver(client, { mutationFn: async () => 1 })
  const ran = []
  const search = debounce((text) => ran.push(text), 20)
  search('a')
  search('ab')
  throttle(() => ran.push('t'), 20)()
  const rum = startRum({ endpoint: '/beacons', app: 'without', client })
  onLCP(() => {}); onCLS(() => {}); onINP(() => {})
  rum.mark?.('m'); rum.timing?.('t', 1)
  const images = lazy()
  document.body.insertAdjacentHTML('beforeend', '<img id="late" data-src="/picture.svg?late" width="9" height="9">')
  window.look = () => ({
    written: client.getQueryData(['written']),
    status: results.at(-1)?.status,
    unavailable: results.at(-1)?.error instanceof WasmUnavailableError,
    ran,
    loaded: [...document.images].every((image) => image.complete && image.naturalWidth > 0 && image.src),
    background: /picture.svg/.test(getComputedStyle(box).backgroundImage),
    stats: images.stats().pending,
  })`

const html = `<!doctype html><link rel="icon" href="/picture.svg"><h1>without</h1>
  <img data-src="/picture.svg?1" width="9" height="9"><p id="box" data-bg="/picture.svg?(2)">x</p>
  <img data-src="/picture.svg?3" style="position:absolute;top:9000px" width="9" height="9"><script src="/bundle.js"></script>`

let server, browser, origin
before(async () => {
  const resolveDir = fileURLToPath(new URL('.', import.meta.url))
  const { outputFiles } = await build({ bundle: true, logLevel: 'silent', stdin: { contents: script, resolveDir }, write: false })
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://localhost')
    if (searchParams.has('policy'))
      response.setHeader('content-security-policy', `default-src 'self'; style-src 'self' 'unsafe-inline'`)
    if (pathname === '/bundle.js') response.setHeader('content-type', 'text/javascript').end(outputFiles[0].contents)
    else if (pathname === '/rows') response.setHeader('content-type', 'application/json').end('[1]')
    else if (pathname === '/beacons') response.end()
    else if (pathname === '/picture.svg') {
      response.setHeader('content-type', 'image/svg+xml').end('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    } else response.setHeader('content-type', 'text/html').end(html)
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  origin = `http://127.0.0.1:${server.address().port}`
  browser = await launch()
})
after(async () => {
  await browser?.close()
  server?.closeAllConnections()
  server?.close()
})

const ways = {
  'is missing': { script: () => delete globalThis.WebAssembly },
  'is forbidden by the policy': { policy: true },
  'cannot be started': {
    script: () => {
      WebAssembly.Instance = class {
        constructor() {
          throw new RangeError('out of memory')
        }
      }
    },
  },
}

async function visit({ policy, script }) {
  const page = await open(browser, 'about:blank')
  if (script) await page.addInitScript(script)
  const warnings = []
  page.faults.length = 0
  page.on('console', (message) => message.type() === 'warning' && warnings.push(message.text()))
  await page.goto(`${origin}/${policy ? '?policy' : ''}`)
  await page.waitForFunction(() => globalThis.look)
  return [page, warnings]
}

/** To the last picture, when those at the top are there: the browser's own laziness would leave them out. */
async function scrollDown(page) {
  await page.waitForFunction(() => [document.images[0], late].every((image) => image.naturalWidth > 0))
  await page.evaluate(() => scrollTo(0, 9000))
}

for (const [name, way] of Object.entries(ways)) {
  test(`WebAssembly ${name}: all is set up, queries fetch, functions are paced, pictures load`, async () => {
    const [page, warnings] = await visit(way)
    await scrollDown(page)
    await page.waitForFunction(() => {
      const { loaded, background, stats, status, ran } = look()
      return loaded && background && stats === 0 && status === 'success' && ran.includes('ab')
    })
    assert.deepEqual(await page.evaluate(() => look()), {
      written: 1,
      // Bodies are parsed whole; all else needs no wasm.
      status: 'success',
      unavailable: false,
      ran: ['t', 'ab'],
      loaded: true,
      background: true,
      stats: 0,
    })
    // That a policy forbids wasm, Chromium says itself.
    assert.deepEqual(
      page.faults.filter((fault) => !/Content Security Policy/.test(fault)),
      [],
    )
    assert.deepEqual(
      warnings.filter((text) => /whippet\/(timing|rum|lazy)/.test(text)),
      [],
    )
    await page.context().close()
  })
}

test('where engines trap, now or later, pictures are put in', async () => {
  for (const after of [0, 1, 3, 6, 10, 15]) {
    const [page] = await visit({
      script: `{
        const { Instance } = WebAssembly
        WebAssembly.Instance = function (...args) {
          const { exports } = new Instance(...args)
          let left = ${after}
          const trapping = (f) => (...args) => {
            if (left-- > 0) return f(...args)
            throw new WebAssembly.RuntimeError('unreachable')
          }
          return { exports: Object.fromEntries(Object.entries(exports).map(([name, f]) => [name, typeof f === 'function' ? trapping(f) : f])) }
        }
      }`,
    })
    await scrollDown(page)
    await page.waitForFunction(() => look().loaded && look().background)
    await page.evaluate(() => {
      document.body.insertAdjacentHTML('beforeend', '<img data-src="/picture.svg?later" width="9" height="9">')
      scrollTo(0, 0)
    })
    await page.waitForFunction(() => look().loaded && look().stats === 0)
    assert.deepEqual(page.faults, [], `after ${after} calls`)
    await page.context().close()
  }
})
