// The intentional differences that docs/rum.md lists.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ours, theirs } from './libraries.mjs'
import { browser } from './regressions.mjs'
import { scriptOf } from './script.mjs'
import { play } from './world.mjs'

const click = ['event', { duration: 104, interactionId: 7, target: 'button' }]

/** The reports to the only callback, as text. */
async function reports(library, script) {
  return (await play(library, script)).flatMap((seen) =>
    [...seen.entries()].flatMap(([callback, lines]) => (callback === 'errors' ? [] : lines)),
  )
}

/** Asserts that we report one value for `script`, and web-vitals none. */
async function reportsOneMore(script, value) {
  assert.deepEqual(await reports(theirs, script), [])
  const [only, ...more] = await reports(ours, script)
  assert.match(only, new RegExp(` value: ${value}[,}]`))
  assert.deepEqual(more, [])
}

test('a click that waits for an idle period is reported when the page is hidden', () =>
  reportsOneMore([browser({ library: 'plain' }), ['on', 'INP'], ['busy', true], click, ['wait', 250], ['hide', 'leave']], 104))

test('a paint that was not delivered is reported when the page is hidden', () =>
  reportsOneMore([browser({ library: 'plain' }), ['on', 'LCP'], ['lcp', { back: 20 }], ['hide', 'leave']], 80))

test('a page that is unloaded without visibilitychange reports', () =>
  reportsOneMore([browser({ library: 'plain' }), ['on', 'INP'], click, ['wait', 250], ['hide', 'unsaid']], 104))

test('a long animation frame that was not delivered is part of the attribution', async () => {
  const script = [
    browser(),
    ['on', 'INP'],
    ['frame', { duration: 104 }],
    ['event', { back: 104, duration: 104, interactionId: 7 }],
    ['hide', 'tab'],
  ]
  const [report] = await reports(ours, script)
  assert.match(report, /longAnimationFrameEntries: \[long-animation-frame#1\]/)
})

/** Replaces the options of each listener in a script by `change(options)`. */
const listeners = (script, change) => script.map((step) => (step[0] === 'on' ? ['on', step[1], change(step[2])] : step))

test('listeners that throw get the same reports, and so do all others', async () => {
  let failures = 0
  for (let seed = 1; seed <= 300; seed++) {
    const script = listeners(scriptOf(seed), ({ generateTarget, ...opts }) => opts)
    const failing = listeners(script, (opts) => ({ ...opts, throws: true, generateTarget: 'throws' }))
    const [calm, stormy] = [await play(ours, script), await play(ours, failing)]
    const count = (steps) => steps.reduce((sum, seen) => sum + (seen.get('errors')?.length ?? 0), 0)
    assert.equal(count(calm), 0)
    failures += count(stormy)
    calm.forEach((seen, step) => {
      stormy[step].delete('errors')
      assert.deepEqual([...stormy[step]], [...seen], `seed ${seed}, step ${step}: ${JSON.stringify(script[step + 1])}`)
    })
  }
  assert.ok(failures > 500, `${failures}`)
})
