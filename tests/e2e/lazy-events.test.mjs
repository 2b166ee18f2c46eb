// Scrolling, printing, the back/forward cache, shadow roots and scroll containers.
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { eventually, launch, noFaults, open, picture } from './browser.mjs'
import { gap, img, page, site } from './lazy-site.mjs'

let browser, web
before(
  async () => ([browser, web] = await Promise.all([launch({ ignoreDefaultArgs: ['--disable-back-forward-cache'] }), site()])),
)
after(async () => {
  await browser.close()
  web.close()
})
beforeEach(() => web.clear())

async function visit(html, options) {
  web.html = html
  const page = await open(browser, web.origin, options)
  if (options?.javaScriptEnabled !== false) await page.waitForFunction(() => globalThis.whippet)
  return page
}
const close = (page) => page.context().close()
const loaded = (page, id) =>
  eventually(`${id} is loaded`, () => page.evaluate((id) => document.getElementById(id).classList.contains('loaded'), id))
const requestsOf = (name) => web.requests.get(`/img/${name}.png`) ?? 0
/** Waits until two frames are painted: then intersections are observed, and styles are computed. */
const frames = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
const quiet = (page) =>
  eventually('no image is loading', () => page.evaluate(() => loader.stats().loading === 0 && loader.stats().loaded > 0))

test('the nearest image loads next, and images that were scrolled past are not requested', async () => {
  const rows = Array.from(
    { length: 60 },
    (_, i) => `<p style="margin:0;height:200px">${img(`r${i}`).replace('.png', '.png?hold')}</p>`,
  ).join('')
  const page_ = await visit(page(rows, `window.loader = lazy('img', { maxConcurrent: 1 })`), { waitUntil: 'domcontentloaded' })
  await eventually('the first image', () => requestsOf('r0') + requestsOf('r1') + requestsOf('r2') > 0)
  await page_.evaluate(() => scrollTo(0, 40 * 200))
  await eventually('the first rows have left', () => page_.evaluate(() => loader.stats().cancelled > 0))
  for (let row = 0; row < 60; row++) web.release(`r${row}`)
  await loaded(page_, 'r42')
  // First the images that were visible, then those of the new position, from its middle.
  const order = web.order.map((path) => Number(path.match(/r(\d+)/)[1]))
  const first = order.findIndex((row) => row >= 30)
  assert.equal(first, 1, `${order}`)
  assert.ok(
    order.slice(first, first + 2).every((row) => row >= 39 && row <= 45),
    `${order}`,
  )
  await quiet(page_)
  assert.equal(requestsOf('r20'), 0)
  await close(page_)
})

test('loaders of the same root and margin share an observer until the last one is destroyed', async () => {
  const page_ = await visit(
    page(
      `<p>${img('a')}</p><p id="two">${img('b')}</p><div id="box" style="height:100px;overflow:auto">${img('c')}${gap(2000)}${img('d')}</div>`,
      `const Observer = IntersectionObserver
       window.made = []
       window.IntersectionObserver = class extends Observer { constructor(...all) { super(...all); made.push(this); this.open = true } disconnect() { super.disconnect(); this.open = false } }
       window.loaders = [lazy('#a'), lazy(two), lazy(box, { root: box })]`,
    ),
  )
  for (const id of ['a', 'b', 'c']) await loaded(page_, id)
  assert.equal(await page_.evaluate(() => made.length), 2)
  await page_.evaluate(() => loaders[0].destroy())
  assert.deepEqual(await page_.evaluate(() => made.map(({ open }) => open)), [true, true])
  // The root is the scroll container, not the viewport.
  assert.equal(requestsOf('d'), 0)
  await page_.evaluate(() => (box.scrollTop = 1900))
  await loaded(page_, 'd')
  await page_.evaluate(() => loaders.forEach((loader) => loader.destroy()))
  assert.deepEqual(await page_.evaluate(() => made.map(({ open }) => open)), [false, false])
  await close(page_)
})

test('the margin follows changes of the connection', async () => {
  const page_ = await visit(
    page(
      `${gap(1000)}${img('near')}${gap(500)}${img('farther')}${gap(500)}${img('farthest')}`,
      `const connection = Object.assign(new EventTarget(), { effectiveType: '4g', saveData: true })
       Object.defineProperty(navigator, 'connection', { value: connection })
       window.change = (properties) => { Object.assign(connection, properties); connection.dispatchEvent(new Event('change')) }
       window.loader = lazy('img', { rootMargin: 300 })`,
    ),
  )
  await frames(page_)
  assert.equal(requestsOf('near'), 0, 'Save-Data shrinks the margin')
  await page_.evaluate(() => change({ saveData: false }))
  await loaded(page_, 'near')
  assert.equal(requestsOf('farther'), 0)
  await page_.evaluate(() => change({ effectiveType: '2g' }))
  await loaded(page_, 'farther')
  assert.equal(requestsOf('farthest'), 0)
  await close(page_)
})

test('everything is loaded before printing', async () => {
  const page_ = await visit(
    page(
      `${img('near')}${gap()}${img('far')}<p><img id="slow" data-src="/img/slow.png?hold" width="60" height="40" alt=""></p>`,
      `window.loader = lazy()`,
    ),
  )
  await loaded(page_, 'near')
  assert.equal(requestsOf('far'), 0)
  await page_.emulateMedia({ media: 'print' })
  await eventually('the slow image is requested', () => requestsOf('slow') === 1)
  web.release('slow')
  await eventually('all images', () =>
    page_.evaluate(() => [...document.images].every((image) => image.complete && image.naturalWidth > 0)),
  )
  assert.equal(await page_.evaluate(() => loader.stats().pending), 0)
  await close(page_)

  const other = await visit(page(`${img('near')}${gap()}${img('far')}`, `window.loader = lazy()`))
  await other.evaluate(() => dispatchEvent(new Event('beforeprint')))
  assert.match(await other.evaluate(() => far.src), /far\.png/)
  await close(other)
})

test('<noscript> shows the plain image, and prefers-reduced-motion turns fading off', async () => {
  const style = `<style>img[data-src] { opacity: 0; transition: opacity .3s } img.loaded { opacity: 1 }
    @media (prefers-reduced-motion: reduce) { img[data-src] { transition: none } }</style>`
  const body = `${img('a')}<noscript><style>img[data-src] { display: none }</style><img id="plain" src="/img/plain.png" width="60" height="40" alt=""></noscript>`
  const without = await visit(page(body, 'lazy()', style), { javaScriptEnabled: false })
  await eventually('the plain image', () => requestsOf('plain') === 1)
  assert.equal(requestsOf('a'), 0)
  await close(without)

  web.clear()
  const still = await visit(page(body, 'lazy()', style), { reducedMotion: 'reduce' })
  await loaded(still, 'a')
  assert.deepEqual(await still.evaluate(() => [getComputedStyle(a).opacity, a.getAnimations().length]), ['1', 0])
  assert.equal(requestsOf('plain'), 0)
  await close(still)
  const fading = await visit(
    page(
      body.replace('a.png', 'a.png?hold'),
      `lazy('img', { onLoad: (image) => (window.animations = image.getAnimations().length) })`,
      style,
    ),
    { waitUntil: 'domcontentloaded' },
  )
  await frames(fading)
  web.release('a')
  await loaded(fading, 'a')
  assert.equal(await fading.evaluate(() => animations), 1)
  await close(fading)
})

test('a page from the back/forward cache retries and goes on', async () => {
  const page_ = await visit(
    page(
      `<img id="a" data-src="/img/a.png?fail=99" width="60" height="40" alt="">${gap()}${img('far')}`,
      `window.loader = lazy(); window.kept = true; addEventListener('pageshow', (event) => (window.persisted = event.persisted))`,
    ),
  )
  await eventually('a failure', () => requestsOf('a') > 0)
  await page_.goto(`${web.origin}/img/elsewhere.png`)
  // Only now: a retry before would have loaded it.
  web.mend('a')
  await page_.goBack({ waitUntil: 'commit' })
  await page_.waitForFunction(() => globalThis.loader)
  // Without a back/forward cache, as in some headless browsers, the page was loaded again: the event is simulated.
  if (!(await page_.evaluate(() => globalThis.persisted))) {
    await page_.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })))
  }
  await loaded(page_, 'a')
  await page_.evaluate(() => far.scrollIntoView())
  await loaded(page_, 'far')
  await close(page_)
})

test('images in shadow roots, scroll containers and content-visibility load when they come near', async () => {
  const page_ = await visit(
    page(
      `<div id="host"></div>
       <div id="row" style="width:300px;overflow-x:auto;white-space:nowrap">${img('s0')}<span style="display:inline-block;width:2000px"></span>${img('s1')}</div>
       ${gap(3000)}
       <section style="content-visibility:auto;contain-intrinsic-size:1px 400px">${img('cv')}</section>`,
      `const shadow = host.attachShadow({ mode: 'open' })
       shadow.innerHTML = '<img id="in" data-src="/img/in.png" width="60" height="40" alt="">'
       window.loader = lazy()
       window.inside = lazy(shadow)
       window.shadow = shadow`,
    ),
  )
  await eventually('the image in the shadow root', () => page_.evaluate(() => shadow.querySelector('img').className === 'loaded'))
  await page_.evaluate(() => shadow.append(Object.assign(new Image(60, 40), { alt: '', id: 'late' })))
  await page_.evaluate(() => (shadow.getElementById('late').dataset.src = '/img/late.png'))
  await eventually('the added image', () => requestsOf('late') === 1)
  await loaded(page_, 's0')
  assert.equal(requestsOf('s1'), 0)
  await page_.evaluate(() => (row.scrollLeft = 2500))
  await loaded(page_, 's1')
  assert.equal(requestsOf('cv'), 0)
  await page_.evaluate(() => cv.scrollIntoView())
  await loaded(page_, 'cv')
  noFaults(page_)
  await picture(page_, 'lazy-events')
  await close(page_)
})

test('elements that are added, removed and added again are loaded', async () => {
  const page_ = await visit(page(`<div id="box"></div>${gap()}<div id="down">${img('down1')}</div>`, `window.loader = lazy()`))
  await page_.evaluate(() => (box.innerHTML = '<p><img id="new" data-src="/img/new.png" width="60" height="40" alt=""></p>'))
  await loaded(page_, 'new')
  await page_.evaluate(() => {
    window.kept = document.getElementById('down1')
    kept.remove()
  })
  await eventually('the removed image is not pending', () => page_.evaluate(() => loader.stats().pending === 0))
  await page_.evaluate(() => box.append(kept))
  await loaded(page_, 'down1')
  assert.equal(requestsOf('new'), 1)
  await close(page_)
})

test('of very many elements only the closer ones are observed, and all that come near are loaded', async () => {
  const rows = Array.from({ length: 4000 }, (_, i) => `<p style="margin:0;height:100px">${img(`m${i}`)}</p>`).join('')
  const page_ = await visit(
    page(
      rows,
      `const Observer = IntersectionObserver
       const all = []
       window.observed = () => Math.max(...all.filter(({ rootMargin }) => rootMargin.startsWith('300px')).map(({ targets }) => targets.size))
       window.open = () => all.filter(({ targets }) => targets.size > 0).length
       window.IntersectionObserver = class extends Observer {
         targets = new Set()
         constructor(...of) { super(...of); all.push(this) }
         observe(element) { super.observe(element); this.targets.add(element) }
         unobserve(element) { super.unobserve(element); this.targets.delete(element) }
         disconnect() { super.disconnect(); this.targets.clear() }
       }
       window.loader = lazy('img', { adaptive: false })`,
    ),
  )
  await loaded(page_, 'm0')
  assert.ok((await page_.evaluate(() => observed())) < 3100)
  await page_.evaluate(() => scrollTo(0, 200_000))
  await loaded(page_, 'm2000')
  await page_.evaluate(() => scrollTo(0, document.body.scrollHeight))
  await loaded(page_, 'm3999')
  await eventually('distant elements are unobserved', () => page_.evaluate(() => observed() < 3100))
  assert.equal(requestsOf('m1000') + requestsOf('m3000'), 0)
  // An element that comes near without scrolling, away from its neighbours.
  await page_.evaluate(() => Object.assign(m1000.style, { position: 'fixed', top: 0 }))
  await loaded(page_, 'm1000')
  await page_.evaluate(() => loader.destroy())
  assert.equal(await page_.evaluate(() => open()), 0)
  await close(page_)
})

test('a root that is filled before it is in the page is loaded when it is there', async () => {
  const page_ = await visit(
    page(
      '<div id="place"></div>',
      `const host = document.createElement('div')
       const shadow = host.attachShadow({ mode: 'open' })
       const part = document.createElement('div')
       window.loaders = [lazy(shadow), lazy(part)]
       shadow.innerHTML = '<img data-src="/img/in.png" width="60" height="40" alt="">'
       part.innerHTML = '<img data-src="/img/part.png" width="60" height="40" alt=""><img data-src="/img/gone.png" alt="">'
       await new Promise((done) => setTimeout(done))
       part.lastChild.remove()
       await new Promise((done) => setTimeout(done))
       window.pending = loaders.map((loader) => loader.stats().pending)
       place.append(host, part)`,
    ),
  )
  await eventually('both are loaded', () => page_.evaluate(() => loaders.every((loader) => loader.stats().loaded === 1)))
  assert.deepEqual(await page_.evaluate(() => pending), [1, 1])
  assert.deepEqual([requestsOf('in'), requestsOf('part'), requestsOf('gone')], [1, 1, 0])
  await close(page_)
})

test('load() takes a picture, and what destroy() interrupts does not have the class loading', async () => {
  const page_ = await visit(
    page(
      `<img id="slow" data-src="/img/slow.png?hold" width="60" height="40" alt="">${gap()}
       <picture id="pair"><source data-srcset="/img/wide.png"><img id="of" data-src="/img/of.png" width="60" height="40" alt=""></picture>`,
      `window.loader = lazy()`,
    ),
    { waitUntil: 'domcontentloaded' },
  )
  await eventually('the slow image is loading', () => page_.evaluate(() => slow.className === 'loading'))
  await page_.evaluate(() => loader.load(document.getElementById('pair')))
  await loaded(page_, 'of')
  // The browser selects the source a moment after the image has its URL.
  await eventually('the source is selected', () => page_.evaluate(() => /wide/.test(of.currentSrc)))
  await page_.evaluate(() => loader.destroy())
  assert.equal(await page_.evaluate(() => slow.className), '')
  web.release('slow')
  await close(page_)
})

test('iframes with loading="lazy" do not wait for the browser to find them near', async () => {
  const frames = Array.from(
    { length: 3 },
    (_, i) => `<iframe id="f${i}" loading="lazy" data-src="/img/part${i}.png" width="60" height="40"></iframe>`,
  )
  const page_ = await visit(
    page(
      `${gap()}<div id="box" style="height:100px;overflow:auto">${frames.join('')}</div>`,
      `window.loader = lazy(box, { root: box, maxConcurrent: 1 })`,
    ),
  )
  for (const id of ['f0', 'f1', 'f2']) await loaded(page_, id)
  await close(page_)
})
