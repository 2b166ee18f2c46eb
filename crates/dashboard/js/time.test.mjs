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

test('a day without a midnight has a tick of its own', () => {
  const zone = process.env.TZ
  // On 4 November 2018 clocks in Brazil went from 00:00, three hours behind UTC then, to 01:00.
  process.env.TZ = 'America/Sao_Paulo'
  try {
    const ticks = [Date.UTC(2018, 10, 3, 3), Date.UTC(2018, 10, 4, 2), Date.UTC(2018, 10, 5, 2)]
    assert.deepEqual(
      ticks.map((tick) => formatTick(tick, DAY)),
      ['3 Nov 2018', '4 Nov 2018', '5 Nov 2018'],
    )
  } finally {
    if (zone === undefined) delete process.env.TZ
    else process.env.TZ = zone
  }
})
