// Warnings in development, lazyImport() and preload().
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { eventually, launch, open, painted } from './browser.mjs'
import { img, page, site } from './lazy-site.mjs'

let browser, web
before(async () => ([browser, web] = await Promise.all([launch(), site()])))
after(async () => {
  await browser.close()
  web.close()
})
beforeEach(() => web.clear())

/** Opens a page; returns it with its warnings. */
async function visit(html) {
  web.html = html
  const page = await open(browser, 'about:blank')
  const warnings = []
  page.on('console', (message) => message.type() === 'warning' && warnings.push(message.text()))
  await page.goto(web.origin)
  await page.waitForFunction(() => globalThis.whippet)
  return [page, warnings]
}
const close = (page) => page.context().close()

test('an image that shifts the layout is reported once, in development only', async () => {
  const bare = (id) => `<img id="${id}" data-src="/img/${id}.png" alt="">`
  const [page_, warnings] = await visit(page(`${bare('a')}${bare('b')}`, `window.loader = lazy()`))
  await eventually('both images', () => page_.evaluate(() => loader.stats().loaded === 2))
  await eventually('a warning', () => warnings.length > 0)
  assert.equal(warnings.filter((text) => /width and height/.test(text)).length, 1)
  assert.match(warnings[0], /0 × 0 px until it was loaded, then 60 × 40/)
  await close(page_)

  for (const [body, options] of [
    [bare('a'), '{ debug: false }'],
    [img('a') + `<img data-src="/img/b.png" style="width:60px;aspect-ratio:3/2" alt="">`, '{}'],
  ]) {
    const [page_, warnings] = await visit(page(body, `window.loader = lazy('img', ${options})`))
    await eventually('all images', () => page_.evaluate(() => loader.stats().pending === 0))
    await page_.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
    assert.deepEqual(
      warnings.filter((text) => /width and height/.test(text)),
      [],
    )
    await close(page_)
  }
})

test('a largest contentful paint that was loaded lazily is reported and counted', async () => {
  const big = `<img id="hero" data-src="/img/hero.png?w=900&h=600" width="900" height="600" alt="">`
  const [page_, warnings] = await visit(page(`<p>Text</p>${big}`, `window.loader = lazy()`))
  await eventually('the figure', () => page_.evaluate(() => loader.stats().lcp === 1))
  await eventually('the warning', () => warnings.some((text) => /largest contentful paint.*fetchpriority/.test(text)))
  await close(page_)

  const [eager, quiet] = await visit(page(big.replace('data-src', 'src'), `window.loader = lazy()`))
  // Were the small one painted first, it would be the largest until the other is.
  await painted(eager)
  await eager.evaluate((small) => document.body.insertAdjacentHTML('beforeend', small), img('small'))
  await eventually('the small one', () => eager.evaluate(() => loader.stats().loaded === 1))
  await eager.evaluate(() => new Promise((done) => setTimeout(done, 700)))
  assert.equal(await eager.evaluate(() => loader.stats().lcp), 0)
  assert.deepEqual(
    quiet.filter((text) => /largest/.test(text)),
    [],
  )
  await close(eager)
})

test('a module that fails or times out is imported again', async () => {
  const [page_] = await visit(page('', ''))
  const value = await page_.evaluate(() => {
    let attempt = 0
    return whippet
      .lazyImport(() => import(`/module/flaky.js?fail=1&attempt=${attempt++}`), { retries: 2 })
      .then((module) => module.default)
  })
  assert.equal(value, 2)
  const late = await page_.evaluate(() => {
    let attempt = 0
    // Long enough for the second one on a busy machine.
    return whippet
      .lazyImport(() => import(`/module/slow.js?${attempt++ ? 'again' : 'hold'}`), { retries: 1, timeout: 3000 })
      .then((module) => module.default)
  })
  assert.equal(late, 2)
  // With the same URL, the browser decides whether it requests the module again. Chromium does.
  const same = await page_.evaluate(() =>
    whippet.lazyImport(() => import('/module/same.js?fail=1')).then((module) => module.default, String),
  )
  assert.equal(same, 2)
  const messages = await page_.evaluate(async () => {
    const message = (promise) =>
      promise.then(
        () => 'none',
        (error) => `${error.name}: ${error.message}`,
      )
    return [
      await message(whippet.lazyImport(() => import('/module/never.js?hold'), { retries: 0, timeout: 50 })),
      await message(whippet.lazyImport(() => import('/module/gone.js?fail=99'), { retries: 0 })),
      await message(
        new Promise((_, reject) => {
          try {
            whippet.lazyImport(import('/module/x.js'))
          } catch (error) {
            reject(error)
          }
        }),
      ),
    ]
  })
  assert.match(messages[0], /LazyImportTimeoutError: .*within 50 ms/)
  assert.match(messages[1], /TypeError: .*gone/)
  assert.match(messages[2], /TypeError: .*takes a function that imports/)
  await close(page_)
})

test('a failed import while offline is retried when the network is back', async () => {
  const [page_] = await visit(page('', ''))
  await page_.context().setOffline(true)
  await page_.evaluate(() => {
    window.failed = 0
    const load = () =>
      import(`/module/off.js?${failed}`).catch((error) => {
        failed++
        throw error
      })
    window.done = whippet.lazyImport(load, { retries: 0 }).then((module) => module.default)
  })
  await eventually('an attempt has failed', () => page_.evaluate(() => failed === 1))
  await page_.context().setOffline(false)
  assert.equal(await page_.evaluate(() => done), 1)
  await close(page_)
})

test('preload() loads its items by priority, one by one, and none with Save-Data', async () => {
  const [page_] = await visit(page('', ''))
  await page_.evaluate(async () => {
    window.log = []
    const work = (name) => async () => {
      log.push(name)
      await new Promise((done) => setTimeout(done, 5))
      log.push(`/${name}`)
      if (name === 'broken') throw new Error('ignored')
    }
    const queue = whippet.preload([
      work('a'),
      { load: work('urgent'), priority: 2 },
      { load: work('broken'), priority: 1 },
      '/img/ahead.png',
      () => import('/module/ahead.js'),
    ])
    await queue.done
    queue.add(work('late'), work('never'))
    queue.cancel()
    await queue.done
  })
  assert.deepEqual(await page_.evaluate(() => log), ['urgent', '/urgent', 'broken', '/broken', 'a', '/a'])
  assert.equal(web.requests.get('/img/ahead.png'), 1)
  assert.equal(web.requests.get('/module/ahead.js'), 1)
  // One URL is an item, not a list of characters.
  await page_.evaluate(() => whippet.preload('/img/alone.png').done)
  assert.equal(web.requests.get('/img/alone.png'), 1)
  assert.match(
    await page_.evaluate(() => {
      try {
        whippet.preload([7])
      } catch (error) {
        return error.message
      }
    }),
    /functions.*and URLs, not 7/,
  )
  const withSaveData = await page_.evaluate(async () => {
    Object.defineProperty(navigator, 'connection', { value: { saveData: true } })
    let ran = 0
    await whippet.preload([() => ran++]).done
    return ran
  })
  assert.equal(withSaveData, 0)
  await close(page_)
})
