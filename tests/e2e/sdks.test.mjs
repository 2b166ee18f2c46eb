// Other SDKs in a real browser, pointed at the collector: what they measured is in its reports, each page view once.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { collector, eventually, painted } from './browser.mjs'
import { headers, leave, open, origin, told } from './sdks-site.mjs'

/** Waits for a post that `which` accepts. All posts so far had that status. */
async function answered(page, status, which = () => true) {
  await eventually('an answer', () => page.posts.some(which))
  assert.deepEqual([...new Set(page.posts.map((post) => post.status()))], [status], page.posts.map((post) => post.url()).join())
}

const isNear = (actual, expected, share = 0.025) => Math.abs(actual - expected) <= expected * share
const near = (actual, expected, share) => assert.ok(isNear(actual, expected, share), `${actual} instead of ${expected}`)

/** What a load tells by itself. */
const LOAD = ['LCP', 'FCP', 'TTFB']

test('Grafana Faro: vitals, navigation, errors, logs, events and measurements, also gzipped', async () => {
  const page = await open('faro')
  // What is on its way while a page is left may be lost.
  const loaded = (loads) => {
    const isThere = ({ vitals, load }) => load?.count === loads && LOAD.every((name) => vitals[name]?.count === loads)
    return eventually(`${loads} loads`, async () => isThere(await told('sdk-faro')))
  }
  await loaded(1)
  await page.evaluate(() => act())
  await page.click('button')
  const acted = async () => {
    const { vitals, errors, counters, timings } = await told('sdk-faro')
    return vitals.INP?.count && errors.length && counters['log.warn'] && counters['event.bought'] && timings['cart.load']
  }
  await eventually('what was done', acted)
  await page.reload()
  await loaded(2)
  await page.goto(`${origin}/faro/cart?gzip`)
  await loaded(3)
  await answered(page, 202, (post) => post.request().headers()['content-encoding'] === 'gzip')
  await leave(page)
  const all = await eventually('both pages', async () => {
    const all = await told('sdk-faro')
    return all.vitals.CLS?.count >= 2 && all.load?.count === 3 && all
  })
  // Two loads of one page, and one of another.
  assert.deepEqual(all.views, { '/faro/orders/:id': 2, '/faro/cart': 1 })
  for (const name of LOAD) assert.equal(all.vitals[name].count, 3, name)
  assert.equal(all.vitals.INP.count, 1)
  assert.ok(all.vitals.INP.p75 >= 50, String(all.vitals.INP.p75))
  assert.ok(all.vitals.INP.elements.some(({ name }) => name.includes('button')))
  assert.ok(all.vitals.LCP.parts.some(({ name, p75 }) => name === 'ttfb' && p75 >= 0))
  assert.ok(all.phases.request.count === 3 && all.phases.dom.count === 3)
  const [error] = all.errors
  assert.equal(error.message, 'TypeError: the cart is empty')
  assert.equal(error.page, '/faro/orders/:id')
  assert.match(error.stack, /^at .*bundle\/faro\.js:\d+:\d+/)
  assert.equal(all.errors.length, 1)
  assert.equal(all.counters['log.warn'], 1)
  assert.equal(all.counters['event.bought'], 1)
  near(all.timings['cart.load'].p50, 12.5)
  assert.deepEqual(page.faults, [])
})

test("web-vitals' own reports by sendBeacon: one view, however often a metric changes", async () => {
  const page = await open('vitals')
  const sent = (name) => page.sent.map((text) => JSON.parse(text)).filter((metric) => metric.name === name)
  const last = (name) => sent(name).at(-1)
  await painted(page)
  await page.click('button')
  await eventually('INP', () => last('INP'))
  // Content that moves, twice: CLS is reported each time it grows. What moves within 500 ms of an input does not count.
  for (let time = 0; time < 2; time++) {
    await page.waitForTimeout(600)
    await page.evaluate(
      () =>
        new Promise((done) => {
          new PerformanceObserver(() => done()).observe({ type: 'layout-shift' })
          document.querySelector('h1').before(Object.assign(document.createElement('div'), { style: 'height: 120px' }))
        }),
    )
  }
  const names = ['CLS', 'INP', ...LOAD]
  await eventually('reports', () => names.every(last) && sent('CLS').length >= 2)
  await leave(page)
  const isLast = async () => {
    const all = await told('sdk-vitals')
    return names.every((name) => all.vitals[name]?.count && isNear(all.vitals[name].p75, last(name).value)) && all
  }
  const all = await eventually('the last values', isLast)
  assert.deepEqual(all.views, { '/vitals/orders/:id': 1 })
  for (const name of names) {
    assert.equal(all.vitals[name].count, 1, name)
    near(all.vitals[name].p75, last(name).value)
  }
  assert.deepEqual(
    all.vitals.INP.elements.map(({ name }) => name),
    [last('INP').attribution.interactionTarget],
  )
})

test("web-vitals' queue, sent when the page is hidden", async () => {
  for (let load = 0; load < 2; load++) {
    const page = await open('queue', '/')
    await painted(page)
    await leave(page)
  }
  const all = await eventually('two loads', async () => {
    const all = await told('sdk-queue')
    return all.vitals.LCP?.count === 2 && all
  })
  assert.deepEqual(all.views, { '/queue/': 2 })
})

test("OpenTelemetry's web SDKs: document load, requests, logs and cumulative metrics", async () => {
  const page = await open('otel')
  await painted(page)
  await page.evaluate(() => act())
  // Several exports of sums since the start: what was counted before counts no more.
  const exported = () => page.posts.filter((post) => post.url().endsWith('/v1/metrics')).length
  const before = exported()
  await eventually('several exports', () => exported() >= before + 4)
  await page.evaluate(() => act())
  const isThere = ({ vitals, errors, counters, timings, load, resources }) =>
    counters['shop.clicks'] >= 10 &&
    timings['shop.checkout']?.count >= 4 &&
    timings['http.client.request']?.count >= 2 &&
    LOAD.every((name) => vitals[name]?.count) &&
    load?.count &&
    resources.some(({ kind, count }) => kind === 'fetch' && count >= 2) &&
    resources.some(({ kind }) => kind === 'image') &&
    errors[0]?.count >= 2
  await eventually('all of it', async () => isThere(await told('sdk-otel')))
  await answered(page, 200)
  for (const post of page.posts) assert.deepEqual(await post.json(), {}, post.url())
  await leave(page)
  const all = await told('sdk-otel')
  assert.deepEqual(all.views, { '/otel/orders/:id': 1 })
  assert.equal(all.counters['shop.clicks'], 10)
  assert.equal(all.timings['shop.checkout'].count, 4)
  assert.ok(
    all.timings['shop.checkout'].p50 >= 200 && all.timings['shop.checkout'].p95 <= 2600,
    JSON.stringify(all.timings['shop.checkout']),
  )
  assert.equal(all.load.count, 1)
  assert.ok(all.phases.dom.count === 1 && all.phases.response.count === 1)
  for (const name of LOAD) assert.equal(all.vitals[name].count, 1, name)
  const requests = all.resources.find(({ kind }) => kind === 'fetch')
  assert.equal(requests.count, 2)
  assert.equal(requests.host, new URL(origin).host)
  assert.ok(all.resources.some(({ kind, count }) => kind === 'image' && count === 1))
  assert.equal(all.timings['http.client.request'].count, 2)
  const [error] = all.errors
  assert.equal(error.message, 'RangeError: no such item')
  assert.equal(error.count, 2)
  assert.match(error.stack, /at find \(https:\/\/shop\.example\/app\.js:1:20\)/)
  assert.deepEqual(page.faults, [])
})

test('what whippet/rum/otlp writes comes back whole', async () => {
  const page = await open('whippet')
  await painted(page)
  await page.evaluate(() => act())
  await page.click('button')
  await page.waitForFunction(() => performance.getEntriesByType('first-input').length)
  await page.evaluate(() => rum.flush())
  const isThere = ({ vitals, errors, counters, timings, gauges, load, resources }) =>
    LOAD.every((name) => vitals[name]?.count) &&
    counters.bought &&
    gauges['cart.items'] &&
    timings['cart.load'] &&
    timings.many?.count >= 40 &&
    load?.count &&
    errors.length > 0 &&
    resources.some(({ kind }) => kind === 'image')
  await eventually('all of it', async () => isThere(await told('sdk-whippet')))
  await answered(page, 200)
  for (const post of page.posts) assert.deepEqual(await post.json(), {}, post.url())
  await leave(page)
  const all = await told('sdk-whippet')
  assert.deepEqual(all.views, { '/whippet/orders/:id': 1 })
  for (const name of LOAD) assert.equal(all.vitals[name].count, 1, name)
  assert.equal(all.counters.bought, 3)
  assert.deepEqual([all.gauges['cart.items'].min, all.gauges['cart.items'].max], [-2, -2])
  assert.equal(all.timings['cart.load'].count, 1)
  assert.equal(all.timings['cart.load'].max, 12.5)
  assert.deepEqual([all.timings.many.count, all.timings.many.max], [40, 40])
  near(all.timings.many.p50, 20, 0.1)
  assert.equal(all.load.count, 1)
  assert.equal(all.phases.dom.count, 1)
  assert.equal(all.errors[0].message, 'TypeError: the cart is empty')
  assert.ok(all.resources.some(({ kind, count }) => kind === 'image' && count === 1))
  assert.deepEqual(page.faults, [])
})

test('a violated policy, reported by the browser', async () => {
  headers['content-security-policy'] =
    `script-src 'self' 'unsafe-inline'; img-src 'none'; report-uri ${collector}/v1/reports?app=sdk-reports`
  try {
    const page = await open('reports', '/orders/1042')
    const error = await eventually('a report', async () => {
      const { errors } = await told('sdk-reports')
      return errors.find(({ message }) => message === `CSP: img-src blocked ${origin}/a.png`)
    })
    assert.equal(error.page, '/reports/orders/:id')
    assert.deepEqual((await told('sdk-reports')).views, {}, 'a report is no page view')
    await leave(page)
  } finally {
    delete headers['content-security-policy']
  }
})
