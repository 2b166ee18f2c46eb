// Rules of the engine in JavaScript, beside digests of what the engine does in tests/sim/rules.rs.
import { test } from 'node:test'
import { ODD, rules, script } from './script.mjs'

test('vitals are those of the engine', async () => {
  const engine = await rules('vitals')
  const drawn = script()
  let [tracker, windows, slowest] = [{}, engine.sessionWindowsNew(), { list$: [] }]
  const estimate = engine.interactionCountEstimateNew()
  let now = 0
  for (let i = 0; i < 20_000; i++) {
    now += drawn.pick(900)
    const id = drawn.pick(30) * 7
    const number = drawn.pick(20) === 0 ? drawn.oneOf(ODD) : drawn.pick(40) / 8
    const what = drawn.pick(40)
    if (what === 0) [tracker, windows, slowest] = [{}, engine.sessionWindowsNew(), { list$: [] }]
    else if (what <= 8) {
      drawn.result(engine.sessionWindowsShift(windows, now, number))
      drawn.result(windows.score$)
    } else if (what <= 20) {
      const start = now - drawn.pick(3) * 8
      const duration = Number.isNaN(number) ? 0 : number * 64
      drawn.result(engine.slowestInteractionsEvent(slowest, id, start, duration))
    } else if (what <= 29) {
      const count = drawn.pick(9) === 0 ? number : drawn.pick(700)
      const inp = engine.slowestInteractionsInpOfView(slowest, count, drawn.pick(2) === 0)
      drawn.optional(inp?.id$)
      drawn.optional(inp?.duration$)
    } else if (what <= 34) {
      const wanted = drawn.pick(3) > 0
      drawn.optional(engine.trackerDelta(tracker, number, wanted))
    } else if (what <= 36) drawn.result(engine.ratingOf(number, 1, 2.5))
    else {
      engine.interactionCountEstimateNote(estimate, Number.isNaN(number) ? 0 : number * 7)
      drawn.result(engine.interactionCountEstimateCount(estimate))
    }
  }
  drawn.compare('vitals')
})

test('histograms are those of the engine', async () => {
  const engine = await rules('histogram')
  const drawn = script()
  for (let i = 0; i < 40; i++) {
    const histogram = engine.denseHistogramNew()
    const span = drawn.pick(60) + 1
    const lowest = drawn.pick(10)
    for (let n = drawn.pick(300); n > 0; n--) {
      let value = drawn.pick(1 << 20) / 1024
      for (let octaves = drawn.pick(span); octaves > 0; octaves--) value *= 2
      for (let i = 0; i < lowest; i++) value /= 8
      const what = drawn.pick(12)
      if (what === 0) value = drawn.oneOf(ODD)
      if (what === 1) value = 2 ** (drawn.pick(80) - 25)
      engine.denseHistogramRecord(histogram, value)
    }
    for (const member of ['sum$', 'min$', 'max$', 'zero$']) drawn.result(histogram[member])
    drawn.result(engine.denseHistogramScale(histogram))
    drawn.result(engine.denseHistogramOffset(histogram))
    const buckets = engine.denseHistogramBuckets(histogram)
    for (let bucket = 0; bucket < buckets; bucket++) drawn.result(engine.denseHistogramCount(histogram, bucket))
  }
  drawn.compare('histograms')
})
