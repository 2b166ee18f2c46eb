// `whippet/query` beside @tanstack/query-core, in one page of a real Chromium. The ratio is query-core's time
// by ours: above 1, ours is faster. Times depend on the machine, so nothing here fails because of them.
//
//     node tests/bench/query.mjs [part of a case's name]
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { open } from './chromium.mjs'

const ROUNDS = 9
const here = path.dirname(fileURLToPath(import.meta.url))
const part = process.argv[2] ?? ''

const { browser, page } = await open(path.join(here, 'query/page.js'))
try {
  const names = (await page.evaluate(() => globalThis.names)).filter((name) => name.includes(part))

  console.log(`Chromium ${browser.version()}, medians of ${ROUNDS} interleaved rounds\n`)
  row('', 'query-core', 'whippet', 'ratio')
  for (const name of names) {
    const { core, whippet, goal, timers } = await page.evaluate(
      ([name, rounds]) => globalThis.measure(name, rounds),
      [name, ROUNDS],
    )
    const ratio = core / whippet
    const below = goal && ratio < goal ? `  below ${goal}` : ''
    row(name, time(core), time(whippet), ratio.toFixed(ratio < 10 ? 2 : 0), below)
    if (timers) row('  timers it leaves armed', timers.core, timers.whippet, '')
  }
} finally {
  await browser.close()
}

function row(name, core, whippet, ratio, note = '') {
  const cells = [core, whippet, ratio].map((cell) => String(cell).padStart(11))
  console.log(name.padEnd(44) + cells.join('') + note)
}

function time(ms) {
  return ms < 1 ? `${(ms * 1000).toFixed(2)} µs` : `${ms.toFixed(2)} ms`
}
