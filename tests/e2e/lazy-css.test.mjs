// Compares the images that we load for a background with those that Chromium loads: random URLs in every syntax of CSS.
import { build } from 'esbuild'
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { eventually, launch } from './browser.mjs'

const VALUES = 250
const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')

let browser, server, origin, script
let requests = new Set()

before(async () => {
  const { outputFiles } = await build({
    bundle: true,
    entryPoints: [fileURLToPath(new URL('../../pkg/src/lazy/background.ts', import.meta.url))],
    format: 'iife',
    globalName: 'ours',
    logLevel: 'silent',
    write: false,
  })
  script = outputFiles[0].text
  server = createServer(({ url }, answer) => {
    if (!url.startsWith('/i/'))
      return answer.setHeader('content-type', 'text/html').end('<!doctype html><link rel="icon" href="data:,"><body>')
    requests.add(url)
    answer.setHeader('content-type', 'image/gif').setHeader('cache-control', 'no-store').end(GIF)
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  origin = `http://127.0.0.1:${server.address().port}`
  browser = await launch()
})
after(async () => {
  await browser?.close()
  server?.closeAllConnections()
  server?.close()
})

/** A random generator with a seed: returns whole numbers below `n`. */
function dice(seed) {
  return (n) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
    return Math.floor((seed / 2 ** 32) * n)
  }
}

/** Random values of `background-image`. The URLs of value `i` are below `/i/<i>/`, and each occurs once. */
function values(roll) {
  let index = 0
  const one = (list) => list[roll(list.length)]
  const some = (max, make) => Array.from({ length: roll(max + 1) }, make).join('')
  const path = () =>
    `/i/${index}/${roll(1e6)}` +
    some(5, () => one([...`()'" ,;|\\&!$*+~[]{}<>^\`é漢😀%ab-_.`, '%20', 'w_3,h_2', 'url(', '/*', '*/']))
  const hex = (character) => `\\${character.codePointAt(0).toString(16)}${one([' ', '\n', '\t'])}`
  const quoted = (text) => {
    const quote = one([`"`, `'`])
    const inside = [...text].map((it) => (it === quote || it === '\\' ? one([`\\${it}`, hex(it)]) : roll(12) ? it : hex(it)))
    return quote + inside.join(one(['', '', '\\\n'])) + quote
  }
  const bare = (text) => [...text].map((it) => (/[\s"'()\\]/.test(it) ? one([`\\${it}`, hex(it)]) : it)).join('')
  const space = () => one(['', '', ' ', '\n\t', '/* url(no) , ) */'])
  const blank = () => one(['', ' ', '\n'])
  const url = () =>
    `${one(['url', 'url', 'URL', 'Url', 'u\\72 l'])}(${blank()}${roll(2) ? quoted(path()) : bare(path())}${blank()})`
  const colour = () => one(['red', 'rgb(1, 2, 3)', 'hsl(120 50% 50% / 0.5)'])
  const gradient = () => `${one(['linear', 'radial', 'REPEATING-linear'])}-gradient(${colour()}${space()},${colour()})`
  const option = () => {
    const isGradient = !roll(5)
    const image = isGradient ? gradient() : roll(2) ? url() : quoted(path())
    const rest = [one(['', '1x', '2X', '1.5x', '.5dppx', '96dpi', '144dpi', '80dpcm', 'calc(1x * 2)', '3x'])]
    // A gradient gets no type(): beside one that has it, Chromium loads other images than we do.
    if (!isGradient && !roll(4)) rest.push(`type(${quoted(one(['image/png', 'image/gif', 'image/nonsense', 'image/webp']))})`)
    return `${image} ${(roll(2) ? rest : rest.reverse()).join(' ')}${space()}`
  }
  const set = () =>
    `${one(['image-set', 'image-set', '-webkit-image-set', 'IMAGE-SET'])}(${space()}${Array.from({ length: 1 + roll(4) }, option).join(',')})`
  const layer = () =>
    space() +
    one([url, url, url, set, set, gradient, () => 'none', () => `-webkit-cross-fade(${url()}, ${url()}, 40%)`])() +
    space()
  const junk = () => (roll(8) ? '' : one([')', ' x', ',', ' !important', '(', ';']))
  return Array.from({ length: VALUES }, (_, i) => {
    index = i
    return Array.from({ length: 1 + roll(3) }, layer).join(',') + junk()
  })
}

/** Runs `load` in a new page; returns the requested URLs of each value. */
async function requestsOf(deviceScaleFactor, load, list) {
  const context = await browser.newContext({ deviceScaleFactor })
  const page = await context.newPage()
  await page.goto(origin)
  await page.addScriptTag({ content: script })
  requests = new Set()
  // The event comes when a request begins, also if it waits for a connection.
  let open = 0
  page.on('request', () => open++)
  for (const end of ['requestfinished', 'requestfailed']) page.on(end, () => open--)
  const result = await page.evaluate(load, list)
  // Backgrounds are requested when styles are computed for the next frame.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))))
  let quiet = 0
  await eventually('no more requests', () => (quiet = open === 0 && requests.size > 0 ? quiet + 1 : 0) > 5, 120_000)
  const byValue = list.map((_, i) => [...requests].filter((url) => url.startsWith(`/i/${i}/`)).sort())
  await context.close()
  return [byValue, result]
}

for (const [deviceScaleFactor, seed] of [
  [1, 1],
  [1.25, 2],
  [2, 3],
]) {
  test(
    `${VALUES} random values load the same images as in Chromium, at a device pixel ratio of ${deviceScaleFactor}`,
    { timeout: 300_000 },
    async () => {
      const list = values(dice(seed))
      const [theirs, valid] = await requestsOf(
        deviceScaleFactor,
        (list) =>
          list.map((css) => {
            const element = document.body.appendChild(document.createElement('p'))
            element.style.backgroundImage = css
            return element.style.backgroundImage !== ''
          }),
        list,
      )
      const [ours] = await requestsOf(
        deviceScaleFactor,
        (list) => void (window.kept = list.map((css) => ours.loadImages(css, document.body))),
        list,
      )
      list.forEach((css, i) => assert.deepEqual(ours[i], theirs[i], css))
      // Enough of the values are valid, and have several images.
      assert.ok(valid.filter(Boolean).length > VALUES / 2)
      assert.ok(theirs.flat().length > VALUES)
    },
  )
}

test('any URL in data-bg is requested as it would be for an image', { timeout: 300_000 }, async () => {
  const roll = dice(4)
  const pieces = [...`()'" ,;|\\&!$*+~[]{}<>^\`é漢😀ab-_.`, '%20', 'w_300,h_200', 'photo(1)', 'url(x)', 'image-set(', '\n', '\t']
  const list = Array.from({ length: VALUES }, (_, i) => {
    const more = Array.from({ length: roll(8) }, () => pieces[roll(pieces.length)]).join('')
    return `${roll(2) ? ' ' : ''}/i/${i}/${more}.png`
  })
  const [theirs] = await requestsOf(
    1,
    (list) => void (window.kept = list.map((src) => Object.assign(new Image(), { src }))),
    list,
  )
  const [ours] = await requestsOf(
    1,
    (list) => {
      for (const bg of list) {
        const element = document.body.appendChild(document.createElement('p'))
        element.dataset.bg = bg
        element.style.backgroundImage = ours.backgroundOf(element)
      }
    },
    list,
  )
  list.forEach((bg, i) => assert.deepEqual(ours[i], theirs[i], bg))
})
