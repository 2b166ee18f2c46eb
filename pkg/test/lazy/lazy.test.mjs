import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lazy } from 'whippet/lazy'
import { end, image, loading, observer, page } from './page.mjs'

test('what comes near is loaded apart and then put in', async (t) => {
  page(t)
  const [near, far] = [image('near.png'), image('far.png')]
  document.append(near, far)
  const told = []
  const images = lazy('img', { onLoad: (element) => told.push(element) })
  assert.equal(observer.options.rootMargin, '300px')
  observer.show([near, 0], [far, undefined])
  assert.deepEqual(loading(), ['near.png'])
  assert.equal(near.className, 'loading')
  assert.equal(near.attributes.src, undefined)
  await end('near.png')
  assert.equal(near.attributes.src, 'near.png')
  assert.equal(near.className, 'loaded')
  assert.deepEqual(told, [near])
  assert.deepEqual([...observer.observed], [far])
  assert.deepEqual(images.stats(), { pending: 1, loading: 0, loaded: 1, failed: 0, retried: 0, cancelled: 0 })
})

test('the nearest goes first, so many at once, and what leaves before its turn is not loaded', async (t) => {
  page(t)
  const all = ['0', '1', '2', '3'].map(image)
  const images = lazy(all, { maxConcurrent: 2 })
  observer.show([all[0], 900], [all[1], 20], [all[2], 500], [all[3], -10])
  assert.deepEqual(loading(), ['3', '1'])
  observer.show([all[2], undefined])
  await end('1')
  assert.deepEqual(loading(), ['3', '0'])
  assert.equal(images.stats().cancelled, 1)
})

test('a failed one rests and is tried again, and is given up at last', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let now = 0
  t.mock.method(performance, 'now', () => now)
  const pass = (ms) => {
    now += ms
    t.mock.timers.tick(ms)
  }
  page(t)
  const broken = image('broken.png')
  const told = []
  const images = lazy([broken], { retries: 1, classError: 'oops', onError: (element) => told.push(element) })
  observer.show([broken, 0])
  await end('broken.png', false)
  assert.deepEqual(loading(), [])
  pass(499)
  assert.deepEqual(loading(), [])
  pass(501)
  assert.deepEqual(loading(), ['broken.png'])
  await end('broken.png', false)
  assert.equal(broken.className, 'oops')
  assert.deepEqual(told, [broken])
  assert.deepEqual(images.stats(), { pending: 1, loading: 0, loaded: 0, failed: 1, retried: 1, cancelled: 0 })
})

test('what was given up is tried again when the network is back', async (t) => {
  const { network } = page(t)
  const broken = image('broken.png')
  lazy([broken], { retries: 0 })
  observer.show([broken, 0])
  await end('broken.png', false)
  network(false)
  assert.deepEqual(loading(), [])
  network(true)
  assert.deepEqual(loading(), ['broken.png'])
  await end('broken.png')
  assert.equal(broken.className, 'loaded')
})

test('nodes added later are found, removed ones forgotten, and loaded ones stay so', async (t) => {
  page(t)
  const images = lazy('img')
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
  const images = lazy('img')
  const a = image('a')
  document.append(a)
  observer.show([a, 0])
  a.remove()
  await end('a')
  assert.equal(a.attributes.src, undefined)
  assert.deepEqual(images.stats(), { pending: 0, loading: 0, loaded: 0, failed: 0, retried: 0, cancelled: 0 })
})

test('a background, a poster, a frame and a picture', async (t) => {
  page(t)
  const background = Object.assign(new Element(), { dataset: { bg: 'bg.png' } })
  const video = Object.assign(new HTMLMediaElement(), { dataset: { poster: 'poster.png', src: 'v.mp4' }, load() {} })
  const frame = Object.assign(new HTMLIFrameElement(), { dataset: { src: 'frame.html' } })
  const images = lazy([background, video, frame], { maxConcurrent: 9 })
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

test('once destroyed it does nothing, and its figures stay', async (t) => {
  page(t)
  const [a, b] = [image('a'), image('b')]
  document.append(a, b)
  const images = lazy('img', { maxConcurrent: 1 })
  observer.show([a, 0], [b, 0])
  images.destroy()
  await end('a')
  document.append(image('c'))
  images.update()
  assert.deepEqual(loading(), [])
  assert.equal(a.attributes.src, undefined)
  assert.equal(images.stats().pending, 2)
})

test('without an observer everything is handed to the browser, what is added later too', (t) => {
  page(t, { withObserver: false })
  const a = image('a')
  document.append(a)
  const told = []
  const images = lazy('img', { onLoad: (element) => told.push(element) })
  const b = image('b')
  document.append(b)
  for (const element of [a, b]) {
    assert.equal(element.loading, 'lazy')
    assert.equal(element.attributes.src, element.dataset.src)
    assert.equal(element.className, 'loaded')
  }
  assert.deepEqual(told, [a, b])
  assert.equal(images.stats().loaded, 2)
})
