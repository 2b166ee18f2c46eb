// The images of serialised CSS values. How browsers serialise them is tested in tests/e2e.
import { build } from 'esbuild'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const { outputFiles } = await build({
  bundle: true,
  entryPoints: [fileURLToPath(new URL('../../src/lazy/background.ts', import.meta.url))],
  format: 'esm',
  write: false,
})
const { backgroundOf, loadImages } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`)

class Node {
  style = {}
  children = []
  get ownerDocument() {
    return document
  }
  append = (child) => {
    this.children.push(child)
    child.parent = this
  }
}
globalThis.Image = Node
globalThis.document = { createElement: () => new Node(), defaultView: globalThis }

/** The URLs that are loaded for `css`; of an image set, an array of URLs with their types. */
function loaded(css, ratio = 1) {
  globalThis.devicePixelRatio = ratio
  return loadImages(css, { ownerDocument: document }).map(
    ({ src, parent }) => src ?? parent.children.slice(0, -1).map(({ srcset, type }) => (type ? `${srcset} ${type}` : srcset)),
  )
}

test('URLs are parsed by the grammar of CSS', () => {
  const cases = {
    'url("a.png")': ['a.png'],
    'url(photo\\(1\\).png), url("photo(2).png")': ['photo(1).png', 'photo(2).png'],
    'url("w_300,h_200/a.jpg"), url(\'b c.png\')': ['w_300,h_200/a.jpg', 'b c.png'],
    'URL( a.png )': ['a.png'],
    'url("say \\"hi\\".png")': ['say "hi".png'],
    "url('it\\27 s.png')": ["it's.png"],
    'url("data:image/svg+xml,<svg fill=\'rgb(1,2,3)\'>url(x)</svg>")': ["data:image/svg+xml,<svg fill='rgb(1,2,3)'>url(x)</svg>"],
    'url(")url(x)("), url("b")': [')url(x)(', 'b'],
    'linear-gradient(red, rgb(0, 0, 255)), url(a.png)': ['a.png'],
    'cross-fade(url("a.png"), url("b.png"), 50%)': ['a.png', 'b.png'],
    'var(--a, url("b.png"))': ['b.png'],
    'url("")': [],
    'url("#a"), url("a.svg#b")': ['a.svg#b'],
    none: [],
    '': [],
    'url("\\ffffff")': ['\u{10ffff}'],
    'url(': [],
    'url("a': [],
    ')))url("a.png")': ['a.png'],
  }
  for (const [css, urls] of Object.entries(cases)) assert.deepEqual(loaded(css), urls, css)
})

test('the candidate for this screen comes first in an image set', () => {
  const set = 'image-set(url("1.png") 1x, url("2.png") 192dpi, url("3.png") calc(3dppx))'
  assert.deepEqual(loaded(set, 1), [['1.png', '2.png', '3.png']])
  assert.deepEqual(loaded(set, 1.25), [['2.png', '3.png', '1.png']])
  assert.deepEqual(loaded(set, 4), [['3.png', '2.png', '1.png']])
  assert.deepEqual(loaded('-webkit-image-set("a, b.png" 75.59dpcm type("image/avif"), \'c.png\')', 2), [
    ['a,%20b.png image/avif', 'c.png'],
  ])
  assert.deepEqual(loaded('image-set(linear-gradient(red, blue) 1x, url("2.png") 2x)', 1), [])
  assert.deepEqual(loaded('image-set(linear-gradient(red, blue) 1x, url("2.png") 2x)', 2), ['2.png'])
  assert.deepEqual(loaded('image-set(url("a.png") 1x), url("b.png")'), ['a.png', 'b.png'])
})

test('an attribute holds CSS, a URL, or several URLs', () => {
  globalThis.devicePixelRatio = 1
  const of = (dataset) => backgroundOf({ dataset })
  assert.equal(of({ bg: ' photo "x\\y".png\n' }), 'url("photo \\22 x\\5c y\\22 .png")')
  assert.equal(of({ bg: '' }), undefined)
  // This mock accepts any value as CSS.
  assert.equal(of({ bg: 'none' }), 'none')
  assert.equal(of({ bgSet: `'a|b.png' 1x | url(c|d.png) 1x` }), `image-set('a|b.png' 1x ),image-set( url(c|d.png) 1x)`)
  assert.equal(of({ backgroundImage: 'a.png, b.png' }), 'url("a.png"),url("b.png")')
  assert.equal(of({ backgroundImage: 'w_1,h_2.png;b.png', backgroundDelimiter: ';' }), 'url("w_1,h_2.png"),url("b.png")')
})
