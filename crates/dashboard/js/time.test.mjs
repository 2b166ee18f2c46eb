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
