import assert from 'node:assert/strict'
import { test } from 'node:test'
import { batch, stats } from 'whippet/timing'
import { clock, onMockClock, outcome, settled } from './clock.mjs'

onMockClock()

/** A batched function that doubles numbers, and the batches it got. */
function doubling(options) {
  const batches = []
  const load = batch(async (items) => {
    batches.push(items)
    return items.map((n) => n * 2)
  }, options)
  return { batches, load }
}

test('items of one task are loaded together, in order', async () => {
  const { batches, load } = doubling()
  assert.deepEqual(await Promise.all([load(1), load(2), load(3)]), [2, 4, 6])
  assert.deepEqual(batches, [[1, 2, 3]])
})

test('items that promise callbacks of the same task request are in the batch', async () => {
  const { batches, load } = doubling()
  const results = [load(1), Promise.resolve().then(() => load(2)), (async () => (await null, await null, load(3)))()]
  assert.deepEqual(await Promise.all(results), [2, 4, 6])
  assert.deepEqual(batches, [[1, 2, 3]])
  assert.deepEqual(await Promise.all([load(4)]), [8])
  assert.equal(batches.length, 2)
})

test('items of equal keys share a promise within a batch', async () => {
  const { batches, load } = doubling()
  assert.equal(load(1), load(1))
  await load(1)
  await load(1)
  assert.deepEqual(batches, [[1], [1]])
  const byId = []
  const find = batch((items) => (byId.push(items), items.map(({ id }) => `found ${id}`)), { key: ({ id }) => id })
  assert.deepEqual(await Promise.all([find({ id: 7 }), find({ id: 8 }), find({ id: 7 })]), ['found 7', 'found 8', 'found 7'])
  assert.equal(byId[0].length, 2)
})

test('a full batch is dispatched at once', async () => {
  const { batches, load } = doubling({ maxSize: 2, maxWait: 1000 })
  const results = [load(1), load(2), load(3)]
  assert.deepEqual(batches, [[1, 2]])
  assert.equal(load.pending(), 1)
  clock.tick(999)
  assert.equal(batches.length, 1)
  clock.tick(1)
  assert.deepEqual(batches, [[1, 2], [3]])
  assert.deepEqual(await Promise.all(results), [2, 4, 6])
})

test('maxWait counts from the first item', async () => {
  const { batches, load } = doubling({ maxWait: 20 })
  load(1)
  clock.tick(15)
  load(2)
  await settled()
  assert.equal(batches.length, 0)
  clock.tick(5)
  assert.deepEqual(batches, [[1, 2]])
})

test('an Error in the results rejects its item', async () => {
  const load = batch((items) => items.map((n) => (n === 2 ? new RangeError('two') : n)))
  const [one, two, three] = await Promise.allSettled([load(1), load(2), load(3)])
  assert.deepEqual([one.value, two.reason.message, three.value], [1, 'two', 3])
})

for (const [name, fn, message] of [
  ['too few results', () => [1], /got 2 items and returned 1 results/],
  ['too many results', async () => [1, 2, 3], /got 2 items and returned 3 results/],
  ['a result that is not an array', () => new Map(), /must return an array/],
  ['no result', () => {}, /must return an array/],
  [
    'an exception',
    () => {
      throw new TypeError('mine')
    },
    /mine/,
  ],
  [
    'a rejection',
    async () => {
      throw new TypeError('mine')
    },
    /mine/,
  ],
]) {
  test(`${name}: rejects the whole batch`, async () => {
    const load = batch(fn)
    const results = await Promise.allSettled([load(1), load(2)])
    for (const { reason } of results) assert.ok(reason instanceof TypeError && message.test(reason.message), reason)
    assert.equal(load.pending(), 0)
  })
}

test('flush dispatches the batch, cancel rejects it', async () => {
  const { batches, load } = doubling({ maxWait: 1000 })
  load.flush()
  const flushed = load(1)
  load.flush()
  assert.deepEqual(batches, [[1]])
  assert.deepEqual(await outcome(flushed), { value: 2 })
  const cancelled = load(2)
  load.cancel()
  assert.deepEqual(await outcome(cancelled), { error: 'AbortError' })
  clock.tick(2000)
  assert.equal(batches.length, 1)
  const after = load(3)
  clock.tick(1000)
  assert.deepEqual(await outcome(after), { value: 6 })
})

test('an aborted signal rejects waiting and later items', async () => {
  const controller = new AbortController()
  const { batches, load } = doubling({ signal: controller.signal })
  const waiting = load(1)
  controller.abort('gone')
  assert.deepEqual(await outcome(waiting), { error: 'gone' })
  assert.deepEqual(await outcome(load(2)), { error: 'gone' })
  assert.equal(batches.length, 0)
})

test('the function may request items of the next batch', async () => {
  const batches = []
  const load = batch((items) => {
    batches.push(items)
    return items.map((n) => (n < 3 ? load(n + 1) : n))
  })
  assert.equal(await load(1), 3)
  assert.deepEqual(batches, [[1], [2], [3]])
})

test('stats counts items and batches', async () => {
  const before = stats()
  const { load } = doubling()
  await Promise.all([load(1), load(1), load(2)])
  const after = stats()
  assert.deepEqual([after.calls - before.calls, after.invocations - before.invocations], [3, 1])
})

test('invalid options throw a TypeError', () => {
  const rejects = (options, message) => assert.throws(() => batch(() => [], options), { name: 'TypeError', message })
  assert.throws(() => batch(), { name: 'TypeError', message: /Expected a function/ })
  rejects({ maxSize: 0 }, /`maxSize`/)
  rejects({ maxSize: 1.5 }, /`maxSize`/)
  rejects({ maxWait: -1 }, /`maxWait`/)
  rejects({ maxWait: NaN }, /`maxWait`/)
  rejects({ key: 'id' }, /key/)
  rejects({ signal: {} }, /AbortSignal/)
})
