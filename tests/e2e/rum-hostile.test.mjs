// Pages that froze, broke or replaced APIs: they see none of our errors, everything else is still measured, and if nothing
// can be measured, one warning says why.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from './browser.mjs'
import { all, beacons, closed, flush, open } from './rum-site.mjs'

/** Names of members of our objects. The page defines setters with these names on `Object.prototype`. */
const names = [
  ...['apply', 'app', 'attribution', 'body', 'bytes', 'cached', 'configurable', 'connection', 'count', 'counters', 'delta'],
  ...['device', 'drops', 'dropped', 'duration', 'entries', 'enumerable', 'errors', 'failed', 'fingerprint', 'forced', 'gauges'],
  ...['get', 'histograms', 'id', 'invoker', 'load', 'memory', 'message', 'metric', 'name', 'navigation', 'origin', 'page'],
  ...['parts', 'phases', 'rating', 'release', 'resources', 'scripts', 'sent', 'set', 'slowest', 'source', 'stack', 'start'],
  ...['state', 'status', 'target', 'sending', 'text', 'timings', 'type', 'url', 'value', 'view', 'vitals', 'writable'],
]

/** `script` runs before startRum, `later` after it. `lacks`: what is not measured then. */
const pages = {
  'frozen prototypes': {
    script: () => {
      for (const of of [
        Object,
        Array,
        Function,
        Error,
        Map,
        Set,
        Promise,
        String,
        Number,
        RegExp,
        XMLHttpRequest,
        EventTarget,
        History,
      ]) {
        Object.freeze(of.prototype)
      }
      Object.freeze(Performance.prototype)
      Object.freeze(PerformanceObserver.prototype)
    },
  },
  'setters that throw on Object.prototype': {
    // Called after the bundle is loaded: the bundler's own code needs descriptors.
    script: (names) => {
      window.pollute = () => {
        for (const name of names) {
          const descriptor = {
            configurable: true,
            get: () => undefined,
            set() {
              throw new Error(`set ${name}`)
            },
          }
          Object.defineProperty(Object.prototype, name, Object.setPrototypeOf(descriptor, null))
        }
      }
    },
  },
  'a clock that throws later': {
    later: () => {
      performance.now = () => {
        throw new Error('no clock')
      }
    },
    lacks: ['mark'],
  },
  'a clock that throws': {
    script: () => {
      Performance.prototype.now = () => {
        throw new Error('no clock')
      }
    },
    lacks: ['mark', 'TTFB'],
  },
  'no performance at all': {
    script: () => Object.defineProperty(window, 'performance', { value: undefined }),
    lacks: ['mark', 'TTFB'],
  },
  'no observers': {
    script: () => delete window.PerformanceObserver,
    lacks: ['FCP'],
  },
  'observers that throw': {
    script: () => {
      for (const name of ['observe', 'takeRecords', 'disconnect']) {
        PerformanceObserver.prototype[name] = () => {
          throw new Error(name)
        }
      }
    },
    lacks: ['FCP'],
  },
  'takeRecords that throws': {
    script: () => {
      PerformanceObserver.prototype.takeRecords = () => {
        throw new Error('takeRecords')
      }
    },
  },
  'timers that throw': {
    later: () => {
      for (const name of ['setTimeout', 'setInterval', 'requestAnimationFrame', 'requestIdleCallback', 'queueMicrotask']) {
        window[name] = () => {
          throw new Error(name)
        }
      }
    },
  },
  'no timers at all': {
    script: () => {
      for (const name of ['setTimeout', 'clearTimeout', 'requestAnimationFrame', 'requestIdleCallback']) {
        Object.defineProperty(window, name, { value: undefined })
      }
    },
    lacks: ['TTFB'],
  },
  'listeners that cannot be added': {
    script: () => {
      const { addEventListener } = EventTarget.prototype
      EventTarget.prototype.addEventListener = function (type, ...rest) {
        if (/visibility|^page|load|keydown|error|rejection|popstate|currententry|online|prerender/.test(type))
          throw new Error(type)
        return addEventListener.call(this, type, ...rest)
      }
    },
    lacks: ['error', 'view', 'TTFB'],
  },
  'no storage, no entries, no beacons': {
    script: () => {
      const broken = () => {
        throw new Error('broken')
      }
      for (const name of ['sessionStorage', 'indexedDB', 'matchMedia']) Object.defineProperty(window, name, { get: broken })
      for (const name of ['getEntries', 'getEntriesByType', 'getEntriesByName']) Performance.prototype[name] = broken
      Navigator.prototype.sendBeacon = broken
      window.fetchLater = broken
    },
    lacks: ['TTFB'],
  },
}

for (const [what, { script, later, lacks = [] }] of Object.entries(pages)) {
  test(`a page with ${what} sees no error`, async () => {
    const page = await open({ script, argument: names, options: `(window.pollute?.(), { traceparent: ['/api'] })` })
    const warned = []
    page.on('console', (message) => message.type() === 'warning' && warned.push(message.text()))
    if (later) await page.evaluate(later)
    await page.click('button')
    const did = await page.evaluate(async () => {
      rum.mark('marked')
      rum.measure('measured', 'marked')
      rum.count('counted')
      rum.gauge('gauged', 1)
      for (let value = 0; value < 20; value++) rum.timing('many', value)
      rum.error(new Error('caught'))
      // Thrown by a script element, outside of this function's try and promise.
      const element = document.createElement('script')
      element.text = `throw new Error("the page's own")`
      document.head.append(element)
      history.pushState(null, '', '/carts/77')
      await new Promise((done) => {
        const channel = new MessageChannel()
        channel.port1.onmessage = done
        channel.port2.postMessage(0)
      })
      rum.count('on the route')
      const answer = await fetch('/api/x', { method: 'POST' }).then((response) => response.text())
      rum.flush()
      return answer
    })
    assert.equal(did, '{}')
    const has = ({ counters, vitals }) =>
      counters?.counted &&
      counters.on_the_route &&
      (lacks.includes('view') || beacons.some((beacon) => beacon.page === '/carts/:id')) &&
      (lacks.includes('TTFB') || (vitals?.TTFB && (lacks.includes('FCP') || vitals.FCP)))
    const { counters, errors, gauges, histograms, timings, vitals = {} } = await flush(page, has)
    assert.deepEqual([counters.counted, counters.on_the_route, gauges.gauged], [1, 1, 1])
    assert.equal(histograms.many.max, 19)
    assert.equal(typeof timings?.marked, lacks.includes('mark') ? 'undefined' : 'number')
    const messages = errors.map(({ message }) => message)
    assert.ok(messages.includes('Error: caught'), `${messages}`)
    if (!lacks.includes('error'))
      assert.ok(
        messages.some((message) => message.includes("the page's own")),
        `${messages}`,
      )
    if (!lacks.includes('view'))
      assert.ok(
        beacons.some((beacon) => beacon.page === '/carts/:id'),
        JSON.stringify(beacons),
      )
    if (!lacks.includes('TTFB')) assert.ok(vitals.TTFB?.value > 0, JSON.stringify(vitals))
    if (!lacks.includes('FCP') && !lacks.includes('TTFB')) assert.ok(vitals.FCP?.value > 0, JSON.stringify(vitals))
    await page.evaluate(() => {
      rum.consent(false)
      rum.consent(true)
      rum.stop()
      rum.mark('after')
    })
    await closed(page)
    assert.deepEqual(page.faults, ["Error: the page's own"])
    // A page that is measured gets no warning.
    assert.deepEqual(warned, [])
  })
}

test('the five functions report in a page with polluted prototypes, and errors of callbacks reach the page', async () => {
  const page = await open({
    script: pages['setters that throw on Object.prototype'].script,
    argument: names,
    options: '(pollute(), { consent: false })',
  })
  await page.evaluate(() => {
    window.ratings = {}
    for (const name of ['LCP', 'FCP', 'TTFB', 'CLS', 'INP']) {
      const report = (metric) =>
        Reflect.defineProperty(ratings, name, { value: metric.rating, enumerable: true, __proto__: null })
      whippet[`on${name}`](report, { reportAllChanges: true })
    }
    whippet.onFCP(() => {
      throw new Error('of the callback')
    })
  })
  const four = ['LCP', 'FCP', 'TTFB', 'CLS']
  const ratings = await eventually('four reports', async () => {
    const ratings = await page.evaluate(() => ratings)
    return four.every((name) => ratings[name]) && ratings
  })
  for (const name of four) assert.match(ratings[name], /^(good|needs-improvement|poor)$/, name)
  await eventually('the error', () => page.faults.length)
  assert.deepEqual(page.faults, ['Error: of the callback'])
  await closed(page)
})

for (const [what, script, why] of [
  [
    'Date.now throws',
    () =>
      (Date.now = () => {
        throw new Error('no date')
      }),
    /^whippet\/rum measures nothing: Error: no date/,
  ],
]) {
  test(`one warning says that ${what}`, async () => {
    const warned = []
    const page = await open({ script, onConsole: (message) => message.type() === 'warning' && warned.push(message.text()) })
    await page.evaluate(() => {
      whippet.startRum({ endpoint, app: 'again' }).flush()
      whippet.onLCP(() => {})
      rum.mark('x')
      rum.count('y')
      rum.flush()
      rum.stop()
    })
    await page.click('button')
    await page.waitForTimeout(200)
    assert.equal(warned.length, 1, `${warned}`)
    assert.match(warned[0], why)
    assert.deepEqual(page.faults, [])
    assert.equal(beacons.length, 0)
    await closed(page)
  })
}
