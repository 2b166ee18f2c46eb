// Bytes on the wire, by entries of Resource Timing that the test makes.
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { deltaFetch, stats } from 'whippet/json/delta'

let tell
globalThis.PerformanceObserver = class {
  static supportedEntryTypes = ['resource']
  constructor(listener) {
    tell = (...entries) => listener({ getEntries: () => entries })
  }
  observe() {}
}
globalThis.fetch = async () => new Response('[]')

const entry = (name, encodedBodySize, transferSize = encodedBodySize + 300) => ({ name, encodedBodySize, transferSize })
let before = 0
beforeEach(() => (before = stats().wire ?? 0))

test('nothing is known before the first fetch; then what comes from its address counts', async () => {
  assert.equal(stats().wire, undefined)
  await deltaFetch('https://a.test/rows#there')
  assert.equal(stats().wire, 0)
  await deltaFetch('https://a.test/rows')
  tell(entry('https://a.test/rows', 217), entry('https://a.test/app.js', 9000))
  assert.equal(stats().wire, 217)
  tell(entry('https://a.test/rows#there', 100), entry('https://a.test/other', 5000))
  assert.equal(stats().wire, 317)
})

test('of a 304, and of a body from the cache, nothing was transferred', async () => {
  for (const transferred of [300, 0]) {
    await deltaFetch('https://a.test/same')
    tell(entry('https://a.test/same', 90_000, transferred))
  }
  assert.equal(stats().wire, before)
})

test('only the latest addresses are known', async () => {
  for (let i = 0; i < 1000; i++) await deltaFetch(`https://a.test/${i}`)
  tell(entry('https://a.test/0', 1000), entry('https://a.test/999', 10))
  assert.equal(stats().wire, before + 10)
})
