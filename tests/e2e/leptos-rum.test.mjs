// What a Leptos app tells through `provide_rum`, held against what `startRum` tells of the same page: both run in it at
// once, and their beacons must be the same, member by member.
import { build } from 'esbuild'
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readBeacon } from './beacon.mjs'
import { eventually, executable, flags, launch, PATIENCE } from './browser.mjs'

const app = process.env.WHIPPET_LEPTOS ?? fileURLToPath(new URL('../../target/dev-wasm/leptos', import.meta.url))
let server, browser, origin, bundle, posted
/** Called by the page that is rendered ahead of time, when it has begun. */
let begun
const hasBegun = new Promise((done) => (begun = done))

const html = `<!doctype html><meta charset="utf-8"><title>measured</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css">
<img src="/hero.png?size=1600" width="600" height="300"><img src="/missing.png"><div id="late"></div><p>below</p>
<script src="/bundle.js"></script>
<script type="module" src="/start.js"></script>`

// Both begin in one task.
const start = `
  import init, * as leptos from '/app/page.js'
  window.beacons = { npm: [], leptos: [] }
  window.keepLeptosBeacon = (text) => beacons.leptos.push(text)
  window.onBuy = () => {
    const until = performance.now() + 120
    while (performance.now() < until);
    document.querySelector('p').textContent = 'bought'
  }
  window.begin = async (consent = true) => {
    await init()
    leptos.start(consent)
    window.npm = whippet.startRum({
      endpoint: '/v1/beacons', app: 'shop', flushInterval: 3_600_000, consent,
      beforeSend(beacon) { beacons.npm.push(JSON.stringify(beacon)); return null },
    })
    window.leptos = leptos
    window.flush = () => { npm.flush(); leptos.call('flush', '', 0) }
  }
  if (!location.search.includes('later')) await begin()
  window.ready = true
  if (location.search.includes('prerendered')) {
    npm.mark('early')
    leptos.call('mark', 'early', 0)
    flush()
    const early = [document.prerendering, beacons.npm.length, beacons.leptos.length]
    const tell = async () => {
      await new Promise((done) => new PerformanceObserver(done).observe({ type: 'largest-contentful-paint', buffered: true }))
      if (document.readyState !== 'complete') await new Promise((done) => addEventListener('load', done))
      await new Promise((done) => setTimeout(done, 1000))
      flush()
      fetch('/posted', { method: 'POST', body: JSON.stringify({ early, beacons }) })
    }
    if (document.prerendering) {
      document.addEventListener('prerenderingchange', tell)
      fetch('/begun')
    } else tell()
  }`

/** A page that has the next one rendered ahead of time, and goes there when that has begun. */
const first = `<!doctype html><title>first</title><p>first</p>
<script type="speculationrules">{ "prerender": [{ "urls": ["/orders/7?prerendered"] }] }</script>
<script>fetch('/has-begun').then(() => (location.href = '/orders/7?prerendered'))</script>`

// What happens in the page, in a script of its own, whose lines both see.
const acts = `
  window.fail = (n) => setTimeout(() => { throw new TypeError('order ' + n + ' is not there: https://a.example/?token=secret') })
  window.reject = () => void Promise.reject(new RangeError('too far'))
  window.shift = () => new Promise((done) => {
    new PerformanceObserver(done).observe({ type: 'layout-shift' })
    setTimeout(done, 60_000)
    document.querySelector('#late').style.height = '200px'
  })`

/** A picture of noise: what has next to no bytes is no largest paint. */
function bitmap(width, height) {
  const bytes = Buffer.alloc(54 + width * height * 3)
  bytes.write('BM')
  bytes.writeUInt32LE(bytes.length, 2)
  for (const [at, value] of [
    [10, 54],
    [14, 40],
    [18, width],
    [22, height],
  ])
    bytes.writeUInt32LE(value, at)
  bytes.writeUInt16LE(1, 26)
  bytes.writeUInt16LE(24, 28)
  for (let at = 54; at < bytes.length; at++) bytes[at] = (at * 2654435761) >>> 13
  return bytes
}

const handle = async (request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost')
  const send = (type, body) => response.setHeader('content-type', type).end(body)
  if (pathname === '/bundle.js') send('text/javascript', bundle)
  else if (pathname === '/start.js') send('text/javascript', start)
  else if (pathname === '/acts.js') send('text/javascript', acts)
  else if (pathname === '/style.css') send('text/css', 'h1 { color: teal }')
  else if (pathname === '/app/page_bg.wasm') send('application/wasm', readFileSync(`${app}/page_bg.wasm`))
  else if (pathname.startsWith('/app/')) send('text/javascript', readFileSync(app + pathname.slice(4)))
  else if (pathname === '/hero.png') setTimeout(() => send('image/bmp', bitmap(120, 60)), 50)
  else if (pathname === '/first') send('text/html', first)
  else if (pathname === '/has-begun') hasBegun.then(() => response.end())
  else if (pathname === '/begun') {
    begun()
    response.end()
  } else if (pathname === '/posted') {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    posted = JSON.parse(body)
    response.end()
  } else if (pathname === '/missing.png') response.writeHead(404).end()
  else if (pathname.startsWith('/api')) {
    response.setHeader('server-timing', 'db;dur=12.5, cache miss;dur=2')
    send('application/json', '{}')
  } else {
    response.setHeader('server-timing', 'db;dur=30;desc="all", render;dur=4')
    send('text/html', html)
  }
}

before(async () => {
  const { outputFiles } = await build({
    bundle: true,
    logLevel: 'silent',
    stdin: {
      contents: `import * as whippet from 'whippet/rum'; window.whippet = whippet`,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    write: false,
  })
  bundle = outputFiles[0].contents
  server = createServer(handle)
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  origin = `http://127.0.0.1:${server.address().port}`
  browser = await launch({ ignoreDefaultArgs: ['--disable-back-forward-cache'] })
})

after(async () => {
  await browser?.close()
  server?.close()
})

async function open({ search = '?token=secret', script } = {}) {
  const page = await (await browser.newContext()).newPage()
  page.setDefaultTimeout(PATIENCE)
  if (script) await page.addInitScript(script)
  page.faults = []
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.location().url.endsWith('/missing.png')) page.faults.push(message.text())
  })
  await page.goto(`${origin}/orders/1042${search}`)
  await page.waitForFunction(() => window.ready)
  await page.addScriptTag({ url: '/acts.js' })
  // What is painted after an input, or after the user agreed, is another LCP or none.
  await takenIn(page, 'largest-contentful-paint', '/hero.png')
  return page
}

/** Waits until the browser has told of an entry of this type with this text in it, and both have taken it in. */
async function takenIn(page, type, part = '') {
  await page.evaluate(
    ([type, part]) =>
      new Promise((done, fail) => {
        const look = (list) => list.getEntries().some((entry) => JSON.stringify(entry).includes(part)) && done()
        new PerformanceObserver(look).observe({ type, buffered: true })
        setTimeout(() => fail(new Error(`no ${type}`)), 60_000)
      }),
    [type, part],
  )
  await page.evaluate(() => new Promise((done) => requestIdleCallback(() => setTimeout(done, 50), { timeout: 1000 })))
}

/** A click, of which the browser has told, and which is taken in. */
async function click(page, selector) {
  await page.click(selector)
  await takenIn(page, 'first-input')
}

/** The beacons of both so far, by page view. */
const told = async (page) => sides(await page.evaluate(() => window.beacons))

async function sides(beacons) {
  await mustBeTaken([...beacons.npm, ...beacons.leptos])
  return [views(beacons.npm), views(beacons.leptos)]
}

/** The collector, where one runs: what it refuses is no beacon. */
async function mustBeTaken(texts) {
  const collector = process.env.WHIPPET_COLLECTOR
  for (const body of collector ? texts : []) {
    const answer = await fetch(`${collector}/v1/beacons`, { method: 'POST', body })
    assert.ok(answer.ok || answer.status === 429, await answer.text())
  }
}

/** Each page view as one, without what is random, and with lists in one order. */
function views(texts) {
  const byView = new Map()
  for (const { v, id, view, sentAt, ...beacon } of texts.map(readBeacon)) {
    assert.equal(v, 1)
    assert.ok(id.startsWith(`${view}-`) && sentAt > 0)
    const sum = byView.get(view) ?? {}
    byView.set(view, sum)
    for (const [key, value] of Object.entries(beacon)) {
      if (Array.isArray(value)) sum[key] = [...(sum[key] ?? []), ...value]
      else if (value && typeof value === 'object') sum[key] = { ...sum[key], ...value }
      else sum[key] = value
    }
  }
  for (const { timings = {}, errors = [], scripts = [] } of byView.values()) {
    for (const list of Object.values(timings)) if (Array.isArray(list)) list.sort((a, b) => a - b)
    errors.sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1))
    // On a busy machine many scripts are in long frames, and some take the same time.
    const name = ({ source, invoker }) => `${source} ${invoker}`
    scripts.sort((a, b) => b.duration - a.duration || (name(a) < name(b) ? -1 : 1))
  }
  return [...byView.values()]
}

/** Both tell the same, which is returned. */
function same([npm, leptos]) {
  assert.deepEqual(leptos, npm)
  return leptos
}

test('a page view: vitals and what they are put down to, resources, phases, frames, errors, figures', async () => {
  const page = await open()
  await page.evaluate(async () => {
    await fetch('/api/orders').then((response) => response.text())
    await fetch('/api/orders/7').then((response) => response.text())
    await shift()
    for (let n = 0; n < 3; n++) fail(n)
    reject()
    await new Promise((done) => setTimeout(done, 100))
    const error = new Error('caught')
    npm.error(error)
    leptos.thrown(error)
    for (const [method, name, value] of [
      ['timing', 'checkout step', 12.5],
      ['count', 'clicks', 4],
      ['gauge', 'cart.items', -2.5],
      ['count', 'größe', 1],
    ]) {
      npm[method](name, value)
      leptos.call(method, name, value)
    }
    for (let ms = 0; ms < 40; ms++) {
      npm.timing('render', ms)
      leptos.call('timing', 'render', ms)
    }
  })
  await click(page, 'button')
  await page.evaluate(() => flush())
  const [view, ...others] = same(await told(page))
  assert.deepEqual(others, [])

  // What both agree on is what happened.
  assert.deepEqual([view.app, view.page, view.navigation], ['shop', '/orders/:id', 'navigate'])
  const { LCP, INP, CLS, FCP, TTFB } = view.vitals
  assert.ok(LCP.value > 0 && FCP.value > 0 && TTFB.parts.request > 0, JSON.stringify(view.vitals))
  assert.equal(LCP.url, `${origin}/hero.png`)
  assert.equal(LCP.target, 'html>body>img')
  assert.ok(LCP.parts.ttfb > 0 && LCP.parts.load > 0, JSON.stringify(LCP))
  assert.equal(INP.target, 'html>body>main>button.buy.now')
  assert.equal(INP.state, 'pointer')
  assert.ok(INP.value >= 120 && INP.parts.processing >= 100, JSON.stringify(INP))
  assert.match(INP.url, /^http/)
  assert.ok(CLS.value > 0 && CLS.target && CLS.state === 'complete', JSON.stringify(CLS))
  assert.equal(Object.keys(view.phases).length, 8)
  assert.deepEqual(view.timings['server.db'], [12.5, 12.5, 30])
  assert.deepEqual(view.timings['server.cache_miss'] ?? view.timings['server.cache'], [2, 2])
  // More than 16 long frames are a histogram.
  assert.ok((view.histograms['frame.blocking']?.max ?? Math.max(...[view.timings['frame.blocking']].flat())) >= 50)
  const kinds = view.resources[new URL(origin).host]
  assert.equal(kinds.image.count, 2)
  assert.equal(kinds.image.failed, 1)
  assert.ok(kinds.fetch.count >= 2 && kinds.script.bytes > 0)
  assert.ok(view.scripts.some(({ duration }) => duration >= 100))
  assert.equal(view.errors.length, 3)
  assert.ok(view.errors.some(({ count, message }) => count === 3 && message.includes('order 0')))
  assert.ok(view.errors.some(({ stack }) => stack?.includes('\nat ')))
  assert.ok(view.errors.every(({ source, fingerprint }) => source && /^[\da-f]{8}$/.test(fingerprint)))
  assert.deepEqual(view.counters, { clicks: 4, gr__e: 1 })
  assert.equal(view.gauges['cart.items'], -2.5)
  assert.equal(view.timings.checkout_step, 12.5)
  assert.equal(view.histograms.render.max, 39)
  assert.ok(!JSON.stringify(view).includes('secret'))
  assert.deepEqual(page.faults, [])
  await page.context().close()
})

test('whatever is thrown is told alike, or alike not told', async () => {
  const page = await open()
  await page.evaluate(async () => {
    class HttpFailure {
      status = 404
    }
    const thrower = {
      get() {
        throw new Error('from a getter')
      },
    }
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    const frame = document.body.appendChild(document.createElement('iframe'))
    const image = document.querySelector('img')
    image.addEventListener('odd', (event) => (window.odd = event))
    image.dispatchEvent(new Event('odd'))
    const things = [
      undefined,
      null,
      'text https://ann:secret@a.example/orders/1234567?token=secret',
      404,
      10n,
      Symbol('x'),
      {},
      Object.create(null),
      [1, 'secret'],
      new Uint8Array(9),
      new HttpFailure(),
      { message: 'not found', code: 404, z: 1, B: 1, a: 1 },
      { code: 0 },
      new Event('close'),
      odd,
      () => 'secret',
      new DOMException('stopped', 'AbortError'),
      new frame.contentWindow.RangeError('elsewhere'),
      proxy,
      Object.defineProperties(new Error('known'), { message: thrower, stack: thrower }),
      {
        toString() {
          throw new Error('no')
        },
      },
      new Error('ResizeObserver loop limit exceeded'),
      new DOMException('Transition was skipped', 'AbortError'),
      new Error('no mail to ann@example.com\nnor to bob@example.com:25'),
      new Error('/orders/1234567?token=secret '.repeat(60)),
    ]
    for (const thing of things) {
      npm.error(thing)
      leptos.thrown(thing)
      void Promise.reject(thing)
    }
    for (const thing of things.slice(0, 16))
      setTimeout(() => {
        throw thing
      })
    await new Promise((done) => setTimeout(done, 300))
    flush()
  })
  const [view] = same(await told(page))
  const messages = view.errors.map(({ message }) => message)
  for (const expected of [
    'HttpFailure {status}',
    'Object: not found (404) {B, a, z}',
    'Object (0)',
    'Event close',
    'Event odd of html>body>img',
    'RangeError: elsewhere',
    'null',
  ]) {
    assert.ok(messages.includes(expected), `${expected} is none of ${messages.join(' | ')}`)
  }
  assert.ok(!/secret|Resize|Transition/.test(JSON.stringify(view.errors)), JSON.stringify(view.errors))
  await page.context().close()
})

test('routes are page views, and a vital belongs to the one it is of', async () => {
  const page = await open()
  await click(page, '#to-items')
  // Browsers that know soft navigations.
  const knows = await page.evaluate(() => PerformanceObserver.supportedEntryTypes.includes('soft-navigation'))
  if (knows) await takenIn(page, 'soft-navigation')
  await page.waitForTimeout(1000)
  await page.evaluate(() => {
    npm.count('on the route')
    leptos.call('count', 'on the route', 1)
  })
  await page.goBack()
  await page.waitForTimeout(300)
  await page.evaluate(() => {
    npm.mark('back again')
    leptos.call('count', 'back again', 1)
    dispatchEvent(new Event('pagehide'))
  })
  const both = await told(page)
  // A moment that each took by itself.
  const last = both.map((views) => views.at(-1))
  assert.ok(last[0].timings.back_again >= 0 && last[1].counters.back_again === 1, JSON.stringify(last))
  delete last[0].timings.back_again
  delete last[1].counters
  for (const view of last) if (view.timings && !Object.keys(view.timings).length) delete view.timings
  const [first, second, third] = same(both)
  assert.deepEqual(
    [first, second, third].map(({ page, navigation }) => [page, navigation]),
    [
      ['/orders/:id', 'navigate'],
      ['/orders/:id/items/:id', 'soft-navigation'],
      ['/orders/:id', 'soft-navigation'],
    ],
  )
  assert.ok(first.vitals.TTFB.value > 0 && first.vitals.LCP.url)
  assert.deepEqual(second.counters, { on_the_route: 1 })
  if (knows) {
    assert.equal(second.vitals.LCP.target, 'html>body>main>p', JSON.stringify(second.vitals))
    assert.equal(second.vitals.TTFB.value, 0)
  }
  assert.ok(!JSON.stringify(both).includes('secret'))
  assert.deepEqual(page.faults, [])
  await page.context().close()
})

test('the document keeps its page view however many routes came since', async () => {
  const page = await open()
  await page.evaluate(async () => {
    for (const name of 'abcdefghijkl') {
      history.pushState(null, '', `/${name}`)
      npm.count('routes')
      leptos.call('count', 'routes', 1)
      flush()
    }
    await shift()
  })
  await page.waitForTimeout(300)
  await page.evaluate(() => dispatchEvent(new Event('pagehide')))
  const [first, ...routes] = same(await told(page))
  assert.deepEqual(routes.map(({ page }) => page).join(''), '/a/b/c/d/e/f/g/h/i/j/k/l')
  assert.ok(first.vitals.CLS.value > 0, JSON.stringify(first.vitals))
  await page.context().close()
})

test('without the Navigation API routes are known by the history, which is left as it was', async () => {
  const page = await open({
    script: () => {
      Object.defineProperty(window, 'navigation', { value: undefined })
      window.natives = [history.pushState, history.replaceState]
    },
  })
  await page.evaluate(() => {
    const count = (name) => {
      npm.count(name)
      leptos.call('count', name, 1)
    }
    history.pushState(null, '', '/cart#/steps/7?tab=1')
    count('pushed')
    history.replaceState(null, '', '/cart/empty')
    count('replaced')
  })
  await page.goBack()
  await page.evaluate(() => flush())
  const pages = (await told(page)).map((views) => views.map(({ page, counters }) => [page, counters]))
  assert.deepEqual(pages[0].slice(0, 3), pages[1].slice(0, 3))
  assert.deepEqual(pages[1].slice(1, 3), [
    ['/cart#/steps/:id', { pushed: 1 }],
    ['/cart/empty', { replaced: 1 }],
  ])
  assert.equal(
    await page.evaluate(() => {
      npm.stop()
      leptos.call('stop', '', 0)
      return history.pushState === natives[0] && history.replaceState === natives[1]
    }),
    true,
  )
  assert.deepEqual(page.faults, [])
  await page.context().close()
})

test('what happened before the user agreed is not looked at', async () => {
  const page = await open({ search: '?later' })
  await page.evaluate(async () => {
    await begin(false)
    fail(1)
    await fetch('/api/before').then((response) => response.text())
    await new Promise((done) => setTimeout(done, 100))
    while (!performance.getEntriesByName(location.origin + '/api/before').length) await new Promise(requestAnimationFrame)
    npm.consent(true)
    leptos.call('consent', '', 1)
    await fetch('/api/after').then((response) => response.text())
    fail(2)
    await new Promise((done) => setTimeout(done, 100))
  })
  await click(page, 'button')
  await page.evaluate(() => flush())
  const [view] = same(await told(page))
  assert.equal(view.resources[new URL(origin).host].fetch.count, 1)
  assert.equal(view.errors[0].count, undefined)
  for (const name of ['LCP', 'FCP', 'TTFB', 'CLS']) assert.equal(view.vitals[name], undefined, name)
  assert.ok(view.vitals.INP.value >= 120)
  assert.equal(view.phases, undefined)
  assert.deepEqual(page.faults, [])
  await page.context().close()
})

test('where the browser counts no interactions, INP goes by their ids', async () => {
  const page = await open({ script: () => delete Performance.prototype.interactionCount })
  await click(page, 'button')
  await page.evaluate(() => flush())
  const [view] = same(await told(page))
  assert.ok(view.vitals.INP.value >= 120)
  await page.context().close()
})

test('of two paints of one time the later one is the largest', async () => {
  // The browser tells of the two only where it is busy: here the test does.
  const script = () => {
    const Real = PerformanceObserver
    window.tell = []
    window.PerformanceObserver = class extends Real {
      constructor(callback) {
        super(callback)
        this.tell = (entry) => callback({ getEntries: () => [entry] }, this)
      }
      observe(options) {
        if (options.type !== 'largest-contentful-paint' || window.ready) super.observe(options)
        else window.tell.push(this.tell)
      }
    }
  }
  const page = await open({ script })
  await page.evaluate(async () => {
    for (const [name, url] of [
      ['p', ''],
      ['img', `${location.origin}/hero.png`],
    ]) {
      const element = document.querySelector(name)
      const entry = {
        entryType: 'largest-contentful-paint',
        startTime: 700,
        renderTime: 700,
        loadTime: 0,
        size: 1,
        id: '',
        url,
        element,
      }
      for (const tell of window.tell) tell(entry)
      // Both take it in before the next one comes.
      await new Promise((done) => setTimeout(done, 100))
    }
    flush()
  })
  const [view] = same(await told(page))
  assert.deepEqual([view.vitals.LCP.value, view.vitals.LCP.target], [700, 'html>body>img'])
  await page.context().close()
})

test('a page that comes back is a page view of its own', async () => {
  const page = await open()
  await page.evaluate(() => flush())
  await page.goto(`${origin}/style.css`)
  await page.goBack({ waitUntil: 'commit' })
  assert.equal(await page.evaluate(() => window.ready), true)
  const both = await eventually('the first frame of the new page view', async () => {
    await page.evaluate(() => flush())
    const both = (await told(page)).map((views) => views[1])
    return both.every((view) => view?.vitals?.LCP && view.vitals.FCP) && both
  })
  assert.equal(both[1].navigation, 'back-forward-cache')
  for (const { vitals } of both) {
    for (const name of ['LCP', 'FCP']) {
      // Each takes the time for itself.
      assert.ok(vitals[name].value > 0)
      vitals[name] = Object.keys(vitals[name])
    }
  }
  same(both.map((view) => [view]))
  await page.context().close()
})

test('a prerendered page is measured from its activation, and tells nothing before', async () => {
  // Whoever is attached to a browser keeps it from prerendering: this one is left alone, and its page goes by itself.
  const profile = await mkdtemp(path.join(tmpdir(), 'whippet-'))
  const args = ['--headless', `--user-data-dir=${profile}`, ...flags, '--remote-debugging-port=0', `${origin}/first`]
  const alone = spawn(executable, args, { stdio: 'ignore' })
  const exited = new Promise((done) => alone.once('exit', done))
  try {
    await eventually('beacons', () => posted, 120_000)
    assert.deepEqual(posted.early, [true, 0, 0])
    const [view] = same(await sides(posted.beacons))
    assert.equal(view.navigation, 'prerender')
    assert.equal(view.vitals.TTFB.value, 0)
    assert.ok(view.vitals.LCP.value >= 0 && view.timings['page.load'] >= 0)
    assert.equal(view.timings.early, 0)
  } finally {
    alone.kill()
    await exited
    // Its children take a moment longer to end.
    await rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 })
  }
})
