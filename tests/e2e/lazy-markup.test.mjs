// Every kind of lazy markup is loaded when it comes near, and not before.
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { eventually, launch, open, picture } from './browser.mjs'
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

test('srcset and sizes, pictures, backgrounds, image sets, iframes, videos and posters are loaded', async () => {
  const page_ = await visit(
    page(
      `<img id="set" data-srcset="/img/small.png 60w, /img/large.png 600w" data-sizes="60px" width="60" height="40" alt="">
       <picture><source data-srcset="/img/wide.png" media="(min-width: 1000px)"><source data-srcset="/img/narrow.png">
         <img id="pic" data-src="/img/none.png" width="60" height="40" alt=""></picture>
       <div id="bg" data-bg="/img/bg.png" style="height:40px"></div>
       <div id="css" data-bg="url(/img/css.png), linear-gradient(red, blue)" style="height:40px"></div>
       <div id="is" data-bg="image-set(url('/img/x1.png') 1x, url('/img/x2.png') 2x)" style="height:40px"></div>
       <div id="bgset" data-bg-set="'/img/y1.png' 1x, '/img/y2.png' 2x" style="height:40px"></div>
       <div id="multi" data-background-image="/img/m1.png,/img/m2.png" style="height:40px"></div>
       <iframe id="frame" data-src="/img/frame.png" width="60" height="40"></iframe>
       <video id="video" data-poster="/img/poster.png" width="60" height="40"><source data-src="/img/film.png"></video>
       ${gap()}${img('far')}<div id="farbg" data-bg="/img/farbg.png">x</div>`,
      `window.loader = lazy()`,
    ),
  )
  for (const id of ['set', 'pic', 'bg', 'css', 'is', 'bgset', 'multi', 'frame', 'video']) await has(page_, id, 'loaded')
  assert.match(await page_.evaluate(() => set.currentSrc), /small/)
  assert.match(await page_.evaluate(() => pic.currentSrc), /wide/)
  const shown = (id) => page_.evaluate((id) => getComputedStyle(document.getElementById(id)).backgroundImage, id)
  assert.match(await shown('bg'), /bg\.png/)
  assert.match(await shown('css'), /css\.png.*linear-gradient/)
  assert.match(await shown('is'), /image-set\(.*x1\.png.*x2\.png/)
  assert.match(await shown('bgset'), /image-set\(.*y1\.png/)
  assert.match(await shown('multi'), /m1\.png.*m2\.png/)
  assert.match(await page_.evaluate(() => video.poster), /poster\.png/)
  for (const name of ['small', 'wide', 'bg', 'css', 'x1', 'y1', 'm1', 'm2', 'frame', 'poster'])
    assert.ok(requestsOf(name) >= 1, name)
  for (const name of ['large', 'narrow', 'none', 'x2', 'y2', 'far', 'farbg']) assert.equal(requestsOf(name), 0, name)
  await picture(page_, 'lazy-markup')
  await close(page_)
})

test('the markup of vanilla-lazyload and lozad works unchanged', async () => {
  const page_ = await visit(
    page(
      `<img class="lazy" id="v" data-src="/img/v.png" width="60" height="40" alt="">
       <div class="lazy" id="vm" data-bg-multi="url(/img/vm.png), linear-gradient(red, blue)" style="height:40px"></div>
       <img class="lozad" id="l" data-src="/img/l.png" width="60" height="40" alt="">
       <picture class="lozad"><source srcset="/img/lp.png"><img id="lp" data-src="/img/lp2.png" width="60" height="40" alt=""></picture>
       <div class="lozad" id="ls" data-background-image-set="url('/img/ls.png') 1x, url('/img/ls2.png') 2x" style="height:40px"></div>`,
      `lazy('.lazy'); lazy('.lozad')`,
    ),
  )
  for (const id of ['v', 'vm', 'l', 'lp', 'ls']) await has(page_, id, 'loaded')
  await close(page_)
})

test('the old image and its class stay until the new image is decoded', async () => {
  const page_ = await visit(
    page(
      `<img id="a" src="/img/old.png" data-src="/img/new.png?hold&w=800&h=600" width="60" height="40" alt="">`,
      `window.seen = new Set()
       lazy('img', { maxConcurrent: 2 })
       const look = () => {
         seen.add(a.className + ' ' + a.complete + ' ' + a.currentSrc.replace(/.*img.(\\w+).*/, '$1'))
         if (a.className !== 'loaded') requestAnimationFrame(look)
       }
       look()`,
    ),
    { waitUntil: 'domcontentloaded' },
  )
  await page_.waitForFunction(() => seen.has('loading true old'))
  web.release('new')
  // The class may be there before the frame in which it is looked at.
  await page_.waitForFunction(() => [...seen].some((one) => one.startsWith('loaded')))
  const seen = await page_.evaluate(() => [...seen])
  for (const one of seen) assert.match(one, /^( ?\w* \w+ old|loading \w+ old|loaded true new| \w+ )$/)
  assert.ok(seen.includes('loading true old') && seen.includes('loaded true new'), seen.join())
  await close(page_)
})

test('a ThumbHash is shown until the image is loaded, without a canvas', async () => {
  const hash = '1QcSHQRnh493V4dIh4eXh1h4kJUI'
  const page_ = await visit(
    page(
      `<img id="a" data-thumbhash="${hash}" data-src="/img/a.png?hold" width="320" height="240" alt="">
       <div id="b" data-thumbhash="${hash}" data-bg="/img/b.png?hold" style="width:320px;height:240px"></div>
       <img id="bad" data-thumbhash="?" data-src="/img/bad.png" width="60" height="40" alt="">`,
      `window.canvases = 0
       const create = document.createElement
       document.createElement = function (name) { if (name === 'canvas') canvases++; return create.apply(this, arguments) }
       lazy()
       try { thumbhashToDataURL('!') } catch (error) { window.message = error.message }`,
    ),
    { waitUntil: 'domcontentloaded' },
  )
  await eventually('the placeholder', () =>
    page_.evaluate(() => a.complete && a.naturalWidth === 23 && a.src.startsWith('data:image/png')),
  )
  assert.ok(await page_.evaluate(() => b.style.backgroundImage.startsWith('url("data:image/png')))
  await picture(page_, 'lazy-thumbhash')
  // Chromium decodes an image of many colours.
  const colours = await page_.evaluate(async () => {
    const bitmap = await createImageBitmap(a)
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')
    context.drawImage(bitmap, 0, 0)
    return new Set(new Uint32Array(context.getImageData(0, 0, bitmap.width, bitmap.height).data.buffer)).size
  })
  assert.ok(colours > 50, `${colours} colours`)
  for (const id of ['a', 'b']) web.release(id)
  for (const id of ['a', 'b', 'bad']) await has(page_, id, 'loaded')
  assert.match(await page_.evaluate(() => a.src), /img\/a/)
  assert.equal(await page_.evaluate(() => canvases), 0)
  assert.match(await page_.evaluate(() => message), /ThumbHash '!' is not base64/)
  await close(page_)
})

test('a failed image is retried, and replaced by the error image in the end', async () => {
  const page_ = await visit(
    page(
      `<img id="flaky" data-src="/img/flaky.png?fail=1" width="60" height="40" alt="">
       <img id="broken" data-src="/img/broken.png?fail=99" data-error="/img/error.png" width="60" height="40" alt="">
       <img id="gone" data-src="/img/gone.png?fail=99" width="60" height="40" alt="">`,
      `window.failed = []
       window.loader = lazy('img', { retries: 1, error: '/img/default.png', onError: (element) => failed.push(element.id) })`,
    ),
  )
  await has(page_, 'flaky', 'loaded')
  await has(page_, 'broken', 'error')
  await has(page_, 'gone', 'error')
  assert.deepEqual([requestsOf('flaky'), requestsOf('broken'), requestsOf('gone')], [2, 2, 2])
  await eventually('the error images', () =>
    page_.evaluate(() => broken.currentSrc.endsWith('error.png') && gone.currentSrc.endsWith('default.png')),
  )
  assert.deepEqual(await page_.evaluate(() => failed.sort()), ['broken', 'gone'])
  await page_.evaluate(() => addEventListener('offline', () => (window.wasOffline = true)))
  await page_.context().setOffline(true)
  await page_.waitForFunction(() => window.wasOffline)
  await page_.context().setOffline(false)
  await eventually('another attempt', () => requestsOf('gone') > 2)
  await close(page_)
})

test('a new URL is loaded, on any element that has one', async () => {
  const page_ = await visit(
    page(
      `${img('a')}<picture><source id="s" data-srcset="/img/s1.png"><img id="p" data-src="/img/p.png" width="60" height="40" alt=""></picture>
       <img id="later" width="60" height="40" alt="">`,
      `window.loader = lazy()`,
    ),
  )
  await has(page_, 'a', 'loaded')
  await has(page_, 'p', 'loaded')
  await page_.evaluate(() => {
    a.dataset.src = '/img/b.png'
    s.dataset.srcset = '/img/s2.png'
    later.dataset.src = '/img/c.png'
  })
  await eventually('the new images', () =>
    page_.evaluate(() => /b.png/.test(a.currentSrc) && /s2.png/.test(p.currentSrc) && /c.png/.test(later.currentSrc)),
  )
  assert.equal(requestsOf('a'), 1)
  await close(page_)
})

test('elements that have lazy attributes on their sources only are loaded', async () => {
  const page_ = await visit(
    page(
      `<video id="video" width="60" height="40"><source data-src="/img/film.png"></video>
       <picture><source id="s" data-srcset="/img/s.png"><img id="pic" width="60" height="40" alt=""></picture>
       ${gap()}<picture><source data-srcset="/img/far.png"><img id="far" width="60" height="40" alt=""></picture>`,
      `window.loader = lazy()`,
    ),
  )
  for (const id of ['video', 'pic']) await has(page_, id, 'loaded')
  assert.match(await page_.evaluate(() => pic.currentSrc), /s\.png/)
  assert.ok(requestsOf('film') >= 1)
  assert.equal(requestsOf('far'), 0)
  await page_.evaluate(() => (s.dataset.srcset = '/img/again.png'))
  await eventually('the new URL of a source', () => page_.evaluate(() => /again/.test(pic.currentSrc)))
  await page_.evaluate(() => far.parentNode.remove())
  await eventually('nothing pending', () => page_.evaluate(() => loader.stats().pending === 0))
  await close(page_)
})

test('a selected picture is loaded again when a source changes, and is forgotten when it is removed', async () => {
  const page_ = await visit(
    page(
      `<picture class="lozad"><source id="s" data-srcset="/img/s.png">
         <img id="pic" data-src="/img/i.png" width="60" height="40" alt=""></picture>
       ${gap()}<picture class="lozad" id="far"><img data-src="/img/far.png" width="60" height="40" alt=""></picture>`,
      `window.loader = lazy('.lozad')`,
    ),
  )
  await has(page_, 'pic', 'loaded')
  for (const name of ['t', 'u']) {
    await page_.evaluate((name) => (s.dataset.srcset = `/img/${name}.png`), name)
    await eventually(name, () => page_.evaluate((name) => pic.currentSrc.endsWith(`${name}.png`), name))
  }
  assert.equal(await page_.evaluate(() => loader.stats().pending), 1)
  await page_.evaluate(() => far.remove())
  await eventually('nothing pending', () => page_.evaluate(() => loader.stats().pending === 0))
  await close(page_)
})

test('an element that is removed and changed in one task is forgotten, and loaded when it is added again', async () => {
  const page_ = await visit(
    page(`<div id="box">${img('a')}</div>${gap()}<div id="low">${img('b')}</div>`, `window.loader = lazy()`),
  )
  await has(page_, 'a', 'loaded')
  await page_.evaluate(() => {
    window.elements = [a, b]
    for (const element of elements) {
      element.remove()
      element.dataset.src = `/img/${element.id}2.png`
    }
  })
  await eventually('nothing pending', () => page_.evaluate(() => loader.stats().pending === 0))
  await page_.evaluate(() => box.append(...elements))
  await eventually('the new images', () => page_.evaluate(() => /a2/.test(a.currentSrc) && /b2/.test(b.currentSrc)))
  await close(page_)
})

test('a new URL that fails shows the error image, and has no class but error', async () => {
  const page_ = await visit(
    page(
      `<picture><source id="s" data-srcset="/img/a.png">
         <img id="a" data-src="/img/i.png" data-error="/img/oops.png" width="60" height="40" alt=""></picture>
       <img id="b" data-srcset="/img/b.png 1x" data-error="/img/oops.png" width="60" height="40" alt="">`,
      `window.loader = lazy('img', { retries: 0 })`,
    ),
  )
  for (const id of ['a', 'b']) await has(page_, id, 'loaded')
  await page_.evaluate(() => {
    s.dataset.srcset = '/img/x.png?fail=1'
    b.dataset.srcset = '/img/y.png?fail=1 1x'
  })
  for (const id of ['a', 'b']) await has(page_, id, 'error')
  await eventually('the error image', () => page_.evaluate(() => [a, b].every((image) => image.currentSrc.endsWith('oops.png'))))
  assert.deepEqual(await page_.evaluate(() => [a.className, b.className]), ['error', 'error'])
  await page_.evaluate(() => loader.load(b))
  await eventually('the image', () => page_.evaluate(() => /y\.png/.test(b.currentSrc)))
  assert.equal(await page_.evaluate(() => b.className), 'loaded')
  await close(page_)
})

test('elements in the document of an iframe are loaded, with URLs relative to its base', async () => {
  const within = `<base href='/img/'><body style='margin:0'>
    <picture><source data-srcset='f-source.png'><img id='pic' data-src='f-none.png' width='60' height='40'></picture>
    <img id='set' data-srcset='f-set.png 60w' data-sizes='auto' width='60' height='40'>
    <p id='bg' data-bg='f-bg.png' style='height:40px'></p>
    <p id='choice' data-bg-set='&quot;f-no.png&quot; type(&quot;image/nonsense&quot;), &quot;f-yes.png&quot; 1x' style='height:40px'></p>
    <video id='film' data-poster='f-poster.png' width='60' height='40'><source data-src='f-film.png'></video>
    <iframe id='inner' data-src='f-inner.png' width='60' height='40'></iframe>`
  const page_ = await visit(
    page(
      `<iframe id="frame" srcdoc="${within.replaceAll('"', '&quot;')}" width="600" height="600"></iframe>`,
      `const start = () => {
         window.within = frame.contentDocument
         window.loader = lazy(within, { retries: 0 })
         window.given = lazy([Object.assign(within.body.appendChild(within.createElement('img')), { id: 'given', width: 60, height: 40 })].map((one) => (one.dataset.src = 'f-given.png', one)), { retries: 0 })
         within.body.insertAdjacentHTML('beforeend', '<img id="late" data-src="f-late.png" width="60" height="40">')
       }
       frame.contentDocument?.getElementById('inner') ? start() : frame.addEventListener('load', start)`,
    ),
  )
  for (const id of ['pic', 'set', 'bg', 'choice', 'film', 'inner', 'given', 'late']) {
    await eventually(`${id} is loaded`, () =>
      page_.evaluate((id) => window.within?.getElementById(id)?.classList.contains('loaded'), id),
    )
  }
  assert.deepEqual(
    ['none', 'no'].map((name) => requestsOf(`f-${name}`)),
    [0, 0],
  )
  for (const name of ['source', 'set', 'bg', 'yes', 'poster', 'film', 'inner', 'given', 'late'])
    assert.ok(requestsOf(`f-${name}`) > 0, name)
  assert.match(await page_.evaluate(() => within.getElementById('pic').currentSrc), /f-source/)
  await page_.evaluate(() => (within.querySelector('source').dataset.srcset = 'f-again.png'))
  await eventually('the new URL of a source', () => page_.evaluate(() => /f-again/.test(within.getElementById('pic').currentSrc)))
  await close(page_)
})

test('a source that is added to a loaded picture or video is loaded', async () => {
  const page_ = await visit(
    page(
      `<picture id="pair"><img id="a" data-src="/img/a.png" width="60" height="40" alt=""></picture>
       <video id="film" data-poster="/img/poster.png" width="60" height="40"></video>`,
      `window.count = 0
       lazy(undefined, { onLoad: () => count++ })`,
    ),
  )
  for (const id of ['a', 'film']) await has(page_, id, 'loaded')
  await page_.evaluate(() => {
    document.getElementById('pair').insertAdjacentHTML('afterbegin', '<source data-srcset="/img/wide.png">')
    film.innerHTML = '<source data-src="/img/film.png">'
  })
  await page_.waitForFunction(() => count === 4)
  assert.match(await page_.evaluate(() => a.currentSrc), /wide/)
  assert.match(await page_.evaluate(() => film.firstChild.src), /film/)
  // A picture that is moved as a whole stays loaded.
  await page_.evaluate(() => document.body.append(document.getElementById('pair')))
  await page_.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
  assert.deepEqual([await page_.evaluate(() => count), requestsOf('wide')], [4, 1])
  await close(page_)
})

test('a ThumbHash does not replace the poster of the page', async () => {
  const hash = '1QcSHQRnh493V4dIh4eXh1h4kJUI'
  const page_ = await visit(
    page(
      `<video id="own" data-thumbhash="${hash}" poster="/img/first.png" data-src="/img/film.png" width="60" height="40"></video>
       <video id="none" data-thumbhash="${hash}" data-src="/img/film.png" width="60" height="40"></video>`,
      'lazy()',
    ),
  )
  for (const id of ['own', 'none']) await has(page_, id, 'loaded')
  assert.match(await page_.evaluate(() => own.poster), /first/)
  assert.match(await page_.evaluate(() => none.poster), /^data:image\/png/)
  await close(page_)
})

test('a selector may be *', async () => {
  const page_ = await visit(
    page(
      `<div id="box">${img('a')}</div>`,
      `window.loader = lazy(box, { selector: '*' }); box.insertAdjacentHTML('beforeend', late.innerHTML)`,
    ).replace('<script', `<template id="late">${img('b')}</template><script`),
  )
  for (const id of ['a', 'b']) await has(page_, id, 'loaded')
  await close(page_)
})

test('what a morph takes from loaded elements is loaded again, and a failed one is not', async () => {
  const page_ = await visit(
    page(
      `${img('a')}<img id="b" data-srcset="/img/b.png 1x" width="60" height="40" alt="">
       <picture><source data-srcset="/img/c.png"><img id="c" width="60" height="40" alt=""></picture>
       <iframe id="d" data-src="/frame" width="60" height="40"></iframe>
       <video id="f" data-poster="/img/f.png" width="60" height="40"></video>
       <img id="e" data-srcset="/img/e.png?fail=9 1x" data-error="/img/oops.png" width="60" height="40" alt="">`,
      `window.failures = 0; window.loader = lazy(document, { retries: 0, onError: () => failures++ })`,
    ),
  )
  for (const id of ['a', 'b', 'c', 'd', 'f']) await has(page_, id, 'loaded')
  await has(page_, 'e', 'error')
  // As Turbo, Idiomorph and LiveView do it: the attributes become those that the server sent.
  await page_.evaluate(() => {
    for (const element of document.querySelectorAll('#a, #b, #c, #d, #f, source')) {
      for (const name of ['src', 'srcset', 'poster', 'class']) element.removeAttribute(name)
    }
  })
  for (const id of ['a', 'b', 'c', 'd', 'f']) await has(page_, id, 'loaded')
  const shown = () =>
    page_.evaluate(() => [a.currentSrc, b.currentSrc, c.currentSrc, d.src, f.poster].map((url) => new URL(url).pathname))
  assert.deepEqual(await shown(), ['/img/a.png', '/img/b.png', '/img/c.png', '/frame', '/img/f.png'])
  assert.equal(await page_.evaluate(() => failures), 1)
  assert.equal(requestsOf('e'), 1)
  await close(page_)
})
