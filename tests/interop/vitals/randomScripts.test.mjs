// Plays random scripts on web-vitals and on whippet/rum: every report must be the same. SEEDS: how many; FROM: the first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shrink } from '../query/compare.mjs'
import { difference, report } from './compare.mjs'
import { ours, theirs } from './libraries.mjs'
import { regressions } from './regressions.mjs'
import { scriptOf } from './script.mjs'

const { SEEDS = '2000', FROM = '1' } = process.env

/** The first of `count` scripts on which the two differ, shortened; `undefined` if there is none. */
async function firstDifference(libraries, from, count, onPlayed) {
  for (let seed = from; seed < from + count; seed++) {
    const [browser, ...steps] = scriptOf(seed)
    const compare = (steps, onPlayed) => difference(libraries, [browser, ...steps], onPlayed)
    if (!(await compare(steps, onPlayed))) continue
    const shortest = await shrink(steps, async (steps) => !!(await compare(steps)))
    return { length: shortest.length, text: `seed ${seed}\n${report([browser, ...shortest], await compare(shortest))}` }
  }
}

for (const [name, script] of Object.entries(regressions)) {
  test(name, async () => {
    const found = await difference([theirs, ours], script)
    assert.ok(!found, found && report(script, found))
  })
}

/** How often web-vitals reported each metric with each navigation type. */
const seen = new Map()

test(`both libraries report the same for ${SEEDS} random scripts`, async () => {
  const note = (line) => {
    const kind = [/ name: "(\w+)"/, /navigationType: "([\w-]+)"/].map((part) => part.exec(line)?.[1]).join(' ')
    seen.set(kind, (seen.get(kind) ?? 0) + 1)
  }
  const found = await firstDifference([theirs, ours], Number(FROM), Number(SEEDS), (steps) =>
    steps.flatMap((reports) => [...reports.values()].flat()).forEach(note),
  )
  assert.ok(!found, found?.text)
})

test('the random scripts produce every metric with every navigation type', { skip: SEEDS < 1000 && 'too few scripts' }, () => {
  const types = ['navigate', 'reload', 'back-forward', 'back-forward-cache', 'prerender', 'restore', 'soft-navigation']
  for (const name of ['CLS', 'FCP', 'INP', 'LCP', 'TTFB']) {
    for (const type of types) assert.ok(seen.get(`${name} ${type}`) > 0, `${name} ${type}: ${seen.get(`${name} ${type}`)}`)
  }
})

test('a library that ignores an option is detected by a short script', async () => {
  const ignoringOption = (load) => (window) => {
    const library = load(window)
    return { ...library, onLCP: (callback, opts) => library.onLCP(callback, { ...opts, reportAllChanges: false }) }
  }
  const wrong = { plain: ignoringOption(ours.plain), attributed: ignoringOption(ours.attributed) }
  const found = await firstDifference([theirs, wrong], 1, 200)
  assert.ok(found?.length <= 4, found?.text)
})
