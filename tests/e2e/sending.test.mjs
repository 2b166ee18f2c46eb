// The sender of beacons in a real browser: in a page that is closed, with a server that fails, without a network.
import { build } from 'esbuild'
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, beforeEach, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { eventually, launch } from './browser.mjs'

let server, browser, origin, bundle
/** All requests that carried beacons. */
let requests
/** Responds to a beacon. */
let answer

const take = (response) => response.writeHead(204).end()
const fail = (status, headers) => (response) => response.writeHead(status, headers).end()

before(async () => {
  const { outputFiles } = await build({
    bundle: true,
    format: 'iife',
    globalName: 'sending',
    logLevel: 'silent',
    stdin: {
      contents: `export * from './send/index.ts'; export * from './otlp/index.ts'`,
      resolveDir: fileURLToPath(new URL('../../pkg/src/rum/', import.meta.url)),
    },
    write: false,
  })
  bundle = outputFiles[0].contents
  const handle = async (request, response) => {
    if (request.url.startsWith('/v1/')) {
      let body = ''
      for await (const chunk of request.setEncoding('utf8')) body += chunk
      requests.push({ method: request.method, type: request.headers['content-type'], url: request.url, body })
      const cors = { 'access-control-allow-origin': origin, 'access-control-allow-headers': 'content-type' }
      response.writeHead(204, { ...cors, 'access-control-max-age': '600' }).end()
    } else if (request.url === '/beacons') {
      const chunks = []
      for await (const chunk of request) chunks.push(chunk)
      const bytes = Buffer.concat(chunks)
      const { 'content-type': type, 'content-encoding': encoding } = request.headers
      const zipped = bytes[0] === 0x1f ? { zipped: bytes.length, encoding } : {}
      const body = (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString()
      requests.push({ method: request.method, type, body, ...zipped })
      answer(response)
    } else if (request.url === '/send.js') {
      response.setHeader('content-type', 'text/javascript').end(bundle)
    } else {
      response.setHeader('content-type', 'text/html')
      response.end('<!doctype html><link rel="icon" href="data:,"><p>a page<script src="/send.js"></script>')
    }
  }
  server = createServer((request, response) =>
    handle(request, response).catch((error) => {
      // The browser cancels the requests of a page that is gone.
      if (request.complete) throw error
    }),
  )
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
  requests = []
  answer = take
})

const arrived = () => requests.map(({ body }) => body.slice(0, body.indexOf(' ')))

/** Opens a page with a sender, in a new browser context or in that of an earlier visit. */
async function visit({ context, script, keep, endpoint = '/beacons' } = {}) {
  context ??= await browser.newContext()
  const page = await context.newPage()
  page.faults = []
  page.on('pageerror', (error) => page.faults.push(String(error)))
  if (script) await page.addInitScript(script)
  await page.goto(origin)
  await page.evaluate(
    ([keep, endpoint]) => {
      window.lost = 0
      window.sender = sending.createSender({ endpoint, keep, onLost: (count) => (lost += count) })
      /** Sends beacons with these ids, each with a body of `bytes` bytes. */
      window.send = (ids, leaving = false, bytes = 0) => {
        for (const id of ids) sender.send({ id, text: `${id} ${'x'.repeat(bytes)}` }, leaving)
      }
      window.sendWhenHidden = (id) =>
        addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && send([id], true))
    },
    [keep, endpoint],
  )
  return page
}

const send = (page, ...what) => page.evaluate((what) => send(...what), what)
const stats = (page) => page.evaluate(() => sender.stats())
const stored = (page, count) => eventually(`${count} stored`, async () => (await stats(page)).stored === count)

/** In a page: no timer ever ends. It retries nothing, however long it is open on a busy machine. */
const withoutTimers = () => (window.setTimeout = () => 0)

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
      const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
      for (const id of ids) {
        const page = await visit({ script })
        await page.evaluate((id) => sendWhenHidden(id), id)
        await leave(page)
        await eventually(`beacon ${id}`, () => arrived().includes(id))
        await page.context().close()
      }
      assert.deepEqual(arrived(), ids)
    })
  }
}

test('a beacon is sent at once, without a preflight', async () => {
  const page = await visit()
  await send(page, ['one'])
  await eventually('the beacon', () => requests.length)
  assert.deepEqual(requests, [{ method: 'POST', type: 'text/plain;charset=UTF-8', body: 'one ' }])
  await eventually('it is counted', async () => (await stats(page)).beacons === 1)
  assert.deepEqual(await stats(page), { beacons: 1, bytes: 4, stored: 0, lost: 0 })
  await page.context().close()
})

test('a large beacon is compressed after the server accepted gzip', async () => {
  answer = (response) => response.writeHead(204, { 'accept-encoding': 'gzip' }).end()
  const page = await visit()
  for (const [id, bytes] of [
    ['first', 5000],
    ['small', 2000],
    ['large', 5000],
  ]) {
    const { beacons } = await stats(page)
    await send(page, [id], false, bytes)
    await eventually(`${id} is answered`, async () => (await stats(page)).beacons > beacons)
  }
  const common = { method: 'POST', type: 'text/plain;charset=UTF-8' }
  const [first, small, { zipped, ...large }] = requests
  assert.deepEqual(first, { ...common, body: `first ${'x'.repeat(5000)}` })
  assert.deepEqual(small, { ...common, body: `small ${'x'.repeat(2000)}` })
  assert.deepEqual(large, { ...common, body: `large ${'x'.repeat(5000)}`, encoding: 'gzip' })
  await eventually('all are counted', async () => (await stats(page)).beacons === 3)
  assert.equal((await stats(page)).bytes, 5006 + 2006 + zipped)
  await page.context().close()
})

test('a compressed beacon to another origin needs no preflight', async () => {
  const exposed = { 'accept-encoding': 'gzip', 'access-control-allow-origin': origin }
  answer = (response) => response.writeHead(204, { ...exposed, 'access-control-expose-headers': 'Accept-Encoding' }).end()
  const page = await visit({ endpoint: `${origin.replace('127.0.0.1', 'localhost')}/beacons` })
  for (const id of ['first', 'large']) {
    await send(page, [id], false, 5000)
    // The response accepts gzip.
    await eventually(`${id} is answered`, async () => (await stats(page)).beacons === requests.length && arrived().includes(id))
  }
  assert.deepEqual(
    requests.map(({ method, encoding }) => [method, encoding]),
    [
      ['POST', undefined],
      ['POST', undefined],
    ],
  )
  assert.ok(requests[1].zipped < 200, JSON.stringify(requests[1]))
  await page.context().close()
})

test('a page that is hidden does not wait for compression', async () => {
  answer = (response) => response.writeHead(204, { 'accept-encoding': 'gzip' }).end()
  const never = () => {
    window.CompressionStream = class {
      writable = new WritableStream()
      readable = new ReadableStream()
    }
  }
  for (const leave of [(page) => page.close(), (page) => page.goto('about:blank')]) {
    requests = []
    const page = await visit({ script: never })
    await send(page, ['first'])
    await eventually('the first', async () => (await stats(page)).beacons === 1)
    await send(page, ['large'], false, 5000)
    await leave(page)
    await eventually('the large one', () => arrived().includes('large'))
    assert.equal(requests[1].zipped, undefined)
    await page.context().close()
  }
})

test('a failed beacon is retried with the same id, and counted once', async () => {
  answer = (response) => (requests.length === 1 ? fail(503) : take)(response)
  const page = await visit()
  // During the pause new beacons are stored too. It lasts a second or two: maybe not until this test has heard of it.
  await page.evaluate(async () => {
    send(['one'])
    const until = Date.now() + 60_000
    while (!sessionStorage.getItem('whippet.pause') && Date.now() < until) await new Promise((done) => setTimeout(done))
    send(['two'])
  })
  await stored(page, 2)
  await eventually('both', () => requests.length >= 3)
  assert.deepEqual(arrived(), ['one', 'one', 'two'])
  await eventually('they are counted', async () => (await stats(page)).beacons === 2)
  await page.context().close()
})

test('Retry-After is respected by the next page of the visit, and when the page is hidden', async () => {
  answer = fail(429, { 'retry-after': '3600' })
  const page = await visit()
  await send(page, ['one'])
  await stored(page, 1)
  await send(page, ['two', 'three'])
  await send(page, ['four'], true)
  await stored(page, 4)
  await page.goto(`${origin}/next`)
  await page.evaluate(() => {
    window.sender = sending.createSender({ endpoint: '/beacons' })
    sender.send({ id: 'five', text: 'five ' }, false)
  })
  await stored(page, 1)
  assert.deepEqual(arrived(), ['one'])
  await page.context().close()
})

test('a server that never responds does not delay other beacons', async () => {
  answer = () => {}
  const page = await visit()
  await send(page, ['one'])
  await eventually('the first', () => requests.length === 1)
  answer = take
  await send(page, ['two'])
  await eventually('the second', async () => (await stats(page)).beacons === 1)
  await page.evaluate(() => sender.stop())
  assert.deepEqual(arrived(), ['one', 'two'])
  await page.context().close()
})

test('a refused beacon is counted and not retried', async () => {
  answer = fail(400)
  const page = await visit()
  await send(page, ['one'])
  await eventually('onLost is called', () => page.evaluate(() => lost === 1))
  assert.deepEqual(await stats(page), { beacons: 0, bytes: 0, stored: 0, lost: 1 })
  await page.context().close()
})

test('the next visit sends the beacons that were stored offline, each once', async () => {
  const page = await visit()
  const context = page.context()
  await context.setOffline(true)
  await send(page, ['one', 'two'])
  await page.evaluate(() => sendWhenHidden('three'))
  await stored(page, 2)
  await page.close()
  await context.setOffline(false)
  assert.deepEqual(arrived(), [])
  const next = await visit({ context })
  await eventually('all three', () => requests.length >= 3)
  assert.deepEqual(arrived().sort(), ['one', 'three', 'two'])
  await eventually('nothing is left', async () => (await stats(next)).beacons === 3)
  await context.close()
})

test('a beacon of a page that is hidden offline is stored, also before the outbox was opened', async () => {
  const page = await visit({ script: withoutTimers })
  const context = page.context()
  await context.setOffline(true)
  await send(page, ['kept'], true)
  await stored(page, 1)
  assert.equal((await stats(page)).beacons, 0)
  await page.close()
  await context.setOffline(false)
  const next = await visit({ context })
  await eventually('it was sent', async () => (await stats(next)).beacons === 1)
  assert.deepEqual(arrived(), ['kept'])
  await context.close()
})

test('a page whose outbox another one has locked asks again by itself', async () => {
  answer = fail(503, { 'retry-after': '0' })
  const first = await visit({ script: withoutTimers })
  await send(first, ['kept'])
  await stored(first, 1)
  requests = []
  answer = take
  // The first page has nothing more to send by itself, and holds the lock.
  await first.evaluate(() => {
    const released = new Promise((resolve) => (window.release = resolve))
    return new Promise((held) => navigator.locks.request('whippet-rum', () => (held(), released)))
  })
  const script = () => {
    window.asked = 0
    const request = navigator.locks.request.bind(navigator.locks)
    navigator.locks.request = (...all) => (window.asked++, request(...all))
  }
  const second = await visit({ context: first.context(), script })
  await second.waitForFunction(() => window.asked > 0)
  assert.deepEqual(arrived(), [])
  await first.evaluate(() => release())
  await eventually('the beacon that was kept', () => arrived().includes('kept'))
  await second.context().close()
})

test('a page sends its outbox when the network is back', async () => {
  const page = await visit()
  await page.context().setOffline(true)
  await send(page, ['one', 'two'])
  await stored(page, 2)
  await page.context().setOffline(false)
  await eventually('both', () => requests.length >= 2)
  assert.deepEqual(arrived(), ['one', 'two'])
  await page.context().close()
})

test('8 of 8 beacons of pages closed while the server fails arrive on the next visit', async () => {
  answer = fail(500)
  const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
  let context
  for (const id of ids) {
    const page = await visit({ context, script: withoutTimers })
    context = page.context()
    await send(page, [`first-${id}`])
    await stored(page, 1)
    await page.evaluate((id) => sendWhenHidden(id), id)
    await page.close()
  }
  answer = take
  requests = []
  const page = await visit({ context })
  await eventually('all of them', async () => (await stats(page)).beacons === 16)
  assert.deepEqual(
    arrived()
      .filter((id) => ids.includes(id))
      .sort(),
    ids,
  )
  await context.close()
})

test('the last beacon is stored if the server has failed, even after the pause', async () => {
  // The pause ends at once, and a beacon that is sent when the page is hidden has no response.
  const script = () => (crypto.getRandomValues = (words) => words.fill(0))
  let failing = 0
  answer = (response) => {
    // The second request is the retry, which is pending while the page is closed.
    if (++failing === 1) fail(503, { 'retry-after': '0' })(response)
  }
  const page = await visit({ script })
  const context = page.context()
  await send(page, ['first'])
  await eventually('the second try', () => failing === 2)
  await page.evaluate(() => sendWhenHidden('last'))
  await page.close()
  answer = take
  requests = []
  await visit({ context })
  await eventually('both', () => requests.length >= 2)
  assert.deepEqual(arrived(), ['first', 'last'])
  await context.close()
})

test('no beacon is lost while a server fails for long', async () => {
  answer = fail(503, { 'retry-after': '0' })
  const page = await visit({ script: () => (crypto.getRandomValues = (words) => words.fill(0)) })
  await send(page, ['one', 'two'])
  await eventually('many tries', () => requests.length > 40)
  answer = take
  await eventually('both', async () => (await stats(page)).beacons === 2)
  assert.equal((await stats(page)).lost, 0)
  assert.deepEqual(arrived().slice(-2).sort(), ['one', 'two'])
  await page.context().close()
})

test('a beacon that alone fails does not delay others, and is given up', async () => {
  answer = fail(500)
  const page = await visit({ script: withoutTimers })
  const context = page.context()
  // One after the other: it is the first that gets stuck.
  await send(page, ['poison'])
  await stored(page, 1)
  await send(page, ['good'])
  await stored(page, 2)
  // As if it had failed seven times before.
  await page.evaluate(
    () =>
      new Promise((done) => {
        indexedDB.open('whippet-rum').onsuccess = ({ target: { result: database } }) => {
          const transaction = database.transaction('beacons', 'readwrite')
          const table = transaction.objectStore('beacons')
          table.openCursor().onsuccess = ({ target: { result: cursor } }) => cursor.update({ ...cursor.value, tries: 7 })
          transaction.oncomplete = () => {
            database.close()
            done()
          }
        }
      }),
  )
  await page.close()
  requests = []
  answer = (response) => (arrived().at(-1) === 'poison' ? fail(500) : take)(response)
  const next = await visit({ context })
  await eventually('the end of it', async () => (await stats(next)).lost === 1)
  assert.equal((await stats(next)).beacons, 1)
  assert.deepEqual(arrived(), ['poison', 'good', 'poison'])
  await context.close()
})

test('the outbox is limited: the oldest beacons are dropped and counted', async () => {
  const page = await visit({ keep: { count: 5 } })
  const context = page.context()
  await context.setOffline(true)
  await send(
    page,
    Array.from({ length: 20 }, (_, i) => `b${i}`),
  )
  await stored(page, 20)
  await eventually('losses', async () => (await stats(page)).lost === 15)
  assert.equal(await page.evaluate(() => lost), 15)
  await page.close()
  await context.setOffline(false)
  await visit({ context })
  await eventually('the five', () => requests.length >= 5)
  assert.deepEqual(arrived(), ['b15', 'b16', 'b17', 'b18', 'b19'])
  await context.close()
})

test("beacons beyond the browser's limit are all sent or counted", async () => {
  const page = await visit()
  const ids = Array.from({ length: 40 }, (_, i) => `b${i}`)
  // With `leaving`, although the page stays open, so that its counts can be read.
  await page.evaluate((ids) => send(ids, true, 30_000), ids)
  await eventually('all of them', async () => arrived().length + (await stats(page)).lost === ids.length)
  assert.equal(new Set(arrived()).size, arrived().length)
  // The outbox holds 512 KiB: 17 of these beacons, in addition to those that the browser accepted at once.
  assert.ok(arrived().length >= 18, `${arrived().length} arrived`)
  await page.context().close()
})

test('forget deletes the outbox, and nothing in it is ever sent', async () => {
  const page = await visit()
  const context = page.context()
  await context.setOffline(true)
  await send(page, ['secret'])
  await stored(page, 1)
  await page.evaluate(() => sender.forget())
  const databases = () => page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name))
  await eventually('nothing is left', async () => !(await databases()).includes('whippet-rum'))
  await context.setOffline(false)
  await page.close()
  const next = await visit({ context })
  await next.evaluate(() => sender.stop())
  await send(next, ['later'])
  await eventually('a later one', () => arrived().includes('later'))
  assert.deepEqual(arrived(), ['later'])
  await context.close()
})

test('forget during a request leaves no pause', async () => {
  answer = () => {}
  const page = await visit()
  await send(page, ['secret'])
  await eventually('it is on its way', () => requests.length)
  await page.evaluate(() => sender.forget())
  await page.waitForTimeout(300)
  assert.deepEqual(await page.evaluate(() => Object.keys(sessionStorage)), [])
  await page.context().close()
})

test('forget leaves no database, at any moment of sending', async () => {
  const page = await visit()
  await page.context().setOffline(true)
  for (let moment = 0; moment < 24; moment++) {
    await page.evaluate(async (moment) => {
      send(['secret'])
      if (moment % 2) await new Promise((done) => setTimeout(done, moment / 2))
      else for (let tick = 0; tick < moment; tick++) await null
      sender.forget()
    }, moment)
    await page.waitForTimeout(100)
    const databases = () => page.evaluate(async () => (await indexedDB.databases()).length)
    await eventually(`none at moment ${moment}`, async () => (await databases()) === 0)
  }
  await page.context().close()
})

test('without IndexedDB, failed beacons are stored in memory', async () => {
  answer = (response) => (requests.length === 1 ? fail(503) : take)(response)
  const page = await visit({
    script: () =>
      Object.defineProperty(window, 'indexedDB', {
        get() {
          throw new Error('denied')
        },
      }),
  })
  await send(page, ['one'])
  await stored(page, 1)
  await eventually('it', async () => (await stats(page)).beacons === 1)
  assert.deepEqual(arrived(), ['one', 'one'])
  assert.deepEqual(page.faults, [])
  await page.context().close()
})

test('where storage is blocked, a failed beacon is sent again from memory', async () => {
  answer = (response) => (requests.length === 1 ? fail(503) : take)(response)
  const page = await visit({ script: withoutStorage })
  await send(page, ['one'])
  await stored(page, 1)
  await eventually('it', async () => (await stats(page)).beacons === 1)
  assert.deepEqual(arrived(), ['one', 'one'])
  assert.deepEqual(page.faults, [])
  await page.context().close()
})

test('OTLP requests reach a collector of another origin, also from 8 of 8 closed pages', async () => {
  const elsewhere = origin.replace('127.0.0.1', 'localhost')
  const posts = () => requests.filter(({ method }) => method === 'POST')
  const beacon = {
    session: 's',
    view: 'v',
    app: 'shop',
    page: '/',
    navigation: 'navigate',
    device: 'desktop',
    sentAt: Date.now(),
    vitals: { LCP: { value: 900 } },
    counters: { seen: 1 },
  }
  const open = async (context) => {
    const page = await visit({ context })
    await page.evaluate(
      ([endpoint, beacon]) => {
        window.sender = sending.createSender({ endpoint, format: sending.otlp() })
        window.sendDocument = (id, leaving) => sender.send({ id, text: JSON.stringify({ ...beacon, view: id }) }, leaving)
      },
      [elsewhere, beacon],
    )
    return page
  }
  let page = await open()
  const context = page.context()
  await page.evaluate(() => sendDocument('first', false))
  await eventually('both documents', () => posts().length === 2)
  assert.deepEqual(
    posts()
      .map(({ url, type }) => [url, type])
      .sort(),
    [
      ['/v1/logs', 'application/json'],
      ['/v1/metrics', 'application/json'],
    ],
  )
  assert.ok(
    requests.some(({ method }) => method === 'OPTIONS'),
    'a preflight is sent',
  )
  const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
  for (const id of ids) {
    page = await open(context)
    await page.evaluate((id) => addEventListener('visibilitychange', () => sendDocument(id, true), { once: true }), id)
    await page.close()
  }
  const postsTo = (url) => posts().filter((post) => post.url === url).length
  await eventually('all log records', () => postsTo('/v1/logs') === 9)
  await eventually('all metrics', () => postsTo('/v1/metrics') === 9)
  await context.close()
})

for (const [what, script] of [
  ['fetch', () => (window.fetch = undefined)],
  [
    'all ways out',
    () => {
      window.fetch =
        window.fetchLater =
        navigator.sendBeacon =
          () => {
            throw new Error('not here')
          }
    },
  ],
  [
    'storage',
    () =>
      Object.defineProperty(window, 'sessionStorage', {
        get() {
          throw new Error('denied')
        },
      }),
  ],
]) {
  test(`a page without ${what} is not broken`, async () => {
    const page = await visit({ script })
    await send(page, ['one'])
    await send(page, ['two'], true)
    await page.evaluate(() => {
      sender.stop()
      sender.forget()
      send(['four'])
    })
    assert.equal(await page.textContent('p'), 'a page')
    assert.deepEqual(page.faults, [])
    await page.context().close()
  })
}
