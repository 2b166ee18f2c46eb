// Placeholders, which are shown by what a page attaches, and what is not used is not loaded.
import { build } from 'esbuild'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { end, image, loading, observer, page, start } from './page.mjs'

test('a placeholder is shown in each element that comes near, and may throw', async (t) => {
  page(t)
  const [near, far, broken] = ['near', 'far', 'broken'].map(image)
  const shown = []
  const placeholder = (element) => {
    shown.push(element)
    if (element === broken) throw new Error('invalid')
  }
  start([near, far, broken], { placeholder })
  observer.show([near, 0], [far, undefined], [broken, 1])
  assert.deepEqual(shown, [near, broken])
  assert.deepEqual(loading(), ['near', 'broken'])
  await end('broken')
  assert.equal(broken.attributes.src, 'broken')
})

/** A production build of these exports. */
async function bundle(contents) {
  const { outputFiles } = await build({
    bundle: true,
    define: { 'process.env.NODE_ENV': '"production"' },
    format: 'esm',
    minify: true,
    stdin: { contents, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    write: false,
  })
  return outputFiles[0].text
}

test('the decoder of placeholders is loaded by those who use it, and attaches itself', async () => {
  assert.doesNotMatch(await bundle(`export { lazy } from 'whippet/lazy'`), /ThumbHash/)
  for (const used of [`export * from 'whippet/lazy'`, `export { lazy, showThumbhash } from 'whippet/lazy'`]) {
    const text = await bundle(used)
    assert.match(text, /ThumbHash/)
    const { lazy, showThumbhash } = await import(`data:text/javascript,${encodeURIComponent(text)}`)
    assert.deepEqual([typeof lazy, typeof showThumbhash], ['function', 'function'])
  }
})

test('warnings are in development builds only, and modules need no wasm', async () => {
  assert.doesNotMatch(await bundle(`export { lazy } from 'whippet/lazy'`), /console/)
  assert.doesNotMatch(await bundle(`export { lazyImport, preload } from 'whippet/lazy'`), /0061736d|data-src/)
})

test('a ThumbHash is decoded without the option, where the decoder is in the bundle', (t) => {
  page(t)
  const element = image('a')
  element.dataset.thumbhash = '1QcSHQRnh493V4dIh4eXh1h4kJUI'
  start([element])
  observer.show([element, 0])
  assert.match(element.attributes.src, /^data:image\/png;base64,/)
})
