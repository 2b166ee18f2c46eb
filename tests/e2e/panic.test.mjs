// A panic in a development build says in the console what went wrong and where.
import { build } from 'esbuild'
import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { eventually, launch } from './browser.mjs'

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..')
const wasm = process.env.WHIPPET_DEV_WASM ?? path.join(root, 'target/dev-wasm/pacer')

test('a panic reaches console.error with its message', async () => {
  const { outputFiles } = await build({
    bundle: true,
    format: 'esm',
    // The glue can also fetch its wasm; here it is not asked to.
    logLevel: 'error',
    stdin: {
      contents: `
        import { initSync, pace_set } from '${wasm}/whippet_npm.js'
        import hex from '${wasm}/hex.js'
        import { bytesFromHex } from '${root}/pkg/src/bareModule.ts'
        initSync({ module: new WebAssembly.Module(bytesFromHex(hex())) })
        try {
          pace_set(0, Infinity) // It would never expire.
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
    await eventually('an error in the console', () => errors.length)
    assert.equal(errors.length, 1)
    assert.match(errors[0], /panicked at .*timers\.rs:\d+/)
    assert.match(errors[0], /a deadline that never comes/)
  } finally {
    await browser.close()
  }
})
