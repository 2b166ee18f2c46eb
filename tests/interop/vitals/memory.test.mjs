// The listeners of web vitals cannot be removed, so their memory must be bounded in a page that is open for long.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { ours } from './libraries.mjs'
import { browser } from './regressions.mjs'
import { World } from './world.mjs'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')

const METRICS = ['CLS', 'FCP', 'INP', 'LCP', 'TTFB']
const ROUNDS = 400
/** The entries that may be retained: ten interactions and ten frames with their entries, and the latest fifty resources. */
const MOST = 120

test(`after ${ROUNDS} rounds of entries only the slowest and the latest are retained`, async () => {
  const made = []
  const world = new World(ours, browser({ kept: 0 })[1], {})
  const add = world.page.timeline.add
  world.page.timeline.add = function (entry) {
    made.push(new WeakRef(entry))
    return add.call(this, entry)
  }
  for (const name of METRICS)
    for (const reportAllChanges of [false, true]) await world.perform(['on', name, { reportAllChanges }])
  await world.perform(['paint', 'first-contentful-paint'])
  for (let round = 1; round <= ROUNDS; round++) {
    const at = { interactionId: round * 7, duration: 40 + (round % 9) * 8, target: 'button', counts: 1 }
    await world.perform(['frame', { duration: 80, scripts: [{ duration: 60 }] }])
    await world.perform(['event', { ...at, name: 'pointerdown' }])
    await world.perform(['event', { ...at, interactionId: 0, name: 'pointerenter' }])
    await world.perform(['shift', { value: 1 / 1024, sources: ['image'] }])
    await world.perform(['lcp', { element: 'image', url: 'https://site.example/a.png' }])
    await world.perform(['resource', { url: `https://site.example/${round}.png`, duration: 8 }])
    await world.perform(['wait', 6000])
    if (round % 150 === 0) await world.perform(['restore', { away: 10 }])
  }
  collect()
  // A WeakRef keeps its target alive until the end of the task in which it was created.
  await new Promise((resolve) => setTimeout(resolve))
  collect()
  const held = made.filter((ref) => ref.deref()).map((ref) => ref.deref().entryType)
  assert.ok(made.length > ROUNDS * 5)
  // The world itself must not be collected.
  assert.ok(world.takeReports().size > 0)
  assert.ok(
    held.length <= MOST,
    `${held.length}: ${[...new Set(held)].map((type) => `${type} ${held.filter((one) => one === type).length}`)}`,
  )
})
