// A bundle in a page of a real Chromium, with the finer clock that an isolated page has.
import { build } from 'esbuild'
import { chromium } from 'playwright-core'

export async function bundle(entryPoint, options) {
  const { outputFiles } = await build({
    bundle: true,
    define: { 'process.env.NODE_ENV': '"production"' },
    entryPoints: [entryPoint],
    format: 'esm',
    minify: true,
    target: 'es2022',
    write: false,
    ...options,
  })
  return outputFiles[0].text
}

export async function open(entryPoint) {
  const script = await bundle(entryPoint)
  const browser = await chromium.launch({
    executablePath: process.env.CHROME ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--js-flags=--expose-gc'],
  })
  const page = await browser.newPage()
  page.on('pageerror', (error) => {
    console.error(error)
    process.exitCode = 1
  })
  const headers = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }
  await page.route('https://bench.test/**', (route) =>
    route.request().url().endsWith('.js')
      ? route.fulfill({ headers, contentType: 'text/javascript', body: script })
      : route.fulfill({ headers, contentType: 'text/html', body: '<script type=module src=/page.js></script>' }),
  )
  await page.goto('https://bench.test/')
  return { browser, page }
}
