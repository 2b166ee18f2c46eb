import assert from 'node:assert/strict'
import { test } from 'node:test'
import { batch, memoize } from 'whippet/timing'
import { clock, deferredRuns, onMockClock, outcome, settled } from './clock.mjs'

onMockClock()

function counted(options, result = (...args) => args.length) {
  const seen = []
  const fn = memoize((...args) => {
    seen.push(args)
    return result(...args)
  }, options)
  return { seen, fn }
}

test('a sync function runs once for equal arguments', () => {
  const { seen, fn } = counted()
  for (const args of [[], [1], ['1'], [null], [{ a: 1, b: [2] }], [1, 2], [[1, 2]], [NaN], [1n], [new Date(5)]]) {
    fn(...args)
    fn(...structuredClone(args))
  }
  assert.equal(seen.length, 10)
  fn({ b: [2], a: 1 })
  assert.equal(seen.length, 10, 'the order of keys does not matter')
  assert.deepEqual(fn.stats(), { hits: 11, misses: 10, staleServed: 0, shared: 0, evictions: 0, size: 10 })
})

test('arguments that are equal as JSON are distinguished', () => {
  const { seen, fn } = counted()
  const all = [
    [undefined, 1],
    [null, 1],
    [NaN, 1],
    ['null', 1],
    [{}, 1],
    [{ a: undefined }, 1],
    [[undefined], 1],
    [[], 1],
    [new Date(0), 1],
  ]
  for (const args of all) fn(...args)
  assert.equal(seen.length, all.length)
})

test('arguments without a comparable value throw, unless there is a key', () => {
  const { fn } = counted()
  for (const args of [[new Map()], [() => {}], [1, Symbol()], [new (class Mine {})()], [{ deep: new Set() }]]) {
    assert.throws(() => fn(...args), { name: 'TypeError', message: /`key`/ })
  }
  const { seen, fn: keyed } = counted({ key: (map) => map.get('id') })
  keyed(new Map([['id', 1]]))
  keyed(new Map([['id', 1]]))
  assert.equal(seen.length, 1)
})

test('classes of the same name are distinguished', () => {
  const make = (unit) => {
    const A = class A {
      constructor(n) {
        this.n = n
      }
      toJSON() {
        return this.n
      }
      get unit() {
        return unit
      }
    }
    return A
  }
  const [Metre, Mile] = [make('m'), make('mi')]
  const { seen, fn } = counted({}, (length) => length.unit)
  assert.deepEqual([fn(new Metre(1)), fn(new Mile(1)), fn(new Metre(1))], ['m', 'mi', 'm'])
  assert.equal(seen.length, 2)
})

test('cycles, symbols and subclasses of Array throw an error that asks for a key', () => {
  const { fn } = counted()
  const cyclic = { a: {} }
  cyclic.a.b = [cyclic]
  const deep = JSON.parse('['.repeat(5000) + ']'.repeat(5000))
  const self = {
    toJSON() {
      return this
    },
  }
  class Stack extends Array {}
  for (const args of [
    [cyclic],
    [deep],
    [self],
    [{ [Symbol()]: 1 }],
    [Object.assign([1], { [Symbol()]: 1 })],
    [Stack.of(1)],
    [Object.create(Object.create(null))],
  ]) {
    assert.throws(() => fn(...args), { name: 'TypeError', message: /`key`/ })
  }
})

test('holes and extra properties of arrays are distinguished', () => {
  const { seen, fn } = counted()
  // As many extra properties as holes.
  const [two, three] = [2, 3].map((x) => Object.assign([, 1], { x }))
  for (const array of [[undefined], [,], 'ab'.match(/b/), ['b'], two, three, [, 1]]) fn(array)
  assert.equal(seen.length, 7)
})

test('a memoized batched function uses its key', async () => {
  const sizes = []
  const fetchAll = (items) => (sizes.push(items.length), items.map((item) => [item]))
  const byIdentity = memoize(batch(fetchAll))
  const [a, b] = [{}, {}]
  assert.deepEqual(
    (await Promise.all([byIdentity(a), byIdentity(b), byIdentity(a)])).map(([item]) => item === a),
    [true, false, true],
  )
  const byKey = memoize(batch(fetchAll, { key: (item) => item.id }))
  await Promise.all([byKey({ id: 1 }), byKey({ id: 1 }), byKey({ id: 2 })])
  assert.deepEqual(sizes, [2, 2])
})

test('calls share a pending promise, and the result after it', async () => {
  const { runs, fn } = deferredRuns()
  const load = memoize(fn)
  const first = load(1)
  assert.equal(load(1), first)
  runs[0].resolve('one')
  assert.equal(await first, 'one')
  assert.equal(await load(1), 'one')
  assert.equal(runs.length, 1)
  assert.deepEqual(load.stats(), { hits: 1, misses: 1, staleServed: 0, shared: 1, evictions: 0, size: 1 })
})

test('rejections and exceptions are not kept', async () => {
  const { runs, fn } = deferredRuns()
  const load = memoize(fn)
  const both = [load(1), load(1)]
  runs[0].reject(new RangeError())
  for (const one of both) assert.deepEqual(await outcome(one), { error: 'RangeError' })
  load(1)
  assert.equal(runs.length, 2)
  let throws = true
  const { seen, fn: sync } = counted({}, () => {
    if (throws) throw new RangeError()
    return 'fine'
  })
  assert.throws(() => sync(1), RangeError)
  throws = false
  assert.equal(sync(1), 'fine')
  assert.equal(seen.length, 2)
  assert.equal(sync.stats().size, 1)
})

test('ttl counts from when the result arrived', async () => {
  const { runs, fn } = deferredRuns()
  const load = memoize(fn, { ttl: 100 })
  load(1)
  clock.tick(1000)
  runs[0].resolve()
  await settled()
  clock.tick(99)
  load(1)
  assert.equal(runs.length, 1)
  clock.tick(1)
  assert.equal(load.stats().size, 0, 'an expired result is removed')
  load(1)
  assert.equal(runs.length, 2)
})

test('a ttl of zero shares pending promises only', async () => {
  const { runs, fn } = deferredRuns()
  const load = memoize(fn, { ttl: 0 })
  assert.equal(load(1), load(1))
  runs[0].resolve()
  await settled()
  load(1)
  assert.equal(runs.length, 2)
})

test('a ttl longer than a timer can wait is kept', () => {
  const { seen, fn } = counted({ ttl: 3e9 })
  fn(1)
  // In steps as long as a timer can wait.
  clock.tick(2 ** 31 - 1)
  clock.tick(3e9 - 2 ** 31)
  fn(1)
  assert.equal(seen.length, 1)
  clock.tick(1)
  fn(1)
  assert.equal(seen.length, 2)
})

test('the least recently used result is evicted first', () => {
  const { seen, fn } = counted({ maxSize: 2 })
  for (const n of [1, 2, 1, 3, 1, 2]) fn(n)
  assert.deepEqual(seen, [[1], [2], [3], [2]])
  assert.equal(fn.stats().evictions, 2)
})

test('the order of many uses between two misses counts, not that of their first uses', () => {
  const { seen, fn } = counted({ maxSize: 3 })
  for (const n of [1, 2, 3]) fn(n)
  for (const n of [3, 1, 2, 1]) fn(n)
  for (const n of [4, 5, 1]) fn(n)
  assert.deepEqual(seen, [[1], [2], [3], [4], [5]], '3 and 2 are evicted')
  // What was used and removed takes no place of another's.
  fn(5)
  fn.delete(5)
  for (const n of [6, 4, 1, 6, 7, 4]) fn(n)
  assert.deepEqual(seen.slice(5), [[6], [7], [4]])
  fn(1)
  fn.clear()
  for (const n of [1, 2, 3, 4, 2, 3, 4]) fn(n)
  assert.deepEqual(seen.slice(9), [[1], [2], [3], [4]])
})

test('a stale result is returned during revalidation, until it expires', async () => {
  const { runs, fn } = deferredRuns()
  const load = memoize(fn, { ttl: 10, staleWhileRevalidate: 50 })
  load(1)
  runs[0].resolve('old')
  await settled()
  clock.tick(10)
  assert.deepEqual(await outcome(load(1)), { value: 'old' })
  assert.deepEqual(await outcome(load(1)), { value: 'old' })
  assert.equal(runs.length, 2, 'it is revalidated once')
  runs[1].resolve('new')
  await settled()
  assert.deepEqual(await outcome(load(1)), { value: 'new' })
  assert.deepEqual(load.stats(), { hits: 1, misses: 1, staleServed: 2, shared: 0, evictions: 0, size: 1 })
  clock.tick(60)
  load(1)
  assert.equal(load.stats().misses, 2)
})

test('a failed revalidation keeps the old result, and the next call retries', async () => {
  const { runs, fn } = deferredRuns()
  const load = memoize(fn, { ttl: 10, staleWhileRevalidate: true })
  load(1)
  runs[0].resolve('old')
  await settled()
  clock.tick(10)
  load(1)
  runs[1].reject(new Error())
  await settled()
  assert.deepEqual(await outcome(load(1)), { value: 'old' })
  assert.equal(runs.length, 3)
})

test('delete and clear work while a result is pending', async () => {
  const { runs, fn } = deferredRuns()
  const load = memoize(fn)
  assert.equal(load.delete(1), false)
  const deleted = load(1)
  assert.equal(load.delete(1), true)
  load(1)
  runs[0].reject(new RangeError())
  assert.deepEqual(await outcome(deleted), { error: 'RangeError' })
  runs[1].resolve('second')
  assert.deepEqual(await outcome(load(1)), { value: 'second' })
  load.clear()
  assert.equal(load.stats().size, 0)
  load(1)
  assert.equal(runs.length, 3)
})

test('the function keeps `this`, and may call itself', () => {
  const counter = {
    step: 2,
    next: memoize(function (n) {
      return n + this.step
    }),
  }
  assert.equal(counter.next(1), 3)
  const fibonacci = memoize((n) => (n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2)))
  assert.equal(fibonacci(60), 1548008755920)
  assert.equal(fibonacci.stats().misses, 61)
})

test('invalid options throw a TypeError', () => {
  const rejects = (options, message) => assert.throws(() => memoize(() => {}, options), { name: 'TypeError', message })
  assert.throws(() => memoize({}), { name: 'TypeError', message: /Expected a function/ })
  rejects({ ttl: -1 }, /`ttl`/)
  rejects({ ttl: '5' }, /`ttl`/)
  rejects({ maxSize: 0 }, /`maxSize`/)
  rejects({ staleWhileRevalidate: 'yes' }, /`staleWhileRevalidate`/)
  rejects({ key: 5 }, /key/)
})

test('a result that is a thenable is asked once, also when it is revalidated', async () => {
  let queries = 0
  // As the builders of database clients: each `then` runs the query.
  // oxlint-disable-next-line unicorn/no-thenable
  const query = () => ({ then: (done) => done(++queries) })
  const load = memoize(query, { ttl: 10, staleWhileRevalidate: true })
  assert.deepEqual([await load(), await load(), queries], [1, 1, 1])
  clock.tick(10)
  assert.equal(await load(), 1)
  await settled()
  assert.deepEqual([await load(), await load(), queries], [2, 2, 2])
  assert.ok(load() instanceof Promise)
})
