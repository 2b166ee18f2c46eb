import assert from 'node:assert/strict'
import { test } from 'node:test'
import { batch, stats } from 'whippet/timing'
import { clock, onMockClock, outcome, settled } from './clock.mjs'

onMockClock()

/** Doubles numbers, and notes what it was asked for. */
function doubling(options) {
  const asked = []
  const load = batch(async (items) => {
    asked.push(items)
    return items.map((n) => n * 2)
  }, options)
  return { asked, load }
}

test('what is asked for in a turn is fetched together, in order', async () => {
  const { asked, load } = doubling()
  assert.deepEqual(await Promise.all([load(1), load(2), load(3)]), [2, 4, 6])
  assert.deepEqual(asked, [[1, 2, 3]])
})

test('what promises of the same turn lead to is in it too', async () => {
  const { asked, load } = doubling()
  const results = [load(1), Promise.resolve().then(() => load(2)), (async () => (await null, await null, load(3)))()]
  assert.deepEqual(await Promise.all(results), [2, 4, 6])
  assert.deepEqual(asked, [[1, 2, 3]])
  assert.deepEqual(await Promise.all([load(4)]), [8])
  assert.equal(asked.length, 2)
})

test('equal keys share a place and a promise, within a batch', async () => {
  const { asked, load } = doubling()
  assert.equal(load(1), load(1))
  await load(1)
  await load(1)
  assert.deepEqual(asked, [[1], [1]])
  const byId = []
  const find = batch((items) => (byId.push(items), items.map(({ id }) => `found ${id}`)), { key: ({ id }) => id })
  assert.deepEqual(await Promise.all([find({ id: 7 }), find({ id: 8 }), find({ id: 7 })]), ['found 7', 'found 8', 'found 7'])
  assert.equal(byId[0].length, 2)
})

test('a full batch goes at once', async () => {
  const { asked, load } = doubling({ maxSize: 2, maxWait: 1000 })
  const results = [load(1), load(2), load(3)]
  assert.deepEqual(asked, [[1, 2]])
  assert.equal(load.pending(), 1)
  clock.tick(999)
  assert.equal(asked.length, 1)
  clock.tick(1)
  assert.deepEqual(asked, [[1, 2], [3]])
  assert.deepEqual(await Promise.all(results), [2, 4, 6])
})

test('maxWait counts from the first item', async () => {
  const { asked, load } = doubling({ maxWait: 20 })
  load(1)
  clock.tick(15)
  load(2)
  await settled()
  assert.equal(asked.length, 0)
  clock.tick(5)
  assert.deepEqual(asked, [[1, 2]])
})

test('an Error in a place rejects that item', async () => {
  const load = batch((items) => items.map((n) => (n === 2 ? new RangeError('two') : n)))
  const [one, two, three] = await Promise.allSettled([load(1), load(2), load(3)])
  assert.deepEqual([one.value, two.reason.message, three.value], [1, 'two', 3])
})

for (const [what, fn, message] of [
  ['a result that is too short', () => [1], /given 2 items and gave 1 results/],
  ['a result that is too long', async () => [1, 2, 3], /given 2 items and gave 3 results/],
  ['no array', () => new Map(), /must return an array/],
  ['nothing', () => {}, /must return an array/],
  ['a throw', () => { throw new TypeError('mine') }, /mine/],
  ['a rejection', async () => { throw new TypeError('mine') }, /mine/],
]) {
  test(`${what} rejects all of the batch`, async () => {
    const load = batch(fn)
    const results = await Promise.allSettled([load(1), load(2)])
    for (const { reason } of results) assert.ok(reason instanceof TypeError && message.test(reason.message), reason)
    assert.equal(load.pending(), 0)
  })
}

test('flush fetches now, cancel gives up', async () => {
  const { asked, load } = doubling({ maxWait: 1000 })
  load.flush()
  const flushed = load(1)
  load.flush()
  assert.deepEqual(asked, [[1]])
  assert.deepEqual(await outcome(flushed), { value: 2 })
  const cancelled = load(2)
  load.cancel()
  assert.deepEqual(await outcome(cancelled), { error: 'AbortError' })
  clock.tick(2000)
  assert.equal(asked.length, 1)
  const after = load(3)
  clock.tick(1000)
  assert.deepEqual(await outcome(after), { value: 6 })
})

test('an aborted signal rejects what waits and what comes', async () => {
  const controller = new AbortController()
  const { asked, load } = doubling({ signal: controller.signal })
  const waiting = load(1)
  controller.abort('gone')
  assert.deepEqual(await outcome(waiting), { error: 'gone' })
  assert.deepEqual(await outcome(load(2)), { error: 'gone' })
  assert.equal(asked.length, 0)
})

test('the function may ask again, for the next batch', async () => {
  const asked = []
  const load = batch((items) => {
    asked.push(items)
    return items.map((n) => (n < 3 ? load(n + 1) : n))
  })
  assert.equal(await load(1), 3)
  assert.deepEqual(asked, [[1], [2], [3]])
})

test('stats count items and batches', async () => {
  const before = stats()
  const { load } = doubling()
  await Promise.all([load(1), load(1), load(2)])
  const after = stats()
  assert.deepEqual([after.calls - before.calls, after.invocations - before.invocations], [3, 1])
})

test('options that cannot be are refused', () => {
  const no = (options, message) => assert.throws(() => batch(() => [], options), { name: 'TypeError', message })
  assert.throws(() => batch(), { name: 'TypeError', message: /Expected a function/ })
  no({ maxSize: 0 }, /`maxSize`/)
  no({ maxSize: 1.5 }, /`maxSize`/)
  no({ maxWait: -1 }, /`maxWait`/)
  no({ maxWait: NaN }, /`maxWait`/)
  no({ key: 'id' }, /key/)
  no({ signal: {} }, /AbortSignal/)
})
