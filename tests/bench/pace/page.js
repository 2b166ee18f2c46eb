// Measures all libraries alternately in one page.
import { cases } from './cases.js'

/** A round of a case takes at least so long, in ms, so that the clock's grain does not count. */
const ROUND = 25

/** Runs one round of a case; returns ms per run. */
async function round(one, library, n) {
  const { run, end } = await one.libraries[library]()
  await run(Math.min(n, one.unit ?? 50))
  globalThis.gc?.()
  const began = performance.now()
  const running = run(n)
  if (running) await running
  const ms = performance.now() - began
  end?.()
  await new Promise((resolve) => setTimeout(resolve))
  return { ms: ms / n, total: ms }
}

/** Finds the number of runs that make a round long enough. */
async function enough(one, library) {
  const most = one.most ?? 10_000_000
  for (let n = one.unit ?? 1000; ; n *= 4) {
    const { total } = await round(one, library, Math.min(n, most))
    if (n >= most) return most
    if (total >= ROUND) return n
  }
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]

globalThis.names = cases.map(({ name }) => name)

/**
 * Measures a case. The libraries take turns to begin a round. Returns, by library, the medians of ms per run and of the
 * ratio to the first library. The ratio is computed per round, because a busy machine slows whole rounds.
 */
globalThis.measure = async (name, rounds) => {
  const one = cases.find((one) => one.name === name)
  const libraries = Object.keys(one.libraries)
  const counts = {}
  for (const library of libraries) counts[library] = await enough(one, library)
  const found = Object.fromEntries(libraries.map((library) => [library, []]))
  for (let i = 0; i < rounds; i++) {
    const first = i % libraries.length
    const order = [...libraries.slice(first), ...libraries.slice(0, first)]
    for (const library of order) found[library].push((await round(one, library, counts[library])).ms)
  }
  const rows = libraries.map((library) => ({
    library,
    ms: median(found[library]),
    ratio: median(found[library].map((ms, i) => found[libraries[0]][i] / ms)),
  }))
  return rows
}
