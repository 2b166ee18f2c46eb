// Nobody can stop these listeners: a page that lives long must not grow with what happens in it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { ours } from './libraries.mjs'
import { browser } from './remembered.mjs'
import { World } from './world.mjs'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')

const METRICS = ['CLS', 'FCP', 'INP', 'LCP', 'TTFB']
const ROUNDS = 400
/** What may be held at a time: ten interactions and ten frames with their entries, and the latest fifty resources. */
const MOST = 120

test(`of ${ROUNDS} rounds of events, frames, shifts, paints and resources, only the worst and the latest are held`, async () => {
  const made = []
  const world = new World(ours, browser({ kept: 0 })[1], {})
  const add = world.page.timeline.add
  world.page.timeline.add = function (entry) {
    made.push(new WeakRef(entry))
    return add.call(this, entry)
  }
  for (const name of METRICS) for (const reportAllChanges of [false, true]) await world.does(['on', name, { reportAllChanges }])
  await world.does(['paint', 'first-contentful-paint'])
  for (let round = 1; round <= ROUNDS; round++) {
    const at = { interactionId: round * 7, duration: 40 + (round % 9) * 8, target: 'button', counts: 1 }
    await world.does(['frame', { duration: 80, scripts: [{ duration: 60 }] }])
    await world.does(['event', { ...at, name: 'pointerdown' }])
    await world.does(['event', { ...at, interactionId: 0, name: 'pointerenter' }])
    await world.does(['shift', { value: 1 / 1024, sources: ['image'] }])
    await world.does(['lcp', { element: 'image', url: 'https://site.example/a.png' }])
    await world.does(['resource', { url: `https://site.example/${round}.png`, duration: 8 }])
    await world.does(['wait', 6000])
    if (round % 150 === 0) await world.does(['restore', { away: 10 }])
  }
  collect()
  // A WeakRef holds what it was made of until the task is over.
  await new Promise((resolve) => setTimeout(resolve))
  collect()
  const held = made.filter((ref) => ref.deref()).map((ref) => ref.deref().entryType)
  assert.ok(made.length > ROUNDS * 5)
  // The page is still there.
  assert.ok(world.look().size > 0)
  assert.ok(held.length <= MOST, `${held.length}: ${[...new Set(held)].map((type) => `${type} ${held.filter((one) => one === type).length}`)}`)
})
