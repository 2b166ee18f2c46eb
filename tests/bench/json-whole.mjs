// A refetched JSON body the whole way, in a page of a real Chromium: from a `Response`, through the query cache, to the
// observer's result. `whippet/json` beside `response.json()` in query-core with structural sharing, and beside what nobody can
// do without, the limit: reading that body by `arrayBuffer()`. A ratio is the peer's time by ours: above 1, ours is faster.
// Values that differ, or parts that lose an identity which query-core keeps, are failures; times are not, as they depend on
// the machine.
//
//     node tests/bench/json-whole.mjs [part of a case's name]
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundle, open } from './chromium.mjs'

const ROUNDS = Number(process.env.ROUNDS ?? 7)
const here = path.dirname(fileURLToPath(import.meta.url))
const part = process.argv[2] ?? ''

const { browser, page } = await open(path.join(here, 'json/whole/page.js'))
const react = (entry, options) => bundle(path.join(here, 'json/react', entry), { format: 'iife', jsx: 'automatic', ...options })
try {
  console.log(`Chromium ${browser.version()}, medians of ${ROUNDS} interleaved rounds`)
  row('', 'bytes', 'query-core', 'whippet', 'limit', 'ours/limit', 'core/limit', '×fastest', '×query-core')
  await page.waitForFunction(() => globalThis.measure)
  const cases = (await page.evaluate(() => globalThis.cases)).filter(({ name }) => name.includes(part))
  for (const one of cases) {
    const { ms, fastest, bytes, floor } = await page.evaluate(([one, rounds]) => globalThis.measure(one, rounds), [one, ROUNDS])
    const ratio = ms.core / ms.whippet
    const ratios = [ms.whippet / ms.limit, ms.core / ms.limit, fastest.core / fastest.whippet, ratio].map(factor)
    row(
      one.name,
      bytes,
      ...[ms.core, ms.whippet, ms.limit].map(time),
      ...ratios,
      `${ratio < floor ? 'BELOW' : 'at least'} ${floor}`,
    )
  }

  for (const content of [
    await react('core.jsx'),
    await react('whippet.jsx', { alias: { '@tanstack/query-core': 'whippet/query' } }),
    await react('page.js'),
  ]) {
    await page.addScriptTag({ content })
  }
  const trees = (await page.evaluate(() => globalThis.trees.orders)).filter((name) => `React: ${name}`.includes(part))
  if (trees.length > 0) {
    console.log('\nUntil a React tree of 1000 memoized rows has settled, and how many rows it rendered')
    row('', 'rows', 'query-core', 'rows', 'whippet', '', '', '', '×query-core')
  }
  for (const name of trees) {
    const { core, whippet } = await page.evaluate(
      ([name, rounds]) => globalThis.measureTree('orders', name, rounds),
      [name, ROUNDS],
    )
    row(
      `React: ${name}`,
      count(core.renders),
      time(core.ms),
      count(whippet.renders),
      time(whippet.ms),
      '',
      '',
      '',
      factor(core.ms / whippet.ms),
    )
  }
} finally {
  await browser.close()
}

function row(name, ...cells) {
  const note = cells.length > 8 ? `  ${cells.pop()}` : ''
  console.log(name.padEnd(54) + cells.map((cell) => String(cell).padStart(12)).join('') + note)
}

/** Rows per refetch. */
function count(renders) {
  return Number(renders.toFixed(1))
}

function factor(ratio) {
  return ratio.toFixed(ratio < 10 ? 2 : 0)
}

function time(ms) {
  return ms < 1 ? `${(ms * 1000).toFixed(0)} µs` : `${ms.toFixed(2)} ms`
}
