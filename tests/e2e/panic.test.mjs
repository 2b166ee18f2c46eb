// A panic in a development build says in the console what went wrong and where.
import { build } from 'esbuild'
import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { launch } from './browser.mjs'

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..')
const wasm = process.env.WHIPPET_DEV_WASM ?? path.join(root, 'target/dev-wasm/timing')

test('a panic reaches console.error with its message', async () => {
  const { outputFiles } = await build({
    bundle: true,
    format: 'esm',
    // The glue can also fetch its wasm; here it is not asked to.
    logLevel: 'error',
    stdin: {
      contents: `
        import { initSync, pacer_call } from '${wasm}/whippet_npm.js'
        import hex from '${wasm}/hex.js'
        import { bytesFromHex } from '${root}/pkg/src/bareModule.ts'
        initSync({ module: new WebAssembly.Module(bytesFromHex(hex)) })
        try {
          pacer_call(12345, 0) // There is no such pacer.
        } catch (error) {
          window.thrown = error.constructor.name
        }`,
      resolveDir: root,
    },
    write: false,
  })
  const browser = await launch()
  try {
    const page = await browser.newPage()
    const errors = []
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
    await page.addScriptTag({ content: outputFiles[0].text, type: 'module' })
    await page.waitForFunction('window.thrown')
    assert.equal(await page.evaluate('window.thrown'), 'RuntimeError')
    assert.equal(errors.length, 1)
    assert.match(errors[0], /panicked at .*pacers\.rs:\d+/)
    assert.match(errors[0], /index out of bounds/)
  } finally {
    await browser.close()
  }
})
