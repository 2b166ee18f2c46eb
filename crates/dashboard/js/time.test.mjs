// Run with `node --test crates/dashboard/js/time.test.mjs`.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatMoment, formatTick, isOfAnotherYear } from './time.js'

const DAY = 86_400_000
const thisYear = new Date().getFullYear()

test('a date of another year has its year', () => {
  const before = new Date(thisYear - 1, 10, 28, 14, 2).getTime()
  assert.ok(isOfAnotherYear(before))
  assert.match(formatTick(before, DAY), new RegExp(String(thisYear - 1)))
  assert.match(formatMoment(before, false), new RegExp(`${thisYear - 1}.*14:02`))
})

test('a date of this year has none', () => {
  const time = new Date(thisYear, 5, 3, 14, 2).getTime()
  assert.ok(!isOfAnotherYear(time))
  assert.doesNotMatch(formatTick(time, DAY), new RegExp(String(thisYear)))
  assert.doesNotMatch(formatMoment(time, false), new RegExp(String(thisYear)))
})

test('a time is written as in tables, in any language', () => {
  const time = new Date(thisYear - 1, 8, 3, 4, 5, 6).getTime()
  assert.equal(formatMoment(time, false), `3 Sep ${thisYear - 1} 04:05`)
  assert.equal(formatMoment(time, true), `3 Sep ${thisYear - 1} 04:05:06`)
  assert.equal(formatTick(time, 60_000), '04:05')
  assert.equal(formatTick(time, 1000), '04:05:06')
  assert.equal(formatTick(time, DAY), `3 Sep ${thisYear - 1}`)
  assert.equal(formatTick(new Date(thisYear, 0, 31).getTime(), 60_000), '31 Jan')
})
