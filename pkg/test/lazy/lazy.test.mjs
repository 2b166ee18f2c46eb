import assert from 'node:assert/strict'
import { test } from 'node:test'
import { end, image, loading, loads, observer, observers, page, start } from './page.mjs'

test('an image that comes near is loaded detached, then shown', async (t) => {
  page(t)
  const [near, far] = [image('near.png'), image('far.png')]
  document.append(near, far)
  const notified = []
  const images = start('img', { onLoad: (element) => notified.push(element) })
  assert.equal(observer.options.rootMargin, '300px')
  observer.show([near, 0], [far, undefined])
  assert.deepEqual(loading(), ['near.png'])
  assert.equal(near.className, 'loading')
  assert.equal(near.attributes.src, undefined)
  await end('near.png')
  assert.equal(near.attributes.src, 'near.png')
  assert.equal(near.className, 'loaded')
  assert.deepEqual(notified, [near])
  assert.deepEqual([...observer.observed], [far])
  assert.deepEqual(images.stats(), { pending: 1, loading: 0, loaded: 1, failed: 0, retried: 0, cancelled: 0, lcp: 0 })
})

test('the nearest images load first, and an image that leaves the queue is not loaded', async (t) => {
  page(t)
  const all = ['0', '1', '2', '3'].map(image)
  const images = start(all, { maxConcurrent: 2 })
  observer.show([all[0], 900], [all[1], 20], [all[2], 500], [all[3], -10])
  assert.deepEqual(loading(), ['3', '1'])
  observer.show([all[2], undefined])
  await end('1')
  assert.deepEqual(loading(), ['3', '0'])
  assert.equal(images.stats().cancelled, 1)
})

test('a failed load is retried after a delay, and is given up in the end', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let now = 0
  t.mock.method(performance, 'now', () => now)
  const advance = (ms) => {
    now += ms
    t.mock.timers.tick(ms)
  }
  page(t)
  const broken = image('broken.png')
  const notified = []
  const images = start([broken], { retries: 1, classError: 'oops', onError: (element) => notified.push(element) })
  observer.show([broken, 0])
  await end('broken.png', false)
  assert.deepEqual(loading(), [])
  advance(499)
  assert.deepEqual(loading(), [])
  advance(501)
  assert.deepEqual(loading(), ['broken.png'])
  await end('broken.png', false)
  assert.equal(broken.className, 'oops')
  assert.deepEqual(notified, [broken])
  assert.deepEqual(images.stats(), { pending: 1, loading: 0, loaded: 0, failed: 1, retried: 1, cancelled: 0, lcp: 0 })
})

test('an image that was given up is retried when the network is back', async (t) => {
  const { network } = page(t)
  const broken = image('broken.png')
  start([broken], { retries: 0 })
  observer.show([broken, 0])
  await end('broken.png', false)
  network(false)
  assert.deepEqual(loading(), [])
  network(true)
  assert.deepEqual(loading(), ['broken.png'])
  await end('broken.png')
  assert.equal(broken.className, 'loaded')
})

test('a network that went and came back within one task is a network that is back', async (t) => {
  const { dispatch } = page(t)
  const broken = image('broken.png')
  start([broken], { retries: 0 })
  observer.show([broken, 0])
  await end('broken.png', false)
  // What the load of the page sends brings nothing back.
  dispatch('pageshow', { persisted: false })
  assert.deepEqual(loading(), [])
  // Both events are heard after the task, while `onLine` says that all is well.
  dispatch('offline')
  dispatch('online')
  assert.deepEqual(loading(), ['broken.png'])
})

test('added elements are observed, removed ones are not, and loaded ones stay loaded', async (t) => {
  page(t)
  const images = start('img')
  const box = new Element()
  const [a, b] = [image('a'), image('b')]
  box.append(a, b)
  document.append(box)
  assert.equal(images.stats().pending, 2)
  observer.show([a, 0])
  await end('a')
  box.remove()
  assert.equal(images.stats().pending, 0)
  document.append(box)
  assert.deepEqual([...observer.observed], [b])
})

test('a load that ends after its element was removed changes nothing', async (t) => {
  page(t)
  const images = start('img')
  const a = image('a')
  document.append(a)
  observer.show([a, 0])
  a.remove()
  await end('a')
  assert.equal(a.attributes.src, undefined)
  assert.deepEqual(images.stats(), { pending: 0, loading: 0, loaded: 0, failed: 0, retried: 0, cancelled: 0, lcp: 0 })
})

test('backgrounds, posters and iframes are loaded', async (t) => {
  page(t)
  const background = Object.assign(new Element(), { dataset: { bg: 'bg.png' } })
  const video = Object.assign(new HTMLMediaElement(), { dataset: { poster: 'poster.png', src: 'v.mp4' }, load() {} })
  const frame = Object.assign(new HTMLIFrameElement(), { dataset: { src: 'frame.html' } })
  const images = start([background, video, frame], { maxConcurrent: 9 })
  observer.show([background, 0], [video, 0], [frame, 0])
  assert.deepEqual(loading(), ['bg.png', 'poster.png'])
  assert.equal(frame.attributes.src, 'frame.html')
  frame.dispatch('load')
  await end('bg.png')
  await end('poster.png')
  assert.equal(background.style.backgroundImage, 'url("bg.png")')
  assert.deepEqual(video.attributes, { src: 'v.mp4', poster: 'poster.png' })
  assert.equal(images.stats().loaded, 3)
})

test('a destroyed loader does nothing, and keeps its figures', async (t) => {
  page(t)
  const [a, b] = [image('a'), image('b')]
  document.append(a, b)
  const images = start('img', { maxConcurrent: 1 })
  observer.show([a, 0], [b, 0])
  images.destroy()
  await end('a')
  document.append(image('c'))
  images.update()
  assert.deepEqual(loading(), [])
  assert.equal(a.attributes.src, undefined)
  assert.equal(images.stats().pending, 2)
})

test('loaders of the same margin share an observer until the last one is destroyed', (t) => {
  page(t)
  const all = ['a', 'b', 'c'].map(image)
  document.append(...all)
  const first = start([all[0]])
  const second = start([all[1]], { rootMargin: '300px' })
  assert.equal(observers, 1)
  assert.deepEqual([...observer.observed], [all[0], all[1]])
  const shared = observer
  start([all[2]], { rootMargin: '10px 0px' })
  assert.equal(observers, 2)
  first.destroy()
  assert.deepEqual([...shared.observed], [all[1]])
  second.destroy()
  start([all[0]])
  assert.equal(observers, 3)
})

test('an element has one loader until that is destroyed', async (t) => {
  page(t)
  const a = image('a')
  document.append(a)
  const first = start('img')
  const second = start([a], { rootMargin: 10 })
  assert.equal(second.stats().pending, 0)
  first.destroy()
  second.update()
  assert.equal(second.stats().pending, 1)
  observer.show([a, 0])
  await end('a')
  assert.equal(second.stats().loaded, 1)
})

test('the margin follows the connection', (t) => {
  const connection = Object.assign(new EventTarget(), { effectiveType: '3g', saveData: false })
  page(t, { connection })
  const a = image('a')
  document.append(a)
  const images = start('img', { rootMargin: '100px 10%' })
  assert.equal(observer.options.rootMargin, '200px 10%')
  const change = (properties) => {
    Object.assign(connection, properties)
    connection.dispatchEvent(new Event('change'))
    return [observers, observer.options.rootMargin]
  }
  assert.deepEqual(change({ effectiveType: 'slow-2g' }), [2, '300px 10%'])
  assert.deepEqual([...observer.observed], [a])
  assert.deepEqual(change({ saveData: true }), [3, '25px 10%'])
  images.destroy()
  assert.deepEqual(change({ saveData: false }), [3, '25px 10%'])
  start('img', { rootMargin: 100, adaptive: false })
  assert.equal(observer.options.rootMargin, '100px')
})

test('a failed load is retried at once when the page comes from the back/forward cache', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { dispatch } = page(t)
  const a = image('a')
  start([a])
  observer.show([a, 0])
  await end('a', false)
  dispatch('pageshow', { persisted: false })
  assert.deepEqual(loading(), [])
  dispatch('pageshow', { persisted: true })
  assert.deepEqual(loading(), ['a'])
})

test('the error image is shown when all attempts failed, and replaced when the image loads later', async (t) => {
  const { network } = page(t)
  const [a, b] = [image('a'), image('b')]
  b.dataset.error = 'own.png'
  start([a, b], { retries: 0, error: 'missing.png' })
  observer.show([a, 0], [b, 0])
  await end('a', false)
  await end('b', false)
  assert.deepEqual([a.attributes.src, b.attributes.src], ['missing.png', 'own.png'])
  network(false)
  network(true)
  await end('a')
  assert.equal(a.attributes.src, 'a')
  assert.equal(a.className, 'loaded')
})

test('a new URL is loaded, during the load of the old one and after it', async (t) => {
  page(t)
  const a = image('old')
  document.append(a)
  const images = start('img')
  const set = (url) => {
    const before = a.dataset.src
    a.dataset.src = url
    a.reportChange('data-src', before)
    observer.show([a, 0])
  }
  observer.show([a, 0])
  set('newer')
  assert.deepEqual(loading(), ['old', 'newer'])
  await end('old')
  assert.equal(a.attributes.src, undefined, 'the old URL is not shown')
  await end('newer')
  assert.equal(a.attributes.src, 'newer')
  set('newest')
  await end('newest')
  assert.equal(a.attributes.src, 'newest')
  // Set again to the same value.
  a.reportChange('data-src', 'newest')
  assert.deepEqual(images.stats(), { pending: 0, loading: 0, loaded: 2, failed: 0, retried: 0, cancelled: 0, lcp: 0 })
})

test('load() and printing load elements at once', async (t) => {
  const { dispatch } = page(t)
  const [a, b, c] = ['a', 'b', 'c'].map(image)
  a.loading = 'lazy'
  document.append(a, b, c)
  let finished = 0
  const images = start('img', { onFinish: () => finished++ })
  images.load(b)
  assert.deepEqual(
    [a, b].map((image) => image.attributes.src),
    [undefined, 'b'],
  )
  observer.show([c, 0])
  dispatch('beforeprint')
  assert.deepEqual(
    [a, b, c].map((image) => [image.attributes.src, image.className]),
    [
      ['a', 'loaded'],
      ['b', 'loaded'],
      ['c', 'loaded'],
    ],
  )
  assert.equal(a.loading, 'eager')
  assert.equal(images.stats().loaded, 3)
  await end('c')
  assert.equal(images.stats().loaded, 3)
  assert.equal(finished, 1)
})

test('an element without a URL is loaded when it comes near', async (t) => {
  page(t)
  const near = new Element()
  const notified = []
  const record = (name) => (element) => notified.push([name, element === near])
  const images = start([near], {
    classEntered: 'in',
    onEnter: record('enter'),
    onLoad: record('load'),
    onFinish: record('finish'),
  })
  observer.show([near, 0])
  await Promise.resolve()
  assert.equal(near.className, 'in loaded')
  assert.deepEqual(notified, [
    ['enter', true],
    ['load', true],
    ['finish', false],
  ])
  assert.equal(images.stats().loaded, 1)
})

test('elements without a URL do not count as concurrent loads', async (t) => {
  page(t)
  const plain = Object.assign(new HTMLImageElement(), { attributes: { src: 'plain.png' } })
  const frame = Object.assign(new HTMLIFrameElement(), { attributes: { src: 'plain.html' } })
  const video = Object.assign(new HTMLMediaElement(), {
    attributes: { src: 'plays.mp4' },
    load: () => assert.fail('a playing video is loaded again'),
  })
  const nothing = [plain, frame, video, image(''), Object.assign(new Element(), { dataset: { bg: ' ' } })]
  const [slow, next] = [image('slow.png'), image('next.png')]
  const images = start([slow, ...nothing, next], { maxConcurrent: 1 })
  observer.show([slow, 0], ...nothing.map((element) => [element, 1]), [next, 2])
  assert.deepEqual(loading(), ['slow.png'])
  for (const element of nothing) assert.equal(element.className, 'loaded')
  assert.equal(plain.attributes.src, 'plain.png')
  assert.deepEqual(images.stats(), { pending: 2, loading: 1, loaded: 5, failed: 0, retried: 0, cancelled: 0, lcp: 0 })
  await end('slow.png')
  assert.deepEqual(loading(), ['next.png'])
})

test('an overdue load frees its place, and is shown when it arrives', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  // Not before the batches of earlier tests.
  let now = performance.now()
  t.mock.method(performance, 'now', () => now)
  const advance = (ms) => {
    now += ms
    t.mock.timers.tick(ms)
  }
  page(t)
  const all = ['0', '1', '2', '3'].map(image)
  const images = start(all, { maxConcurrent: 2, timeout: 5000 })
  observer.show(...all.map((element, i) => [element, i]))
  assert.deepEqual(loading(), ['0', '1'])
  advance(4999)
  assert.deepEqual(loading(), ['0', '1'])
  advance(1)
  assert.deepEqual(loading(), ['0', '1', '2', '3'])
  assert.equal(images.stats().loading, 4)
  const [{ resolve }] = loads.splice(0, 1)
  resolve()
  for (let i = 0; i < 5; i++) await Promise.resolve()
  advance(200)
  for (let i = 0; i < 5; i++) await Promise.resolve()
  assert.equal(all[0].attributes.src, '0')
  assert.equal(all[0].className, 'loaded')
})

test('a load keeps its place for 30 s by default, and for ever with timeout: Infinity', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let now = 0
  t.mock.method(performance, 'now', () => now)
  page(t)
  const [a, b] = [image('a'), image('b')]
  const [c, d] = [image('c'), image('d')]
  start([a, b], { maxConcurrent: 1 })
  start([c, d], { maxConcurrent: 1, timeout: Infinity })
  observer.show([a, 0], [b, 0], [c, 0], [d, 0])
  now = 29_999
  t.mock.timers.tick(now)
  assert.deepEqual(loading(), ['a', 'c'])
  now = 30_000
  t.mock.timers.tick(1)
  assert.deepEqual(loading(), ['a', 'c', 'b'])
  now = 1e12
  t.mock.timers.tick(2 ** 31)
  assert.deepEqual(loading(), ['a', 'c', 'b'])
})

test('a video is loaded even if its poster fails or is overdue', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let now = 0
  t.mock.method(performance, 'now', () => now)
  page(t)
  let videoLoads = 0
  const video = (poster) => Object.assign(new HTMLMediaElement(), { dataset: { poster, src: 'v.mp4' }, load: () => videoLoads++ })
  const [missing, slow] = [video('missing.png'), video('slow.png')]
  missing.dataset.error = 'error.png'
  start([missing, slow], { retries: 1 })
  observer.show([missing, 0], [slow, 0])
  await end('missing.png', false)
  assert.deepEqual(missing.attributes, { src: 'v.mp4' })
  now = 1000
  t.mock.timers.tick(1000)
  await end('missing.png', false)
  assert.deepEqual(missing.attributes, { src: 'v.mp4', poster: 'error.png' })
  assert.equal(missing.className, 'error')
  assert.equal(videoLoads, 1, 'a playing video is not loaded again')
  assert.deepEqual(slow.attributes, {})
  now = 30_000
  t.mock.timers.tick(29_000)
  assert.deepEqual(slow.attributes, { src: 'v.mp4' })
  assert.equal(videoLoads, 2)
})

test('a failed image that left does not have the class loading', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let now = 0
  t.mock.method(performance, 'now', () => now)
  page(t)
  const [a, b, c] = ['a', 'b', 'c'].map(image)
  start([a, b, c])
  observer.show([a, 0], [b, 0], [c, 0])
  // `a` fails after it left, `b` leaves after it failed, and `c` leaves while it loads.
  observer.show([a, undefined], [c, undefined])
  await end('a', false)
  await end('b', false)
  assert.equal(b.className, 'loading', 'it will be retried')
  observer.show([b, undefined])
  assert.deepEqual(
    [a, b, c].map((image) => image.className),
    ['', '', 'loading'],
  )
  now = 1000
  t.mock.timers.tick(1000)
  assert.deepEqual(loading(), ['c'])
  observer.show([a, 0])
  assert.equal(a.className, 'loading')
  assert.deepEqual(loading(), ['c', 'a'])
})

test('loaded layers of a background are shown even if others failed', async (t) => {
  page(t)
  const layers = (bg) => Object.assign(new Element(), { dataset: { bg, error: 'error.png' } })
  const css = 'url("there.png"), url("gone.png")'
  const [two, gradient, one] = [layers(css), layers('url(nowhere.png), linear-gradient(red, blue)'), layers('lost.png')]
  start([two, gradient, one], { retries: 0 })
  observer.show([two, 0], [gradient, 0], [one, 0])
  assert.deepEqual(loading(), ['there.png', 'gone.png', 'nowhere.png', 'lost.png'])
  Object.assign(loads[0].image, { complete: true, naturalWidth: 9 })
  const { resolve } = loads[0]
  await end('gone.png', false)
  assert.equal(two.style.backgroundImage, undefined, 'the other layer is still loading')
  resolve()
  for (const name of ['nowhere.png', 'lost.png']) await end(name, false)
  assert.equal(two.style.backgroundImage, css)
  assert.equal(gradient.style.backgroundImage, gradient.dataset.bg)
  assert.equal(one.style.backgroundImage, 'url("error.png")')
  for (const element of [two, gradient, one]) assert.equal(element.className, 'error')
})

test('distances are measured again before the next image is chosen', async (t) => {
  let now = 0
  t.mock.method(performance, 'now', () => now)
  page(t)
  const all = ['0', '1', '2'].map(image)
  start(all, { maxConcurrent: 1 })
  observer.show([all[0], 0], [all[1], 100], [all[2], 200])
  assert.deepEqual(loading(), ['0'])
  // The page is scrolled during the load.
  now = 1000
  all[1].top = -100
  all[2].top = 0
  await end('0')
  assert.deepEqual(loading(), ['2'])
})

const invalid = [
  [[null], TypeError, /selector, an element.*not null/],
  [[7], TypeError, /not 7/],
  [['img', { rootMargin: '3em' }], RangeError, /rootMargin.*200px 10%.*3em/],
  [['img', { rootMargin: NaN }], RangeError, /rootMargin/],
  [['img', { maxConcurrent: 0 }], RangeError, /maxConcurrent.*from 1/],
  [['img', { timeout: 0 }], RangeError, /timeout.*ms above 0/],
  [['img', { retries: -1 }], RangeError, /retries.*from 0/],
  [['img', { threshold: [0, 2] }], RangeError, /threshold.*from 0 to 1/],
  [['img', { classLoaded: 'a b' }], RangeError, /classLoaded.*without spaces.*a b/],
]
for (const [args, kind, message] of invalid) {
  test(`invalid arguments throw: ${message}`, (t) => {
    page(t)
    assert.throws(
      () => start(...args),
      (error) => error instanceof kind && message.test(error.message),
    )
    assert.equal(observers, 0)
  })
}

test('without IntersectionObserver the browser loads all elements, also added ones', async (t) => {
  page(t, { withObserver: false })
  const a = image('a')
  document.append(a)
  const notified = []
  const images = start('img', { onLoad: (element) => notified.push(element) })
  const b = image('b')
  document.append(b)
  for (const element of [a, b]) {
    assert.equal(element.loading, 'lazy')
    assert.equal(element.attributes.src, element.dataset.src)
    assert.equal(element.className, 'loaded')
  }
  await Promise.resolve()
  assert.deepEqual(notified, [a, b])
  assert.equal(images.stats().loaded, 2)
})

test('without IntersectionObserver a callback that throws keeps nothing from loading', (t) => {
  page(t, { withObserver: false })
  const [a, b] = [image('a'), image('b')]
  document.append(a, b)
  const reported = []
  t.mock.method(globalThis, 'queueMicrotask', (callback) => {
    try {
      callback()
    } catch ({ message }) {
      reported.push(message)
    }
  })
  const onLoad = () => {
    throw new Error('of the page')
  }
  start('img', { onLoad })
  assert.deepEqual([a.attributes.src, b.attributes.src], ['a', 'b'])
  assert.deepEqual(reported, ['of the page', 'of the page'])
})

test('an element whose URL is taken away does not have the class loading', async (t) => {
  page(t)
  const a = image('a')
  document.append(a)
  const images = start('img')
  observer.show([a, 0])
  assert.equal(a.className, 'loading')
  delete a.dataset.src
  a.reportChange('data-src', 'a')
  assert.equal(a.className, '')
  await end('a')
  assert.equal(a.attributes.src, undefined)
  assert.equal(images.stats().pending, 0)
})
