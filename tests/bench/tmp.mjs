import { build } from 'esbuild'
import { chromium } from 'playwright-core'
const { outputFiles } = await build({ bundle: true, define: { 'process.env.NODE_ENV': '"production"' }, entryPoints: [new URL('tmp-page.js', import.meta.url).pathname], format: 'esm', minify: true, target: 'es2022', write: false })
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--js-flags=--expose-gc'] })
const page = await browser.newPage()
page.on('pageerror', (e) => console.error(e))
page.on('console', (e) => console.log(e.text()))
const headers = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }
await page.route('https://bench.test/**', (r) => r.request().url().endsWith('.js') ? r.fulfill({ headers, contentType: 'text/javascript', body: outputFiles[0].text }) : r.fulfill({ headers, contentType: 'text/html', body: '<script type=module src=/page.js></script>' }))
await page.goto('https://bench.test/')
for (const n of process.argv.slice(2)) console.log(+n ? await page.evaluate((n) => run(n), +n) : await page.evaluate((n) => prof(n), n))
await browser.close()
