// A real Chromium, pages that must not report errors, and pictures of what was seen.
import { chromium } from 'playwright-core'
import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where the servers of this run are; `cargo xtask test` starts them. */
export const demo = process.env.WHIPPET_DEMO ?? 'http://127.0.0.1:7301'
export const collector = process.env.WHIPPET_COLLECTOR ?? 'http://127.0.0.1:7300'

/** How long a step may take, ms: a busy machine takes twenty times as long as an idle one, and only what fails takes all of it. */
export const PATIENCE = 60_000

const out = path.join(path.dirname(fileURLToPath(import.meta.url)), 'out')

export const executable = process.env.CHROME ?? '/usr/bin/chromium'

/** As root in a container and on a closed network. */
export const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Chromium. */
export function launch(options = {}) {
  return chromium.launch({ ...options, executablePath: executable, args: flags })
}

/**
 * A page in a context of its own. `page.faults` gathers uncaught errors and console errors; a test that
 * expects none calls `noFaults(page)`. A page whose images the server holds never fires `load`: it needs
 * `waitUntil: 'domcontentloaded'`.
 */
export async function open(browser, url, options = {}) {
  const { script, waitUntil = 'load', ...context } = options
  const scope = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...context })
  scope.setDefaultTimeout(PATIENCE)
  const page = await scope.newPage()
  page.faults = []
  page.on('pageerror', (error) => page.faults.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error') page.faults.push(message.text())
  })
  if (script) await page.addInitScript(script)
  await page.goto(url, { waitUntil })
  return page
}

export function noFaults(page) {
  assert.deepEqual(page.faults, [])
}

/** Waits until the browser has told of a largest contentful paint: after the first input it tells of none any more. */
export async function painted(page) {
  await page.evaluate(() => {
    const observer = new PerformanceObserver(() => (globalThis.hasPainted = true))
    observer.observe({ type: 'largest-contentful-paint', buffered: true })
  })
  await page.waitForFunction(() => globalThis.hasPainted)
}

/** A picture of the page, in tests/e2e/out. */
export async function picture(page, name) {
  await mkdir(out, { recursive: true })
  await page.screenshot({ path: path.join(out, `${name}.png`) })
}

/** Asks `probe` until it gives something true, or fails after `ms`. */
export async function eventually(what, probe, ms = PATIENCE) {
  const until = Date.now() + ms
  for (;;) {
    const value = await probe()
    if (value) return value
    if (Date.now() > until) assert.fail(`not within ${ms} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** The value of one series of a Prometheus text, or 0. */
export function metric(text, series) {
  const line = text.split('\n').find((line) => line.startsWith(`${series} `))
  return line ? Number(line.slice(series.length + 1)) : 0
}
