// `whippet/timing` beside its peers, in one page of a real Chromium: calls per second. The ratio is a library's by the first
// peer's: above 1, it is faster. A case in which ours is slower than the fastest peer is measured again, and fails if it is
// slower then, too, by more than the noise of a machine that does nothing else.
//
//     node tests/bench/pace.mjs [part of a case's name]
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { open } from './chromium.mjs'

const ROUNDS = 21
/** Two measurements of the same code differ by as much. */
const NOISE = 0.05
const here = path.dirname(fileURLToPath(import.meta.url))
const part = process.argv[2] ?? ''

const { browser, page } = await open(path.join(here, 'pace/page.js'))
try {
  const names = (await page.evaluate(() => globalThis.names)).filter((name) => name.includes(part))

  console.log(`Chromium ${browser.version()}, medians of ${ROUNDS} interleaved rounds, million calls per second`)
  for (const name of names) {
    const failed = (await isSlower(name)) && (await isSlower(name))
    if (failed) process.exitCode = 1
  }
} finally {
  await browser.close()
}

/** Measures a case and prints it; whether ours is slower than the fastest peer. */
async function isSlower(name) {
  const rows = await page.evaluate(([name, rounds]) => globalThis.measure(name, rounds), [name, ROUNDS])
  const fastest = Math.max(...rows.filter(({ library }) => library !== 'whippet').map(({ ratio }) => ratio))
  console.log(`\n${name}`)
  let isBelow = false
  for (const { library, ms, ratio } of rows) {
    const below = library === 'whippet' && ratio < fastest * (1 - NOISE)
    isBelow ||= below
    const note = below ? `  ${(ratio / fastest).toFixed(2)} of the fastest` : ''
    console.log(`  ${library.padEnd(16)}${(1 / ms / 1000).toFixed(2).padStart(9)}${ratio.toFixed(2).padStart(9)}${note}`)
  }
  return isBelow
}
