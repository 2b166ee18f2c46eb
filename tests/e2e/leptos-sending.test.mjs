// What arrives of the beacons of a Leptos app: from a page that is closed, with a server in trouble, and from one visit
// to the next, also where that is the npm package's.
import { build } from 'esbuild'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { after, before, beforeEach, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { eventually, launch, PATIENCE } from './browser.mjs'
import { compare, echo } from './requests.mjs'

const app = process.env.WHIPPET_LEPTOS ?? fileURLToPath(new URL('../../target/dev-wasm/leptos', import.meta.url))
let server, browser, origin, bundle
/** All beacons that came. */
let beacons
/** What of the app's own requests was a `traceparent`. */
let traces
/** How the server answers a beacon. */
let answer

const take = (response) => response.writeHead(204).end()
/** So long that no second try is under way when the page is closed: it would arrive when `answer` is another. */
const fail = (response) => response.writeHead(503, { 'retry-after': '600' }).end()

before(async () => {
  const { outputFiles } = await build({
    bundle: true,
    format: 'iife',
    globalName: 'sending',
    logLevel: 'silent',
    stdin: {
      contents: `export * from './send/index.ts'`,
      resolveDir: fileURLToPath(new URL('../../pkg/src/rum/', import.meta.url)),
    },
    write: false,
  })
  bundle = outputFiles[0].contents
  server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost')
    const send = (type, body) => response.setHeader('content-type', type).end(body)
    if (pathname === '/v1/beacons') {
      let body = ''
      for await (const chunk of request.setEncoding('utf8')) body += chunk
      beacons.push(JSON.parse(body))
      answer(response)
    } else if (pathname === '/api/echo') await echo(request, response)
    else if (pathname === '/api/around') response.writeHead(307, { location: '/api/echo' }).end()
    else if (pathname.startsWith('/api')) {
      traces.push(request.headers.traceparent)
      send('text/plain', 'data')
    } else if (pathname === '/sending.js') send('text/javascript', bundle)
    else if (pathname === '/app/page_bg.wasm') send('application/wasm', readFileSync(`${app}/page_bg.wasm`))
    else if (pathname.startsWith('/app/')) send('text/javascript', readFileSync(app + pathname.slice(4)))
    else send('text/html', '<!doctype html><link rel="icon" href="data:,"><body><script src="/sending.js"></script>')
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

beforeEach(() => {
  beacons = []
  traces = []
  answer = take
})

/** The names of what was counted, as it arrived. */
const counted = () => beacons.flatMap(({ counters }) => Object.keys(counters ?? {}))

/** A page of the app, in a browser profile of its own or in that of another visit. */
async function visit({ context, script, isApp = true } = {}) {
  context ??= await browser.newContext()
  context.setDefaultTimeout(PATIENCE)
  const page = await context.newPage()
  page.faults = []
  page.on('pageerror', (error) => page.faults.push(String(error)))
  if (script) await page.addInitScript(script)
  await page.goto(origin)
  if (!isApp) return page
  await page.evaluate(async () => {
    // Nothing but what a test counts.
    window.keepLeptosBeacon = (text) => (text.includes('"counters"') ? text : undefined)
    window.leptos = await import('/app/page.js')
    await leptos.default()
    leptos.start(true)
    window.count = (name) => leptos.call('count', name, 1)
    window.onBuy = () => {}
    window.flush = () => leptos.call('flush', '', 0)
  })
  return page
}

/** The ids of what is kept. */
const kept = (page) =>
  page
    .evaluate(
      () =>
        new Promise((resolve, reject) => {
          const open = indexedDB.open('whippet-rum')
          open.onerror = reject
          // It is the app's to make it.
          open.onupgradeneeded = () => open.transaction.abort()
          open.onsuccess = () => {
            const all = open.result.transaction('beacons').objectStore('beacons').getAll()
            all.onsuccess = () => {
              open.result.close()
              resolve(all.result.map(({ id }) => id))
            }
          }
        }),
    )
    .catch(() => [])

/** In a page: as in a sandboxed frame, or where the user blocks storage. */
const withoutStorage = () => {
  const refuse = () => {
    throw new DOMException('denied', 'SecurityError')
  }
  for (const name of ['sessionStorage', 'indexedDB']) Object.defineProperty(window, name, { get: refuse })
  LockManager.prototype.request = async () => refuse()
}

const without = {
  'fetchLater, where there is one': () => {},
  sendBeacon: () => delete window.fetchLater,
  'keepalive fetch': () => {
    delete window.fetchLater
    navigator.sendBeacon = () => false
  },
}

for (const [way, script] of Object.entries(without)) {
  for (const [how, leave] of [
    ['closed', (page) => page.close()],
    ['left for another', (page) => page.goto('about:blank')],
  ]) {
    test(`8 of 8 beacons arrive from a page that is ${how}, by ${way}`, async () => {
      for (let at = 0; at < 8; at++) {
        const page = await visit({ script })
        await page.evaluate((name) => count(name), `visit.${at}`)
        await leave(page)
        await eventually(`beacon ${at}`, () => counted().includes(`visit.${at}`))
        assert.deepEqual(page.faults, [])
        await page.context().close()
      }
    })
  }
}

test('8 of 8 beacons of pages closed while the server fails arrive on the next visit, each once', async () => {
  let failures = 0
  // However slow the machine is: the oldest is tried more often than a beacon is that is alone in failing.
  const isEnough = () => failures > 8 + 8
  answer = (response) => {
    failures++
    if (isEnough()) fail(response)
    else response.writeHead(503, { 'retry-after': '1' }).end()
  }
  const context = await browser.newContext()
  for (let at = 0; at < 8; at++) {
    const page = await visit({ context })
    await page.evaluate(() => {
      count('first')
      flush()
    })
    await eventually('one that is kept', async () => (await kept(page)).length === 2 * at + 1)
    if (at === 7) await eventually('many tries', isEnough, 120_000)
    await page.evaluate((name) => count(name), `visit.${at}`)
    await page.close()
  }
  beacons = []
  answer = take
  const page = await visit({ context })
  const all = Array.from({ length: 8 }, (_, at) => ['first', `visit.${at}`]).flat()
  await eventually('all of them', () => counted().length >= all.length)
  assert.deepEqual(counted(), all)
  assert.equal(new Set(beacons.map(({ id }) => id)).size, all.length)
  await eventually('nothing kept', async () => (await kept(page)).length === 0)
  assert.deepEqual(page.faults, [])
  await context.close()
})

test('where storage is blocked, a failed beacon is sent again from memory', async () => {
  answer = (response) => (beacons.length === 1 ? response.writeHead(503) : response.writeHead(204)).end()
  const page = await visit({ script: withoutStorage })
  await page.evaluate(() => {
    count('kept')
    flush()
  })
  await eventually('the second try', () => beacons.length >= 2)
  assert.deepEqual(counted(), ['kept', 'kept'])
  assert.deepEqual(page.faults, [])
  await page.context().close()
})

test('what the app kept, the npm package sends, and the other way around', async () => {
  const context = await browser.newContext()
  answer = fail
  const first = await visit({ context })
  await first.evaluate(() => {
    count('of.leptos')
    flush()
  })
  await eventually('one that is kept', async () => (await kept(first)).length === 1)
  await first.close()
  beacons = []
  answer = take
  const npm = await visit({ context, isApp: false })
  await npm.evaluate(() => void (window.sender = sending.createSender({ endpoint: '/v1/beacons' })))
  await eventually('it', () => counted().includes('of.leptos'))

  answer = fail
  await npm.evaluate(() => sender.send({ id: 'n-1', text: '{"id":"n-1","counters":{"of.npm":1}}' }, false))
  await eventually('that one is kept', async () => (await kept(npm)).join() === 'n-1')
  await npm.close()
  beacons = []
  answer = take
  const last = await visit({ context })
  await eventually('it', () => counted().includes('of.npm'))
  await eventually('nothing kept', async () => (await kept(last)).length === 0)
  await context.close()
})

test('consent taken back while a beacon is under way leaves nothing behind', async () => {
  const context = await browser.newContext()
  answer = fail
  const before = await visit({ context })
  await before.evaluate(() => {
    count('before')
    flush()
  })
  await eventually('one that is kept', async () => (await kept(before)).length === 1)
  await before.close()

  beacons = []
  answer = () => {}
  const page = await visit({ context })
  await page.evaluate(() => {
    count('a')
    flush()
  })
  await eventually('a request', () => counted().includes('a'))
  await page.evaluate(() => leptos.call('consent', '', 0))
  const left = () => page.evaluate(async () => [Object.keys(sessionStorage), (await indexedDB.databases()).length])
  await eventually('nothing left', async () => JSON.stringify(await left()) === '[[],0]')
  assert.deepEqual(page.faults, [])
  await context.close()
})

test('to the app, and to servers, its requests are what they would be', async () => {
  const page = await visit({ script: () => (window.natives = [fetch]) })
  assert.equal(await page.evaluate(() => fetch === natives[0]), false)
  await compare(page, `${origin}/api/echo`, true)
  assert.deepEqual(page.faults, [])
  await page.context().close()
})

/** What a page took away once the app was there. */
const taken = {
  'the clock': () => {
    performance.now = () => {
      throw new Error('no clock')
    }
  },
  timers: () => {
    for (const name of ['setTimeout', 'clearTimeout', 'requestAnimationFrame', 'requestIdleCallback', 'cancelIdleCallback']) {
      window[name] = () => {
        throw new Error(name)
      }
    }
  },
  observers: () => {
    for (const name of ['takeRecords', 'disconnect']) {
      PerformanceObserver.prototype[name] = () => {
        throw new Error(name)
      }
    }
  },
  'plain objects': () => {
    const names = [
      'activateAfter',
      'apply',
      'body',
      'content-type',
      'credentials',
      'headers',
      'keepalive',
      'method',
      'signal',
      'timeout',
      'url',
    ]
    for (const name of names) {
      const set = () => {
        throw new Error(`set ${name}`)
      }
      Object.defineProperty(Object.prototype, name, { configurable: true, get: () => undefined, set })
    }
  },
}

for (const [what, take] of Object.entries(taken)) {
  test(`an app whose page took away ${what} sees no error`, async () => {
    const page = await visit()
    await page.evaluate(take)
    await page.click('button')
    await page.evaluate(() => {
      leptos.call('mark', 'marked', 0)
      leptos.call('measure', 'marked', 0)
      count('first')
      history.pushState(null, '', '/orders/7/items/8')
      count('counted')
      flush()
    })
    await eventually('beacons', () => counted().includes('first') && counted().includes('counted'))
    const marked = beacons.some(({ timings }) => typeof timings?.marked === 'number')
    assert.equal(marked, what !== 'the clock')
    await page.evaluate(() => leptos.call('stop', '', 0))
    await page.waitForTimeout(200)
    assert.deepEqual(page.faults, [])
    await page.context().close()
  })
}

test('the app’s requests carry the trace of the page view that its beacons tell of', async () => {
  const page = await visit()
  await page.evaluate(async () => {
    count('a')
    await fetch('/api/1')
    await new Promise((done) => {
      const request = new XMLHttpRequest()
      request.open('GET', '/api/2')
      request.onload = done
      request.send()
    })
    flush()
  })
  await eventually('a beacon', () => beacons.length)
  const [{ session, id }] = beacons
  const trace = session + id.slice(0, id.lastIndexOf('-'))
  assert.equal(traces.length, 2)
  for (const header of traces) assert.match(header, new RegExp(`^00-${trace}-[0-9a-f]{16}-01$`))
  assert.notEqual(traces[0], traces[1])
  await page.context().close()
})
