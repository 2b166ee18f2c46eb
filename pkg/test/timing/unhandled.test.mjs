// Who aborts calls on purpose need not catch what they reject with: Node would end the process for it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { batch, debounceAsync, rateLimit, throttleAsync } from 'whippet/timing'
import { settled } from './clock.mjs'

const kinds = {
  batch: (options) => batch((items) => items, options),
  debounceAsync: (options) => debounceAsync(async () => {}, 5, options),
  rateLimit: (options) => rateLimit(async () => {}, { limit: 1, interval: 5, ...options }),
  throttleAsync: (options) => throttleAsync(async () => {}, 5, options),
}

for (const [name, create] of Object.entries(kinds)) {
  test(`${name}: calls before and after an abort are rejected, and never reported as unhandled`, async () => {
    const reported = []
    const report = (error) => reported.push(error)
    process.on('unhandledRejection', report)
    const controller = new AbortController()
    const call = create({ signal: controller.signal })
    // Of the limited calls the first one runs.
    const waiting = [call(1), call(2)].at(-1)
    controller.abort()
    const late = call(3)
    await settled()
    process.off('unhandledRejection', report)
    assert.deepEqual(reported, [])
    await assert.rejects(waiting, { name: 'AbortError' })
    await assert.rejects(late, { name: 'AbortError' })
  })
}
