// `whippet/timing` beside its peers, in one page of a real Chromium: calls per second. The ratio is ours by the
// first peer's: above 1, ours is faster. Times depend on the machine, so nothing here fails because of them.
//
//     node tests/bench/pace.mjs [part of a case's name]
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { open } from './chromium.mjs'

const ROUNDS = 21
const here = path.dirname(fileURLToPath(import.meta.url))
const part = process.argv[2] ?? ''

const { browser, page } = await open(path.join(here, 'pace/page.js'))
try {
  const names = (await page.evaluate(() => globalThis.names)).filter((name) => name.includes(part))

  console.log(`Chromium ${browser.version()}, medians of ${ROUNDS} interleaved rounds, million calls per second`)
  for (const name of names) {
    const { rows, goal } = await page.evaluate(([name, rounds]) => globalThis.measure(name, rounds), [name, ROUNDS])
    console.log(`\n${name}`)
    for (const { library, ms, ratio } of rows) {
      const below = library === 'whippet' && goal && ratio < goal ? `  below ${goal}` : ''
      console.log(`  ${library.padEnd(16)}${(1 / ms / 1000).toFixed(2).padStart(9)}${ratio.toFixed(2).padStart(9)}${below}`)
    }
  }
} finally {
  await browser.close()
}
