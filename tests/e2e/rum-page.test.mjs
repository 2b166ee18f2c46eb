// Everything that startRum measures, in a real page.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from './browser.mjs'
import { all, beacons, closed, flush, hide, open, origin, other, requests } from './rum-site.mjs'

/** Waits until the browser has recorded requests whose addresses have these parts, each so often. A flush reports what is recorded. */
const recorded = (page, counts) =>
  eventually(`${Object.keys(counts)}`, () =>
    page.evaluate((counts) => {
      const names = performance.getEntriesByType('resource').map(({ name }) => name)
      return Object.entries(counts).every(([part, count]) => names.filter((name) => name.includes(part)).length === count)
    }, counts),
  )

test('the phases of the navigation and Server-Timing are reported', async () => {
  const page = await open()
  await page.evaluate(() => fetch('/api/orders').then((response) => response.text()))
  await recorded(page, { '/api/orders': 1 })
  const { timings, phases } = await flush(page)
  const names = ['redirect', 'dns', 'tcp', 'tls', 'request', 'response', 'dom', 'load']
  for (const name of names) assert.equal(typeof phases[name], 'number', name)
  assert.ok(timings['page.load'] >= phases.dom, JSON.stringify(timings))
  assert.deepEqual(timings['server.db'].sort(), [12.5, 30])
  assert.equal(timings['server.render'], 4)
  await closed(page)
})

test('resources are summed by host and kind, with cache hits and failures', async () => {
  const page = await open()
  await page.evaluate(async (other) => {
    for (let i = 0; i < 20; i++) await fetch(`${other}/api/items/${i}`)
    await fetch('/api/nothing')
    const image = new Image()
    image.src = '/style.css?again'
    await image.decode().catch(() => {})
  }, other)
  await recorded(page, { '/api/items/': 20, '/api/nothing': 1, '/style.css?again': 1 })
  const { resources } = await flush(page)
  const [here, there] = [origin, other].map((url) => resources[new URL(url).host])
  assert.equal(there.fetch.count, 20)
  assert.ok(there.fetch.bytes > 20 && there.fetch.slowest > 0 && there.fetch.duration >= there.fetch.slowest)
  assert.equal(here.style.count, 1)
  assert.equal(here.script.count, 1)
  assert.equal(here.fetch.count, 1)
  assert.equal(here.image.count, 4, JSON.stringify(here))
  assert.equal(here.image.failed, 1, JSON.stringify(here.image))
  assert.ok(!JSON.stringify(beacons).includes('/v1/beacons'))
  await closed(page)
})

test('long animation frames and their scripts are reported', async () => {
  const page = await open()
  await page.evaluate(() => {
    document.querySelector('button').onclick = () => {
      const until = performance.now() + 150
      while (performance.now() < until);
    }
    window.invokers = []
    const observer = new PerformanceObserver((list) =>
      invokers.push(...list.getEntries().flatMap(({ scripts }) => scripts.map(({ invoker }) => invoker))),
    )
    observer.observe({ type: 'long-animation-frame' })
  })
  await page.click('button')
  await eventually('the frame', () => page.evaluate(() => invokers.includes('BUTTON.onclick')))
  const { timings, scripts } = await flush(page)
  const longest = Math.max(...[timings['frame.duration']].flat())
  assert.ok(longest >= 150, `${longest}`)
  assert.ok(Math.max(...[timings['frame.blocking']].flat()) >= 100)
  const script = scripts.find(({ invoker }) => invoker === 'BUTTON.onclick')
  assert.ok(script?.duration >= 140, JSON.stringify(scripts))
  await closed(page)
})

test('equal errors are counted, and their number is limited', async () => {
  const page = await open()
  await page.evaluate(() => {
    // These listeners are called after those that measure.
    let left = 10
    window.told = new Promise((done) => {
      for (const type of ['error', 'unhandledrejection']) addEventListener(type, () => --left || done(true))
    })
    const fail = (n) =>
      setTimeout(() => {
        throw new TypeError(`order ${n} is not there`)
      })
    for (let n = 0; n < 5; n++) fail(n)
    rum.error(new RangeError('caught at https://a.example/x?token=secret'))
    for (const thrown of [
      null,
      undefined,
      7,
      {
        toString() {
          throw 1
        },
      },
      Symbol('s'),
    ])
      void Promise.reject(thrown)
  })
  await page.waitForFunction(() => told)
  const { errors } = await flush(page)
  const typed = errors.filter(({ message }) => message.includes('TypeError'))
  assert.equal(typed.length, 1)
  assert.equal(typed[0].count, 5)
  assert.match(typed[0].fingerprint, /^[0-9a-f]{8}$/)
  assert.ok(errors.some(({ message, stack }) => message === 'RangeError: caught at https://a.example/x' && stack.includes('at ')))
  assert.ok(!JSON.stringify(errors).includes('secret'))
  assert.ok(errors.some(({ message }) => message === 'unknown'))

  beacons.length = 0
  await page.evaluate(() => {
    for (let n = 0; n < 50; n++) rum.error(`kind ${String.fromCharCode(65 + (n % 26)).repeat(1 + n / 26)}`)
    rum.error('x'.repeat(100_000))
  })
  const many = await flush(page)
  assert.equal(many.errors.length, 32)
  assert.equal(many.drops.errors, 19)
  assert.equal(many.dropped, 19)
  assert.equal(many.errors[0].message.length, 512)
  await closed(page)
})

test("the page's own measurements are reported", async () => {
  const page = await open()
  const took = await page.evaluate(async () => {
    rum.mark('menu open')
    await new Promise((done) => setTimeout(done, 30))
    rum.mark('menu.closed')
    const between = rum.measure('menu', 'menu open', 'menu.closed')
    const none = rum.measure('menu', 'never')
    for (let i = 0; i < 100; i++) rum.timing('render', i)
    rum.timing('bad', -1)
    rum.timing('bad', NaN)
    rum.timing('bad', 'x')
    rum.count('clicks')
    rum.count('clicks', 4)
    rum.gauge('cart.items', 3)
    rum.gauge('cart.items', -2.5)
    for (let i = 0; i < 100; i++) rum.count(`name-${i}`)
    return [between, none]
  })
  assert.ok(took[0] >= 29 && took[1] === undefined)
  const sum = await flush(page)
  assert.ok(Math.abs(sum.timings.menu - took[0]) < 0.001)
  assert.ok(sum.timings['menu.closed'] > sum.timings.menu_open)
  assert.equal(sum.timings.bad, undefined)
  assert.equal(sum.counters.clicks, 5)
  assert.equal(Object.keys(sum.counters).length, 64)
  assert.equal(sum.drops.counters, 37)
  assert.equal(sum.gauges['cart.items'], -2.5)
  const { scale, zero, sum: added, min, max, counts } = sum.histograms.render
  assert.deepEqual([zero, added, min, max], [1, 4950, 0, 99])
  assert.equal(
    counts.filter((count) => count > 0).reduce((a, b) => a + b),
    99,
  )
  assert.equal(scale, 4)
  await closed(page)
})

test('marks on a prerendered page count from when it was shown', async () => {
  const page = await open()
  const [before, waited] = await page.evaluate(() => {
    Object.defineProperty(document, 'prerendering', { configurable: true, value: true })
    rum.mark('prepared')
    delete document.prerendering
    const activationStart = performance.now()
    performance.getEntriesByType = () => [{ responseStart: 1, activationStart }]
    rum.mark('used')
    const waited = rum.measure('waited')
    delete performance.getEntriesByType
    return [activationStart, waited]
  })
  const { timings } = await flush(page, ({ timings }) => timings?.waited !== undefined)
  assert.equal(timings.prepared, 0)
  assert.ok(timings.used < before && waited < before, `${timings.used} and ${waited} of ${before} ms`)
  await closed(page)
})

/** Clicks the button, whose handler changes the route, and waits for the paint of that. */
async function clickAndPaint(page) {
  await page.evaluate(() => {
    window.paints = []
    whippet.onLCP(({ navigationType }) => paints.push(navigationType), { reportAllChanges: true, reportSoftNavs: true })
  })
  await page.click('button')
  await eventually('the paint of the route', () => page.evaluate(() => paints.includes('soft-navigation')))
}

test('a route is a separate page view with its own vitals', async () => {
  const page = await open()
  await page.evaluate(() => {
    document.querySelector('button').onclick = async () => {
      await new Promise((done) => setTimeout(done, 20))
      history.pushState(null, '', '/orders/1042/items/7?token=secret')
      rum.count('on the route')
      document.querySelector('p').outerHTML = '<p style="font-size: 70px">Another route, with far more to read</p>'
    }
    history.replaceState(null, '', '?other=query')
  })
  await clickAndPaint(page)
  await page.evaluate(() => history.back())
  await page.waitForFunction(() => location.pathname === '/orders/1042')
  await page.evaluate(() => rum.count('back again'))
  await hide(page)
  await eventually('beacons', () => beacons.length >= 3)
  await closed(page)
  // Beacons of a page that is left arrive in any order.
  const third = beacons.find(({ counters }) => counters?.back_again)
  const second = beacons.find(({ page }) => page === '/orders/:id/items/:id')
  const first = beacons.find((beacon) => beacon !== third && beacon !== second)
  assert.deepEqual([first.page, third.page], ['/orders/:id', '/orders/:id'])
  assert.equal(first.navigation, 'navigate')
  assert.equal(second.navigation, 'soft-navigation')
  assert.equal(first.session, second.session)
  assert.notEqual(first.view, second.view)
  assert.ok(first.vitals.TTFB.value > 0 && first.vitals.LCP && first.vitals.FCP)
  assert.equal(second.counters.on_the_route, 1)
  assert.equal(second.vitals.LCP.target, 'html>body>p', JSON.stringify(second.vitals))
  assert.equal(second.vitals.TTFB.value, 0)
  assert.notEqual(third.view, first.view)
  assert.ok(!JSON.stringify(beacons).includes('secret'))
})

test('each route is a page view, also one in which nothing is measured', async () => {
  const page = await open()
  const [before, after] = await page.evaluate(() => {
    for (const path of ['/a', '/b', '/c']) history.pushState(null, '', path)
    rum.error(new Error('in c'))
    rum.flush()
    const { beacons } = rum.stats()
    rum.flush()
    return [beacons, rum.stats().beacons]
  })
  assert.equal(after, before)
  const routes = () => beacons.filter(({ navigation }) => navigation === 'soft-navigation')
  await eventually('beacons', () => routes().length >= 4)
  await hide(page)
  await closed(page)
  const told = routes().map(({ id, page, view, errors, ...rest }) => {
    assert.ok(id.startsWith(`${view}-`))
    // What tells of a page view that has measured nothing are beacons without errors and drops.
    const names = Object.keys(rest).filter((name) => rest[name] && typeof rest[name] === 'object')
    return [page, id.slice(view.length + 1), names.join(), errors?.[0].message ?? ''].join(' ').trim()
  })
  assert.deepEqual(told.sort().slice(0, 4), ['/a 1', '/b 1', '/c 1', '/c 2  Error: in c'])
  assert.equal(new Set(routes().map(({ view }) => view)).size, 3)
})

test('a route that is replaced before the user does anything was a redirect, and no page view', async () => {
  const page = await open()
  await page.evaluate(() => {
    document.querySelector('button').onclick = async () => {
      history.pushState(null, '', '/old')
      rum.count('at the old')
      await new Promise((done) => setTimeout(done, 50))
      history.replaceState(null, '', '/orders/7')
      rum.count('at the new')
      document.querySelector('p').outerHTML = '<p style="font-size: 70px">Another route, with far more to read</p>'
    }
  })
  await clickAndPaint(page)
  await page.evaluate(() => {
    document.querySelector('button').onclick = () => {
      history.replaceState(null, '', '/tabs/second')
      rum.count('by a click')
    }
  })
  await page.click('button')
  await page.evaluate(() => {
    rum.flush()
    history.replaceState(null, '', '/tabs/third')
    rum.count('after a beacon')
  })
  await hide(page)
  const routes = () => beacons.filter(({ navigation }) => navigation === 'soft-navigation')
  const views = (name) => routes().filter(({ counters }) => counters?.[name])
  await eventually('beacons', () => views('after_a_beacon').length && routes().some(({ vitals }) => vitals?.LCP))
  await closed(page)
  const [redirected] = views('at_the_old')
  assert.deepEqual(redirected.counters, { at_the_old: 1, at_the_new: 1 })
  const names = ['at_the_new', 'by_a_click', 'after_a_beacon']
  assert.deepEqual(
    names.map((name) => views(name).map(({ page }) => page)),
    [['/orders/:id'], ['/tabs/second'], ['/tabs/third']],
  )
  const soft = routes().find(({ vitals }) => vitals?.LCP)
  assert.deepEqual([soft.view, soft.page], [redirected.view, '/orders/:id'])
  assert.equal(new Set(routes().map(({ view }) => view)).size, 3)
})

test('a soft navigation keeps its vitals, however many changes of the route follow that are none', async () => {
  const page = await open()
  await page.evaluate(() => {
    document.querySelector('button').onclick = async () => {
      await new Promise((done) => setTimeout(done, 20))
      history.pushState(null, '', '/first')
      document.querySelector('p').outerHTML = '<p style="font-size: 70px">Another route, with far more to read</p>'
    }
  })
  await clickAndPaint(page)
  await page.evaluate(() => {
    for (const letter of 'abcdefghijklm') {
      history.pushState(null, '', `/${letter}`)
      rum.count('route')
    }
    rum.flush()
    document.querySelector('button').onclick = () => {
      for (const until = performance.now() + 200; performance.now() < until;);
    }
  })
  await page.click('button')
  await hide(page)
  const vitals = () => beacons.filter(({ vitals }) => vitals?.INP?.value >= 200)
  await eventually('INP', () => vitals().length)
  await closed(page)
  const [first] = beacons.filter(({ page }) => page === '/first')
  assert.deepEqual(
    vitals().map(({ page, view }) => [page, view]),
    [['/first', first.view]],
  )
  assert.equal(all(beacons.filter(({ page }) => page === '/m')).counters.route, 1)
})

test('without the Navigation API, routes are observed by the history', async () => {
  const page = await open({ script: () => Object.defineProperty(window, 'navigation', { value: undefined }) })
  await page.evaluate(() => {
    history.pushState(null, '', '/cart')
    rum.count('pushed')
    history.replaceState(null, '', '/cart/empty')
    rum.count('replaced')
  })
  await page.goBack()
  await page.evaluate(() => rum.count('back'))
  await page.evaluate(() => rum.flush())
  await eventually('beacons', () => beacons.length >= 4)
  const pages = (name) => beacons.filter(({ counters }) => counters?.[name]).map(({ page }) => page)
  assert.deepEqual(['pushed', 'replaced', 'back'].map(pages), [['/cart'], ['/cart/empty'], ['/orders/:id']])
  await page.evaluate(() => rum.stop())
  assert.equal(await page.evaluate(() => history.pushState === natives[1]), true)
  await closed(page)
})

for (const [how, script] of [
  ['the Navigation API', undefined],
  ['the history alone', () => Object.defineProperty(window, 'navigation', { value: undefined })],
]) {
  test(`routes in the fragment are page views, observed by ${how}`, async () => {
    const page = await open({ script })
    const go = (hash, name) =>
      page.evaluate(
        async ([hash, name]) => {
          location.hash = hash
          await new Promise((done) => setTimeout(done, 50))
          rum.count(name)
        },
        [hash, name],
      )
    await go('#/', 'root')
    await go('#/carts/77?token=secret', 'cart')
    await go('#/carts/78?token=other', 'next')
    await go('#section', 'section')
    await page.evaluate(() => rum.flush())
    await eventually('beacons', () => beacons.length >= 4)
    const views = (name) => beacons.filter(({ counters }) => counters?.[name])
    const pages = ['root', 'cart', 'next', 'section'].map((name) => views(name).map(({ page }) => page))
    assert.deepEqual(pages, [['/orders/:id'], ['/orders/:id#/carts/:id'], ['/orders/:id#/carts/:id'], ['/orders/:id']])
    assert.notEqual(views('cart')[0].id.split('-')[0], views('next')[0].id.split('-')[0])
    assert.ok(!JSON.stringify(beacons).includes('secret'))
    await closed(page)
  })
}

test('without interactionCount, INP estimates it from interaction ids', async () => {
  const page = await open({ script: () => delete Performance.prototype.interactionCount })
  assert.equal(await page.evaluate(() => 'interactionCount' in performance), false)
  await page.evaluate(() => {
    document.querySelector('button').onclick = () => {
      const until = performance.now() + 100
      while (performance.now() < until);
    }
    window.told = []
    const observer = new PerformanceObserver((list) => told.push(...list.getEntries().map(({ name }) => name)))
    observer.observe({ type: 'event', durationThreshold: 16 })
  })
  await page.click('button')
  await eventually('the click is recorded', () => page.evaluate(() => told.includes('click')))
  await hide(page)
  await eventually('INP', () => all().vitals?.INP)
  await closed(page)
  assert.ok(all().vitals.INP.value >= 100)
  assert.equal(all().vitals.INP.target, 'html>body>button')
})

test('only listed requests carry a traceparent', async () => {
  const listed = ['/api/plain', '/api/request', '/api/own', '/api/xhr', '/api/xhr-own', '/api/based', '/api/disguised']
  const page = await open({ options: JSON.stringify({ traceparent: [...listed, `${other}/api/listed`] }) })
  await page.evaluate(async (other) => {
    const xhr = (url, header) =>
      new Promise((done) => {
        const request = new XMLHttpRequest()
        request.open('GET', url)
        if (header) request.setRequestHeader('Traceparent', header)
        request.onloadend = done
        request.send()
      })
    await fetch('/api/plain')
    await fetch(new Request('/api/request', { method: 'POST', body: 'text', headers: { 'x-own': '1' } }))
    await fetch('/api/own', { headers: { traceparent: 'own' } })
    await xhr('/api/xhr')
    await xhr('/api/xhr-own', 'own')
    await fetch('/api/unlisted')
    await xhr('/api/xhr-unlisted')
    await fetch(`${other}/api/other`)
    await fetch(`${other}/api/listed`)
    await fetch(`${other}/api/listed-too`)
    await fetch('http://[').catch(() => {})
    // A host, although it looks like a path of this origin.
    await fetch(`/\t/${new URL(other).host}/api/disguised`)
    const base = document.createElement('base')
    base.href = other
    document.head.append(base)
    await fetch('/api/based')
    base.remove()
  }, other)
  const header = (path) => requests.find(({ pathname }) => pathname === path)?.headers.traceparent
  for (const path of ['/api/plain', '/api/request', '/api/xhr', '/api/listed']) {
    assert.match(header(path) ?? '', /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/, path)
  }
  assert.equal(requests.find(({ pathname }) => pathname === '/api/request').headers['x-own'], '1')
  assert.equal(header('/api/own'), 'own')
  assert.equal(header('/api/xhr-own'), 'own')
  const without = ['/api/unlisted', '/api/xhr-unlisted', '/api/other', '/api/listed-too', '/api/disguised', '/api/based']
  for (const path of without) {
    assert.equal(requests.filter(({ pathname }) => pathname === path).length, 1, path)
    assert.equal(header(path), undefined, path)
  }
  // Only the listed request needs a preflight.
  assert.equal(requests.filter(({ pathname }) => pathname === 'preflight').length, 1)
  const { session, view } = await flush(page)
  assert.equal(header('/api/plain').split('-')[1], session + view)
  await closed(page)
})

for (const one of [`'/api/listed'`, '/listed$/']) {
  test(`traceparent takes ${one} for a list of it`, async () => {
    const page = await open({ options: `{ traceparent: ${one} }` })
    await page.evaluate(async () => {
      await fetch('/api/listed')
      await fetch('/api/other')
    })
    const traced = requests.filter(({ headers }) => headers.traceparent).map(({ pathname }) => pathname)
    assert.deepEqual(traced, ['/api/listed'])
    await closed(page)
  })
}

test("the toolkit's own counters are reported", async () => {
  const page = await open({
    options: `(() => {
      const client = new whippet.QueryClient()
      window.client = client
      return { client, figures: { json: whippet.jsonStats, timing: whippet.timingStats, lazy: whippet.lazy('img[data-src]') } }
    })()`,
  })
  await page.evaluate(async () => {
    const query = { queryKey: ['x'], queryFn: () => new Promise((done) => setTimeout(() => done(1), 20)), staleTime: 60_000 }
    await Promise.all([client.fetchQuery(query), client.fetchQuery(query)])
    await client.fetchQuery(query)
    window.calls = 0
    const paced = whippet.debounce(() => calls++, 10)
    for (let i = 0; i < 7; i++) paced()
  })
  await page.waitForFunction(() => calls)
  const { counters, timings } = await flush(page)
  assert.equal(counters['query.fetches'], 1)
  assert.ok(counters['query.hits'] >= 1)
  assert.equal(counters['pace.calls'], 7)
  assert.equal(counters['pace.invocations'], 1)
  assert.ok(timings['query.fetch'] >= 19)
  await closed(page)
})

test('a late startRum reports what happened before', async () => {
  const page = await open({ options: '{ consent: false }' })
  await page.evaluate(() => rum.stop())
  await page.waitForTimeout(1000)
  await page.evaluate(() => {
    window.rum = whippet.startRum({ endpoint, app: 'late', flushInterval: 3_600_000 })
  })
  const isComplete = ({ vitals, timings }) =>
    timings?.['page.load'] && ['CLS', 'FCP', 'LCP', 'TTFB'].every((name) => vitals?.[name])
  const { vitals, timings, resources } = await flush(page, isComplete)
  assert.deepEqual(Object.keys(vitals).sort(), ['CLS', 'FCP', 'LCP', 'TTFB'])
  assert.ok(timings['page.load'] > 0)
  assert.ok(Object.values(resources)[0].image.count >= 3)
  await closed(page)
})

test('a page that replaced its globals is not broken', async () => {
  const page = await open({
    script: () => {
      const broken = () => {
        throw new Error('broken')
      }
      for (const name of ['requestIdleCallback', 'matchMedia', 'queueMicrotask'])
        Object.defineProperty(window, name, { value: undefined })
      Object.defineProperty(navigator, 'connection', { get: broken })
      Object.defineProperty(Navigator.prototype, 'sendBeacon', { value: broken })
      Object.defineProperty(window, 'sessionStorage', { get: broken })
      Object.defineProperty(window, 'navigation', { value: { currentEntry: 1, addEventListener: broken } })
      Object.freeze(XMLHttpRequest.prototype)
      window.IntersectionObserver = undefined
    },
  })
  await page.click('button')
  const text = await page.evaluate(async () => {
    rum.count('x')
    rum.flush()
    rum.consent(false)
    rum.consent(true)
    history.pushState(null, '', '/else')
    const answer = await fetch('/api/x').then((response) => response.text())
    rum.stop()
    return answer
  })
  assert.equal(text, '{}')
  assert.deepEqual(page.faults, [])
  await closed(page)
})
