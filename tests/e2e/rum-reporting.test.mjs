// When and what startRum reports: consent, visits, sampling, beforeSend, and the sizes of beacons.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from './browser.mjs'
import { all, answers, beacons, browser, closed, flush, open, requests } from './rum-site.mjs'

test('stop removes every hook', async () => {
  const page = await open({ options: `{ traceparent: ['/'] }` })
  assert.equal(await page.evaluate(() => fetch === natives[0]), false)
  await page.evaluate(() => rum.stop())
  await eventually('a beacon', () => beacons.length)
  const restored = () =>
    [fetch, history.pushState, XMLHttpRequest.prototype.open, XMLHttpRequest.prototype.send].map((now, at) => now === natives[at])
  assert.deepEqual(await page.evaluate(restored), [true, true, true, true])
  beacons.length = 0
  await page.evaluate(() => {
    rum.count('late')
    rum.error(new Error('late'))
    setTimeout(() => {
      throw new Error('late')
    })
    rum.flush()
  })
  await page.waitForTimeout(200)
  await closed(page)
  await new Promise((done) => setTimeout(done, 300))
  assert.deepEqual(beacons, [])
})

test('consent can be withdrawn after stop', async () => {
  const page = await open()
  await page.evaluate(() => rum.stop())
  await eventually('a beacon', () => beacons.length)
  const left = async () => [
    Object.keys(sessionStorage),
    (await indexedDB.databases()).map(({ name }) => name).filter((name) => name === 'whippet-rum'),
  ]
  assert.deepEqual((await page.evaluate(left))[0], ['whippet.session'])
  await page.evaluate(() => rum.consent(false))
  await eventually('nothing left', async () => JSON.stringify(await page.evaluate(left)) === '[[],[]]')
  beacons.length = 0
  await page.evaluate(() => {
    rum.consent(true)
    rum.count('late')
    rum.flush()
  })
  assert.deepEqual((await page.evaluate(left))[0], [])
  await closed(page)
  await new Promise((done) => setTimeout(done, 300))
  assert.deepEqual(beacons, [])
})

test('a page that began without consent can discard what an earlier one kept', async () => {
  const failing = async (request, response) => response.writeHead(503).end()
  answers['/v1/beacons'] = failing
  try {
    const page = await open({ options: '{ consent: !sessionStorage.withdrawn }' })
    await page.evaluate(() => {
      rum.count('x')
      rum.flush()
    })
    const left = async () => [
      Object.keys(sessionStorage).filter((name) => name.startsWith('whippet')),
      (await indexedDB.databases()).map(({ name }) => name).filter((name) => name === 'whippet-rum'),
    ]
    await eventually('a kept beacon', async () => (await page.evaluate(left))[1].length)
    // As a consent tool does that loads the page again.
    await page.evaluate(() => (sessionStorage.withdrawn = '1'))
    await page.reload()
    assert.notDeepEqual(await page.evaluate(left), [[], []])
    await page.evaluate(() => rum.consent(false))
    await eventually('nothing left', async () => JSON.stringify(await page.evaluate(left)) === '[[],[]]')
    await closed(page)
  } finally {
    delete answers['/v1/beacons']
  }
})

test('an interval that is no number does not make a page flush without end', async () => {
  const counters = `() => { window.flushes = (window.flushes ?? 0) + 1; return {} }`
  const page = await open({ options: `{ flushInterval: NaN, counters: ${counters} }` })
  const [flushes, ms] = await page.evaluate(async () => {
    const [before, start] = [window.flushes ?? 0, performance.now()]
    await new Promise((done) => setTimeout(done, 500))
    return [window.flushes - before || 0, performance.now() - start]
  })
  // At most one a second, and one that was due.
  assert.ok(flushes <= ms / 1000 + 1, `${flushes} flushes in ${ms} ms`)
  await closed(page)
})

test('without consent nothing is stored, and consent does not report what happened before', async () => {
  const page = await open({ options: '{ consent: false }' })
  const state = () => [sessionStorage.getItem('whippet.session'), fetch === natives[0]]
  assert.deepEqual(await page.evaluate(state), [null, true])
  await page.evaluate(() => {
    rum.count('before')
    rum.error(new Error('before'))
    rum.flush()
    rum.consent(true)
    rum.count('after')
  })
  await page.click('button')
  await page.waitForTimeout(200)
  const sum = await flush(page)
  assert.deepEqual(Object.keys(sum.counters), ['after'])
  assert.deepEqual([sum.errors, sum.timings?.['page.load'], sum.resources], [undefined, undefined, undefined])
  for (const name of ['TTFB', 'FCP', 'LCP']) assert.equal(sum.vitals?.[name], undefined, name)

  beacons.length = 0
  await page.evaluate(() => {
    rum.count('kept')
    rum.consent(false)
    rum.count('withdrawn')
    rum.flush()
  })
  assert.deepEqual(await page.evaluate(state), [null, true])
  await closed(page)
  await new Promise((done) => setTimeout(done, 300))
  assert.deepEqual(beacons, [])
})

for (const [what, script] of [
  ['Global Privacy Control', () => Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })],
  ['Do Not Track', () => Object.defineProperty(navigator, 'doNotTrack', { value: '1' })],
]) {
  test(`${what} is respected, unless an option turns that off`, async () => {
    let page = await open({ script })
    await page.evaluate(() => rum.count('x'))
    await closed(page)
    await new Promise((done) => setTimeout(done, 300))
    assert.deepEqual(beacons, [])
    page = await open({ script, options: '{ respectPrivacySignals: false }' })
    await page.evaluate(() => rum.count('x'))
    assert.equal((await flush(page)).counters.x, 1)
    await closed(page)
  })
}

test('a visit is sampled as a whole, and errors may have a separate rate', async () => {
  let page = await open({ options: '{ sampleRate: 0 }' })
  await page.evaluate(() => rum.count('x'))
  await closed(page)
  await new Promise((done) => setTimeout(done, 300))
  assert.deepEqual(beacons, [])

  page = await open({ options: '{ sampleRate: 0, errorSampleRate: 1 }' })
  await page.evaluate(() => {
    rum.count('x')
    rum.error(new Error('always'))
  })
  const only = await flush(page)
  assert.deepEqual([only.counters, only.vitals, only.sampleRate], [undefined, undefined, undefined])
  assert.equal(only.errors.length, 1)
  await closed(page)

  // A sampled visit stays sampled. Each beacon says its rate, and errors have a separate one.
  const context = await browser.newContext()
  const chosen = () => sessionStorage.setItem('whippet.session', `3fffffff00000000 ${Date.now()} ${Date.now()}`)
  const options = '{ sampleRate: 0.25, errorSampleRate: 0.5 }'
  page = await open({ context, options, script: chosen })
  await page.evaluate(() => {
    rum.count('x')
    rum.error(new Error('half'))
  })
  await flush(page, ({ counters, errors }) => counters && errors)
  const [counted, failed] = [beacons.find(({ counters }) => counters), beacons.find(({ errors }) => errors)]
  assert.deepEqual([counted.sampleRate, failed.sampleRate], [0.25, 0.5])
  assert.equal(counted.session, '3fffffff00000000')
  await closed(page)
  const notChosen = () => sessionStorage.setItem('whippet.session', `4000000000000000 ${Date.now()} ${Date.now()}`)
  page = await open({ options: '{ sampleRate: 0.25 }', script: notChosen })
  await page.evaluate(() => rum.count('x'))
  await closed(page)
  await new Promise((done) => setTimeout(done, 300))
  assert.deepEqual(beacons, [])
})

test('a visit ends after half an hour without activity', async () => {
  const rested = () => {
    const before = Date.now() - 31 * 60 * 1000
    sessionStorage.setItem('whippet.session', `00000000000000aa ${before} ${before}`)
  }
  const page = await open({ script: rested })
  const { session } = await flush(page)
  assert.match(session, /^[0-9a-f]{16}$/)
  assert.notEqual(session, '00000000000000aa')
  await closed(page)
})

test('a visit that begins in an open page is sampled independently', async () => {
  const chosen = () => sessionStorage.setItem('whippet.session', `3fffffff00000000 ${Date.now()} ${Date.now()}`)
  const page = await open({ options: '{ sampleRate: 0.25 }', script: chosen })
  await page.evaluate(() => {
    rum.count('of the first')
    const before = Date.now() - 31 * 60 * 1000
    sessionStorage.setItem('whippet.session', `3fffffff00000000 ${before} ${before}`)
    // The next visit is not sampled.
    crypto.getRandomValues = (words) => words.fill(2 ** 31)
    history.pushState(null, '', '/next')
    rum.count('of the second')
    rum.error(new Error('of the second'))
  })
  const { counters, errors, session } = await flush(page)
  assert.deepEqual([counters, errors, session], [{ of_the_first: 1 }, undefined, '3fffffff00000000'])
  await closed(page)
  assert.ok(
    beacons.every(({ page }) => page === '/orders/:id'),
    JSON.stringify(beacons),
  )
})

test('beforeSend changes or discards a beacon, and its errors break nothing', async () => {
  const page = await open({
    options: `{
      release: '1.2.0',
      page: (path) => (path.startsWith('/orders') ? 'an order' : undefined),
      scrubUrl: (url) => 'scrubbed',
      beforeSend(beacon) {
        if (beacon.counters?.hold) return null
        if (beacon.counters?.fail) throw new Error('from beforeSend')
        return { ...beacon, gauges: { added: 1 } }
      },
    }`,
  })
  const sum = await flush(page)
  assert.equal(sum.page, 'an order')
  assert.equal(sum.release, '1.2.0')
  assert.equal(sum.gauges.added, 1)
  for (const name of ['hold', 'fail']) {
    beacons.length = 0
    await page.evaluate((name) => {
      rum.count(name)
      rum.flush()
    }, name)
    await page.waitForTimeout(200)
    assert.deepEqual(beacons, [], name)
  }
  await eventually('the error', () => page.faults.length)
  assert.deepEqual(page.faults, ['Error: from beforeSend'])
  await page.evaluate(() => rum.count('again'))
  assert.equal((await flush(page)).counters.again, 1)
  await closed(page)
})

test('a beforeSend that returns no beacon sends nothing, and the page sees an error', async () => {
  const page = await open({ options: `{ beforeSend: async (beacon) => beacon }` })
  await page.evaluate(() => rum.flush())
  await eventually('the error', () => page.faults.length)
  assert.match(page.faults[0], /^TypeError/)
  assert.deepEqual(beacons, [])
  await closed(page)
})

test('a text that was cut within a character costs no beacon', async () => {
  const page = await open()
  await page.evaluate(() => {
    rum.count('kept')
    rum.error(new Error('a dog: 🐕'.slice(0, -1)))
  })
  const { counters, errors } = await flush(page)
  assert.deepEqual([counters.kept, errors[0].message], [1, 'Error: a dog: \ufffd'])
  await closed(page)
})

test('an interrupted report is repeated with the same id', async () => {
  // Firefox stops scripts that run during `pagehide`; in this test the debugger stops one.
  const page = await open({
    options: `{
      beforeSend(beacon) {
        if (window.slow) {
          // The server gets this before anything of the page's goes on.
          const request = new XMLHttpRequest()
          request.open('GET', '/api/slow', false)
          request.send()
        }
        while (window.slow);
        return beacon
      },
    }`,
  })
  const session = await page.context().newCDPSession(page)
  await page.evaluate(() => {
    rum.count('kept')
    window.slow = true
    setTimeout(() => dispatchEvent(new Event('pagehide')))
  })
  await eventually('the script runs', () => requests.some(({ pathname }) => pathname === '/api/slow'))
  await session.send('Runtime.terminateExecution')
  assert.deepEqual(beacons, [])
  await page.evaluate(() => {
    window.slow = false
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
    delete document.visibilityState
    rum.count('later')
    rum.flush()
  })
  await eventually('both beacons', () => beacons.length === 2)
  beacons.sort((one, other) => one.id.localeCompare(other.id))
  assert.match(beacons[0].id, /-1$/)
  assert.deepEqual(
    beacons.map(({ counters }) => counters),
    [{ kept: 1 }, { later: 1 }],
  )
  await closed(page)
})

test('the next beacon reports that one was refused', async () => {
  const page = await open({})
  await flush(page)
  await page.route('**/v1/beacons*', (route) => route.fulfill({ status: 400, body: 'no' }), { times: 1 })
  await page.evaluate(() => {
    rum.count('refused')
    rum.flush()
  })
  await eventually('it was refused', () => page.evaluate(() => rum.stats().lost === 1))
  await page.evaluate(() => rum.count('next'))
  const { counters, dropped, drops } = await flush(page, ({ counters }) => counters?.next)
  assert.equal(counters.next, 1)
  assert.deepEqual({ dropped, drops }, { dropped: 1, drops: { beacons: 1 } })
  await closed(page)
})

test('a large batch is sent at once', async () => {
  // The flush interval is an hour.
  const page = await open()
  const fail = (from, to) =>
    page.evaluate(
      ([from, to]) => {
        for (let at = from; at < to; at++) {
          const error = new Error(String.fromCharCode(97 + at).repeat(480))
          error.stack = Array.from(
            { length: 9 },
            (_, line) => `at f${at} (https://shop.example/${'x'.repeat(180)}.js:${line}:1)`,
          ).join('\n')
          rum.error(error)
        }
      },
      [from, to],
    )
  await fail(0, 3)
  await page.waitForTimeout(300)
  assert.deepEqual(beacons, [])
  await fail(3, 16)
  await eventually('a beacon', () => beacons.length)
  assert.equal(beacons[0].errors.length, 16)
  await closed(page)
})

test('a batch that does not fit into one beacon is split', async () => {
  const page = await open()
  await page.evaluate(() => {
    for (let n = 0; n < 32; n++) {
      const error = new Error(`${String.fromCharCode(65 + n)} ${'€'.repeat(400)}`)
      error.stack = `    at ${'deep'.repeat(80)} (app.js:1:1)\n`.repeat(10)
      rum.error(error)
    }
    rum.count('beside')
    rum.flush()
  })
  await eventually('all of it', () => all().errors?.length >= 32 && all().counters?.beside)
  assert.ok(beacons.length >= 2)
  const { errors, counters, dropped } = all()
  assert.deepEqual([errors.length, counters.beside, dropped], [32, 1, undefined])
  for (const beacon of beacons) assert.ok(Buffer.byteLength(JSON.stringify(beacon)) <= 60 * 1024)
  assert.equal(new Set(beacons.map(({ id }) => id)).size, beacons.length)
  await closed(page)
})
