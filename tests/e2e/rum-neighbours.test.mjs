// A page that startRum does not have to itself: workers, other tracers, a second startRum, options that no type checks.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from './browser.mjs'
import { all, answers, beacons, closed, flush, open, origin, requests } from './rum-site.mjs'

test('the script of a worker counts as a resource that took no less than 0 ms', async () => {
  const page = await open()
  // Late enough that the end which Chromium gives on the clock of the worker lies before the start.
  await page.waitForTimeout(300)
  await page.evaluate(async () => {
    const before = performance.getEntriesByType('resource').length
    window.worker = new Worker('/api/worker')
    while (performance.getEntriesByType('resource').length === before) await new Promise((done) => setTimeout(done, 50))
  })
  const here = (sum) => sum.resources?.[new URL(origin).host]?.other
  const sum = await flush(page, here)
  assert.equal(here(sum).count, 1, JSON.stringify(sum.resources))
  assert.ok(here(sum).duration >= 0, JSON.stringify(sum.resources))
  await closed(page)
})

test('two startRum with endpoints of their own do not report the beacons of each other', async () => {
  let count = 0
  answers['/second'] = (_, response) => {
    count++
    response.end()
  }
  const page = await open({ options: '{ flushInterval: 1000 }' })
  await page.evaluate(() => void (window.second = whippet.startRum({ endpoint: '/second', app: 'second', flushInterval: 1000 })))
  await eventually('the beacons of both', () => beacons.length && count)
  await page.waitForTimeout(2500)
  await page.evaluate(() => {
    rum.count('last')
    rum.flush()
    second.flush()
  })
  await eventually('the last beacon', () => all().counters?.last)
  await page.waitForTimeout(2500)
  delete answers['/second']
  assert.ok(!JSON.stringify(beacons.map(({ resources }) => resources)).includes('"fetch"'), JSON.stringify(beacons))
  await closed(page)
})

test('a request that another tracer marks while it is sent has one traceparent', async () => {
  const page = await open({
    options: `{ traceparent: ['/api'] }`,
    script: () => {
      // As OpenTelemetry's instrumentation of XMLHttpRequest: started earlier, it sets the header within `send`.
      const { send } = XMLHttpRequest.prototype
      XMLHttpRequest.prototype.send = function (body) {
        this.setRequestHeader('Traceparent', `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`)
        return send.call(this, body)
      }
    },
  })
  await page.evaluate(async () => {
    const ask = (request) =>
      new Promise((done) => {
        request.open('GET', '/api/orders')
        request.onloadend = done
        request.send()
      })
    const request = new XMLHttpRequest()
    // Also where the request is used again.
    await ask(request)
    await ask(request)
  })
  const values = requests.filter(({ pathname }) => pathname === '/api/orders').map(({ headers }) => headers.traceparent)
  assert.equal(values.length, 2)
  for (const value of values) assert.match(value, /^00-[\da-f]{32}-[\da-f]{16}-01$/)
  assert.notEqual(values[0], values[1])
  await closed(page)
})

test('what happened before a change of the route belongs to the page view before it', async () => {
  const page = await open({ options: '{ counters: () => ({ clicks: window.clicks ?? 0 }) }' })
  await page.evaluate(() => {
    window.clicks = 5
    history.pushState(null, '', '/next')
    window.clicks = 7
  })
  const isCounted = (name) => beacons.some(({ counters, page }) => page === name && counters)
  await flush(page, () => isCounted('/orders/:id') && isCounted('/next'))
  const counted = Object.fromEntries(beacons.filter(({ counters }) => counters).map(({ page, counters }) => [page, counters]))
  assert.deepEqual(counted, { '/orders/:id': { clicks: 5 }, '/next': { clicks: 2 } })
  await closed(page)
})

test('values that are no numbers are ignored, and cost no other measurement', async () => {
  const page = await open()
  await page.evaluate(() => {
    for (const value of [null, undefined, '5', true, [7], new Date(), NaN, 10n]) {
      rum.timing('odd.timing', value)
      rum.gauge('odd.gauge', value)
      if (value !== undefined) rum.count('odd.count', value)
    }
    rum.gauge('stock', 3)
  })
  const { gauges, timings, counters } = await flush(page, ({ gauges }) => gauges)
  assert.deepEqual(gauges, { stock: 3 })
  assert.ok(!('odd.timing' in timings) && !counters)
  await closed(page)
})

test('a sample rate that is a string, and names with space around them, make valid beacons', async () => {
  const page = await open({
    options: `{ app: ' ', release: '1.2.0\\n', sampleRate: '0.9999999', page: () => ' ' }`,
  })
  await flush(page)
  for (const { app, release, sampleRate, page: name } of beacons) {
    assert.deepEqual(
      { app, release, sampleRate, name },
      { app: 'unnamed', release: '1.2.0', sampleRate: 0.9999999, name: '/orders/:id' },
    )
  }
  await closed(page)
})
