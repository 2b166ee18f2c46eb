// Random scripts on web-vitals and on whippet/rum: every report must be the same. SEEDS says how many, FROM which.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shrink } from '../query/compare.mjs'
import { difference, report } from './compare.mjs'
import { ours, theirs } from './libraries.mjs'
import { remembered } from './remembered.mjs'
import { scriptOf } from './script.mjs'
import { play } from './world.mjs'

const { SEEDS = '2000', FROM = '1' } = process.env

/** The first of `count` scripts that parts the two, as short as can be; `undefined` where none does. */
async function firstParting(libraries, from, count) {
  for (let seed = from; seed < from + count; seed++) {
    const [browser, ...steps] = scriptOf(seed)
    const parts = (steps) => difference(libraries, [browser, ...steps])
    if (!(await parts(steps))) continue
    const shortest = await shrink(steps, async (steps) => !!(await parts(steps)))
    return { length: shortest.length, text: `seed ${seed}\n${report([browser, ...shortest], await parts(shortest))}` }
  }
}

for (const [name, script] of Object.entries(remembered)) {
  test(name, async () => {
    const parting = await difference([theirs, ours], script)
    assert.ok(!parting, parting && report(script, parting))
  })
}

test(`whatever happens in a page, both report the same: ${SEEDS} scripts`, async () => {
  const parting = await firstParting([theirs, ours], Number(FROM), Number(SEEDS))
  assert.ok(!parting, parting?.text)
})

test('the scripts make all five metrics of all kinds of page views, and much of them', async () => {
  const seen = new Map()
  for (let seed = 1; seed <= 1000; seed++) {
    for (const reports of await play(theirs, scriptOf(seed))) {
      for (const line of [...reports.values()].flat()) {
        const kind = [/ name: "(\w+)"/, /navigationType: "([\w-]+)"/].map((part) => part.exec(line)?.[1]).join(' ')
        seen.set(kind, (seen.get(kind) ?? 0) + 1)
      }
    }
  }
  const types = ['navigate', 'reload', 'back-forward', 'back-forward-cache', 'prerender', 'restore', 'soft-navigation']
  for (const name of ['CLS', 'FCP', 'INP', 'LCP', 'TTFB']) {
    for (const type of types) assert.ok(seen.get(`${name} ${type}`) > 0, `${name} ${type}: ${seen.get(`${name} ${type}`)}`)
  }
})

test('a library that takes no heed of an option is found out, by a short script', async () => {
  const heedless = (load) => (window) => {
    const library = load(window)
    return { ...library, onLCP: (callback, opts) => library.onLCP(callback, { ...opts, reportAllChanges: false }) }
  }
  const wrong = { plain: heedless(ours.plain), attributed: heedless(ours.attributed) }
  const parting = await firstParting([theirs, wrong], 1, 200)
  assert.ok(parting?.length <= 4, parting?.text)
})
