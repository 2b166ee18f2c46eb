// Failures: servers that do not respond, empty elements, unusual URLs, and missing images.
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { eventually, launch, open } from './browser.mjs'
import { gap, img, page, site } from './lazy-site.mjs'

let browser, web
before(async () => ([browser, web] = await Promise.all([launch(), site()])))
after(async () => {
  await browser.close()
  web.close()
})
beforeEach(() => web.clear())

async function visit(html, options) {
  web.html = html
  const page = await open(browser, web.origin, options)
  await page.waitForFunction(() => globalThis.whippet)
  return page
}
const close = (page) => page.context().close()
const has = (page, id, name) =>
  eventually(`${id} is ${name}`, () =>
    page.evaluate(([id, name]) => document.getElementById(id).classList.contains(name), [id, name]),
  )
const requestsOf = (name) => web.requests.get(`/img/${name}.png`) ?? 0
const shown = (page, id) => page.evaluate((id) => getComputedStyle(document.getElementById(id)).backgroundImage, id)

test('elements with nothing to load do not block others', async () => {
  const nothing = [
    `<img src="/img/plain.png" width="60" height="40" alt="">`,
    `<img data-src="" width="60" height="40" alt="">`,
    `<img data-srcset="" data-sizes="auto" width="60" height="40" alt="">`,
    `<picture><source srcset="/img/s.png"><img width="60" height="40" alt=""></picture>`,
    // The browser decides that there is nothing to load.
    `<picture><source data-srcset="/img/print.png" media="print"><img width="60" height="40" alt=""></picture>`,
    `<picture><source data-srcset="/img/no.png" type="image/nonsense"><img width="60" height="40" alt=""></picture>`,
    `<img data-srcset=" , " width="60" height="40" alt="">`,
    `<iframe srcdoc="x" width="60" height="40"></iframe>`,
    `<iframe width="60" height="40"></iframe>`,
    `<video src="/img/film.png" width="60" height="40"></video>`,
    `<p data-bg=" " class="box">x</p>`,
    `<p data-bg="linear-gradient(red, blue)" class="box">x</p>`,
    `<p data-bg-set="linear-gradient(red, blue) 1x" class="box">x</p>`,
    `<p data-bg-multi="nonsense(" class="box">x</p>`,
  ]
  const page_ = await visit(
    page(
      nothing.join('') + img('last'),
      `window.loader = lazy('img,iframe,video,.box', { maxConcurrent: 1, timeout: 600_000, retries: 0 })`,
    ),
  )
  await has(page_, 'last', 'loaded')
  const classes = await page_.evaluate(() =>
    [...document.querySelectorAll('img,iframe,video,.box')].map((element) => element.outerHTML + element.className),
  )
  // `nonsense(` is a URL, which fails.
  for (const one of classes) assert.match(one, one.includes('nonsense(') ? /error$/ : /loaded$/)
  assert.deepEqual(await page_.evaluate(() => loader.stats().loading), 0)
  await close(page_)
})

test('an overdue load frees its place, and is shown when it arrives', async () => {
  const hung = Array.from({ length: 4 }, (_, i) => img(`h${i}`).replace('.png', '.png?hold')).join('')
  const frame = `<iframe id="frame" data-src="/img/frame.png?hold" width="60" height="40"></iframe>`
  const page_ = await visit(
    page(hung + frame + img('next') + gap() + img('far'), `window.loader = lazy(document, { maxConcurrent: 5, timeout: 300 })`),
    { waitUntil: 'domcontentloaded' },
  )
  await has(page_, 'next', 'loaded')
  assert.deepEqual(await page_.evaluate(() => [h0.className, frame.className, loader.stats().loading]), ['loading', 'loading', 5])
  for (const id of ['h0', 'h1', 'h2', 'h3', 'frame']) web.release(id)
  for (const id of ['h0', 'h1', 'h2', 'h3', 'frame']) await has(page_, id, 'loaded')
  assert.equal(requestsOf('h0'), 1)
  assert.equal(requestsOf('far'), 0)
  await close(page_)
})

test('a video is loaded even if its poster fails or is overdue, and a playing one is not loaded again', async () => {
  const video = (id, poster, more = '') =>
    `<video id="${id}" data-poster="${poster}" width="60" height="40" ${more}><source data-src="/img/film.png"></video>`
  const page_ = await visit(
    page(
      video('gone', '/img/gone.png?fail=9', 'data-error="/img/error.png"') +
        video('late', '/img/late.png?hold') +
        `<video id="plain" src="/img/plain.png" data-poster="/img/poster.png" width="60" height="40"></video>`,
      `for (const video of document.querySelectorAll('video')) video.load = () => (video.loads = (video.loads ?? 0) + 1)
       window.loader = lazy(document, { retries: 1, timeout: 200 })`,
    ),
    { waitUntil: 'domcontentloaded' },
  )
  const source = (id) =>
    page_.evaluate(
      (id) => [document.getElementById(id).querySelector('source').getAttribute('src'), document.getElementById(id).poster],
      id,
    )
  await eventually('the video with the late poster plays', async () => (await source('late'))[0] === '/img/film.png')
  assert.equal((await source('late'))[1], '')
  await has(page_, 'gone', 'error')
  assert.deepEqual(await source('gone'), ['/img/film.png', `${web.origin}/img/error.png`])
  web.release('late')
  await has(page_, 'late', 'loaded')
  assert.match((await source('late'))[1], /late\.png/)
  await has(page_, 'plain', 'loaded')
  assert.deepEqual(await page_.evaluate(() => [gone.loads, late.loads, plain.loads, plain.poster.endsWith('poster.png')]), [
    1,
    1,
    undefined,
    true,
  ])
  await close(page_)
})

test('sizes="auto" is the displayed width, with loading="lazy" and without', async () => {
  // Different URLs per image, because browsers prefer a cached image, even if it is too large.
  const set = (id) => Array.from({ length: 5 }, (_, i) => `/img/${id}${(i + 1) * 200}.png ${(i + 1) * 200}w`).join()
  const auto = (id, more) =>
    `<p style="margin:0;width:350px"><img id="${id}" data-srcset="${set(id)}" style="width:100%;height:40px" alt="" ${more}></p>`
  const page_ = await visit(
    page(
      auto('a', 'data-sizes="auto" loading="lazy"') +
        auto('b', 'data-sizes="auto"') +
        auto('c', 'sizes=" AUTO, 100vw" loading="lazy"') +
        auto('d', 'data-sizes="100vw"') +
        auto('f', 'data-sizes="auto" width="150"').replace('width:100%;', '') +
        `<p style="width:350px"><picture><source data-srcset="${set('e')}" data-sizes="auto"><img id="e" data-src="/img/e.png" style="width:100%;height:40px" alt=""></picture></p>`,
      `window.loader = lazy()`,
    ),
  )
  for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) await has(page_, id, 'loaded')
  const sources = await page_.evaluate(() =>
    [a, b, c, d, e, f].map(({ currentSrc }) => currentSrc.replace(/.*img.(\w+).*/, '$1')),
  )
  assert.deepEqual(sources, ['a400', 'b400', 'c400', 'd1000', 'e400', 'f200'])
  assert.equal(web.requests.size, 6, [...web.requests.keys()].join())
  assert.deepEqual(await page_.evaluate(() => [a.sizes, b.sizes]), ['auto, 350px', '350px'])
  await close(page_)
})

test('a failed image that left does not have the class loading', async () => {
  const page_ = await visit(
    page(
      `<img id="a" data-src="/img/a.png?fail=1" width="60" height="40" alt="">${gap()}<p id="end">end</p>`,
      // The retry, which is due after a second at most, waits for the test: a busy machine scrolls later than that.
      `window.later = setTimeout
       window.retries = []
       window.setTimeout = (run, ms) => (ms > 100 && ms <= 1000 ? (retries.push(run), 0) : later(run, ms))
       window.loader = lazy('img', { debug: false })`,
    ),
  )
  await eventually('a failure', () => page_.evaluate(() => retries.length > 0))
  await page_.evaluate(() => end.scrollIntoView())
  await eventually('no class', () => page_.evaluate(() => a.className === ''))
  await page_.evaluate(() => {
    window.setTimeout = later
    for (const retry of retries) retry()
  })
  await page_.waitForTimeout(1200)
  assert.deepEqual(await page_.evaluate(() => [a.className, loader.stats().loading]), ['', 0])
  assert.equal(requestsOf('a'), 1)
  await page_.evaluate(() => a.scrollIntoView())
  await has(page_, 'a', 'loaded')
  await close(page_)
})

test('backgrounds may have any URL, layers of which one fails, and layers that load on a retry', async () => {
  const box = (id, attributes) => `<p id="${id}" ${attributes} style="height:40px;margin:0">x</p>`
  const page_ = await visit(
    page(
      box('brackets', `data-bg="/img/photo(1).png"`) +
        box('cloud', `data-bg="/img/w_300,h_200/photo.png"`) +
        box('quotes', `data-bg='/img/say "hi" it&apos;s.png'`) +
        box(
          'svg',
          `data-bg="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><g transform='rotate(45)'/></svg>"`,
        ) +
        box('upper', `data-bg="  URL(/img/upper.png)"`) +
        box('set', `data-bg-set="'/img/w_1,h_1/set.png' 96dpi, '/img/set2.png' 192dpi | linear-gradient(red, blue) 1x"`) +
        box('layers', `data-bg-multi="url(/img/good.png), url('/img/bad(1).png?fail=9'), linear-gradient(red, blue)"`) +
        box('flaky', `data-bg-multi="url(/img/good2.png), url(/img/flaky.png?fail=1)"`) +
        box('none', `data-bg="/img/none.png?fail=9" data-error="/img/error(1).png"`),
      `window.loader = lazy(document, { retries: 1 })`,
    ),
  )
  for (const id of ['brackets', 'cloud', 'quotes', 'svg', 'upper', 'set', 'flaky']) await has(page_, id, 'loaded')
  for (const id of ['layers', 'none']) await has(page_, id, 'error')
  assert.match(await shown(page_, 'brackets'), /url\(".*\/img\/photo\(1\)\.png"\)/)
  assert.match(await shown(page_, 'quotes'), /say \\"hi\\" it's\.png|say%20%22hi%22%20it's\.png/)
  assert.match(await shown(page_, 'layers'), /good\.png.*bad\(1\)\.png.*gradient/)
  assert.match(await shown(page_, 'none'), /error\(1\)\.png/)
  assert.equal(requestsOf('set2'), 0)
  for (const path of [
    '/img/photo(1).png',
    '/img/w_300,h_200/photo.png',
    "/img/say%20%22hi%22%20it's.png",
    '/img/upper.png',
    '/img/w_1,h_1/set.png',
    '/img/error(1).png',
  ]) {
    // The error image is requested with the next frame.
    await eventually(path, () => web.requests.get(path) >= 1)
  }
  await close(page_)
})

test('a layer that loads on a retry is shown', async () => {
  const page_ = await visit(
    page(
      `<p id="a" data-bg-multi="url(/img/a.png?w=8&h=8), url(/img/b.png?w=8&h=8&fail=2)" style="height:40px;width:40px;margin:0;background-position:0 0, 20px 20px;background-repeat:no-repeat"></p>`,
      `window.loader = lazy(document, { retries: 5 })`,
    ),
  )
  await eventually('the layer that is loaded', async () => /a\.png/.test(await shown(page_, 'a')))
  await has(page_, 'a', 'loaded')
  const pixel = async (x, y) => {
    const shot = await page_.screenshot({ clip: { x, y, width: 2, height: 2 } })
    return page_.evaluate(async (base64) => {
      const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob())
      const context = new OffscreenCanvas(2, 2).getContext('2d')
      context.drawImage(bitmap, 0, 0)
      return [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)].join()
    }, shot.toString('base64'))
  }
  for (const at of [2, 22]) await eventually(`a layer at ${at} px`, async () => (await pixel(at, at)) !== '255,255,255')
  assert.equal(await pixel(35, 5), '255,255,255')
  await close(page_)
})
