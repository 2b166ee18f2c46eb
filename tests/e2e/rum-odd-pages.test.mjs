// Pages that change prototypes, the base URL or the document are measured like others.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from './browser.mjs'
import { all, beacons, closed, flush, open, origin } from './rum-site.mjs'

test('prototypes with toJSON and other members change no beacon', async () => {
  const page = await open({
    options: `{ errorSampleRate: 1 }`,
    script: () => {
      for (const of of [Object, Array, String, Number, Boolean, Date]) {
        Object.defineProperty(of.prototype, 'toJSON', { configurable: true, writable: true, value: () => 'from the page' })
      }
      const members = { sampleRate: 0, consent: false, format: () => [], headers: { odd: '1' }, mode: 'no-cors', count: 'x' }
      // Not enumerable: esbuild's prelude to a bundle fails with enumerable members.
      for (const [name, value] of Object.entries(members)) {
        Object.defineProperty(Object.prototype, name, { configurable: true, writable: true, value })
      }
    },
  })
  await page.evaluate(() => {
    rum.count('kept')
    rum.timing('a', 1)
    rum.timing('a', 2)
    rum.error(new Error('kept'))
  })
  const sum = await flush(page)
  assert.equal(sum.counters.kept, 1)
  assert.deepEqual(sum.timings.a, [1, 2])
  assert.equal(sum.errors[0].message, 'Error: kept')
  assert.deepEqual(page.faults, [])
  await closed(page)
})

test('a relative endpoint is resolved once, and an idle page sends nothing more', async () => {
  const page = await open({
    options: `{ endpoint: endpoint.slice(1), flushInterval: 1000 }`,
    script: () => {
      // Before the script that starts measuring.
      new MutationObserver((_, observer) => {
        if (!document.head) return
        observer.disconnect()
        document.head.append(Object.assign(document.createElement('base'), { href: '/' }))
      }).observe(document, { childList: true, subtree: true })
    },
  })
  await page.evaluate(() => {
    history.pushState(null, '', '/far/away/from/here')
    document.querySelector('base').href = '/elsewhere/'
    rum.count('after')
  })
  await eventually('the beacon', () => all().counters?.after)
  // The page's own requests are reported, also those to paths below the endpoint's.
  await page.evaluate(() => fetch('/v1/beacons/more').then((response) => response.text()))
  await eventually('the request', () => beacons.some(({ resources = {} }) => Object.values(resources).some(({ fetch }) => fetch)))
  // A slow machine paints the page late.
  await eventually('the vitals', () => ['CLS', 'FCP', 'LCP', 'TTFB'].every((name) => all().vitals?.[name]))
  await page.waitForTimeout(2500)
  beacons.length = 0
  await page.waitForTimeout(3500)
  // A busy machine gives even an idle page a long frame. A beacon that tells of anything else is one too many.
  const members = ['counters', 'errors', 'gauges', 'histograms', 'phases', 'resources', 'routes', 'vitals']
  const ofLongFrame = (beacon) =>
    !members.some((name) => name in beacon) &&
    Object.keys(beacon.timings ?? { none: 0 }).every((name) => name.startsWith('frame.'))
  assert.deepEqual(
    beacons.filter((beacon) => !ofLongFrame(beacon)),
    [],
  )
  await closed(page)
})

test('measurements and error listeners survive document.open()', async () => {
  const page = await open()
  await flush(page)
  await page.evaluate(() => {
    document.open()
    document.write('<!doctype html><title>anew</title><p>anew</p>')
    document.close()
  })
  beacons.length = 0
  await page.evaluate(async () => {
    rum.count('kept')
    setTimeout(() => {
      throw new TypeError('anew')
    })
    // Timers end in the order in which they were set.
    await new Promise((done) => setTimeout(done))
  })
  await page.goto(`${origin}/style.css`)
  await eventually('the counter', () => all().counters?.kept)
  assert.match(all().errors[0].message, /TypeError: anew/)
  await page.context().close()
})

test('visitors get different ids although Math.random is seeded, and it is not called', async () => {
  const names = new Set()
  for (let visitor = 0; visitor < 3; visitor++) {
    const page = await open({
      script: () => {
        window.drawn = 0
        Math.random = () => (window.drawn++ % 7) / 7
      },
    })
    const { session, view } = await flush(page)
    names.add(session).add(view)
    assert.equal(await page.evaluate(() => window.drawn), 0)
    await closed(page)
  }
  assert.equal(names.size, 6)
})

test('harmless errors are not reported, and others are scrubbed', async () => {
  const page = await open({ options: `{ ignoreErrors: ['extension', /^TypeError: Failed to/] }` })
  await page.evaluate(async () => {
    // Triggers the browser's own ResizeObserver error.
    const box = document.body.appendChild(document.createElement('div'))
    let size = 1
    new ResizeObserver(() => (box.style.width = `${(size += 10)}px`)).observe(box)
    await new Promise((done) => setTimeout(done, 200))
    const fail = (thrown) =>
      setTimeout(() => {
        throw thrown
      })
    fail(new TypeError('Failed to fetch'))
    fail(new Error('from an extension'))
    fail({ status: 404, code: 'E_GONE' })
    fail(new Error('ann@example.com: https://ann:hunter2@shop.example/orders/1234567?token=secret'))
    void Promise.reject(new Event('close'))
    void Promise.reject(undefined)
    await new Promise((done) => setTimeout(done, 200))
  })
  const { errors } = await flush(page)
  assert.deepEqual(errors.map(({ message }) => message).sort(), [
    'Event close',
    'Object (E_GONE) {status}',
    'Uncaught Error: :id: https://shop.example/orders/:id',
    'undefined',
  ])
  assert.ok(
    errors.every(({ source = '' }) => !source.includes('ann')),
    JSON.stringify(errors),
  )
  await closed(page)
})
