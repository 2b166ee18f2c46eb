import assert from 'node:assert/strict'
import { test } from 'node:test'
import { batch, memoize } from 'whippet/timing'
import { answered, clock, onMockClock, outcome, settled } from './clock.mjs'

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
  assert.equal(seen.length, 10, 'whatever the order of keys')
  assert.deepEqual(fn.stats(), { hits: 11, misses: 10, staleServed: 0, shared: 0, evictions: 0, size: 10 })
})

test('what JSON would take for the same is told apart', () => {
  const { seen, fn } = counted()
  const all = [[undefined, 1], [null, 1], [NaN, 1], ['null', 1], [{}, 1], [{ a: undefined }, 1], [[undefined], 1], [[], 1], [new Date(0), 1]]
  for (const args of all) fn(...args)
  assert.equal(seen.length, all.length)
})

test('what cannot be told apart is refused, unless there is a key', () => {
  const { fn } = counted()
  for (const args of [[new Map()], [() => {}], [1, Symbol()], [new (class Mine {})()], [{ deep: new Set() }]]) {
    assert.throws(() => fn(...args), { name: 'TypeError', message: /`key`/ })
  }
  const { seen, fn: keyed } = counted({ key: (map) => map.get('id') })
  keyed(new Map([['id', 1]]))
  keyed(new Map([['id', 1]]))
  assert.equal(seen.length, 1)
})

test('two classes of one name are two', () => {
  const make = (unit) => {
    const A = class A {
      constructor(n) { this.n = n }
      toJSON() { return this.n }
      get unit() { return unit }
    }
    return A
  }
  const [Metre, Mile] = [make('m'), make('mi')]
  const { seen, fn } = counted({}, (length) => length.unit)
  assert.deepEqual([fn(new Metre(1)), fn(new Mile(1)), fn(new Metre(1))], ['m', 'mi', 'm'])
  assert.equal(seen.length, 2)
})

test('what is within itself, has a symbol, or is no plain array is refused with what to do', () => {
  const { fn } = counted()
  const cyclic = { a: {} }
  cyclic.a.b = [cyclic]
  const deep = JSON.parse('['.repeat(5000) + ']'.repeat(5000))
  const self = { toJSON() { return this } }
  class Stack extends Array {}
  for (const args of [[cyclic], [deep], [self], [{ [Symbol()]: 1 }], [Object.assign([1], { [Symbol()]: 1 })], [Stack.of(1)], [Object.create(Object.create(null))]]) {
    assert.throws(() => fn(...args), { name: 'TypeError', message: /`key`/ })
  }
})

test('empty places and members beside the elements count', () => {
  const { seen, fn } = counted()
  // As many members beside the elements as places are empty.
  const [two, three] = [2, 3].map((x) => Object.assign([, 1], { x }))
  for (const array of [[undefined], [,], 'ab'.match(/b/), ['b'], two, three, [, 1]]) fn(array)
  assert.equal(seen.length, 7)
})

test('a batched function is asked for what it tells apart', async () => {
  const asked = []
  const fetchAll = (items) => (asked.push(items.length), items.map((item) => [item]))
  const byIdentity = memoize(batch(fetchAll))
  const [a, b] = [{}, {}]
  assert.deepEqual((await Promise.all([byIdentity(a), byIdentity(b), byIdentity(a)])).map(([item]) => item === a), [true, false, true])
  const byKey = memoize(batch(fetchAll, { key: (item) => item.id }))
  await Promise.all([byKey({ id: 1 }), byKey({ id: 1 }), byKey({ id: 2 })])
  assert.deepEqual(asked, [2, 2])
})

test('calls share a pending promise, and the result after it', async () => {
  const { runs, fn } = answered()
  const load = memoize(fn)
  const first = load(1)
  assert.equal(load(1), first)
  runs[0].resolve('one')
  assert.equal(await first, 'one')
  assert.equal(await load(1), 'one')
  assert.equal(runs.length, 1)
  assert.deepEqual(load.stats(), { hits: 1, misses: 1, staleServed: 0, shared: 1, evictions: 0, size: 1 })
})

test('what is rejected or thrown is not kept', async () => {
  const { runs, fn } = answered()
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

test('ttl counts from when the result came', async () => {
  const { runs, fn } = answered()
  const load = memoize(fn, { ttl: 100 })
  load(1)
  clock.tick(1000)
  runs[0].resolve()
  await settled()
  clock.tick(99)
  load(1)
  assert.equal(runs.length, 1)
  clock.tick(1)
  assert.equal(load.stats().size, 0, 'nothing is kept beyond its time')
  load(1)
  assert.equal(runs.length, 2)
})

test('a ttl of zero shares what is pending, and keeps nothing', async () => {
  const { runs, fn } = answered()
  const load = memoize(fn, { ttl: 0 })
  assert.equal(load(1), load(1))
  runs[0].resolve()
  await settled()
  load(1)
  assert.equal(runs.length, 2)
})

test('a ttl beyond what timers can wait is kept', () => {
  const { seen, fn } = counted({ ttl: 3e9 })
  fn(1)
  // In steps, as a host's timers fire.
  clock.tick(2 ** 31 - 1)
  clock.tick(3e9 - 2 ** 31)
  fn(1)
  assert.equal(seen.length, 1)
  clock.tick(1)
  fn(1)
  assert.equal(seen.length, 2)
})

test('the least recently used goes first', () => {
  const { seen, fn } = counted({ maxSize: 2 })
  for (const n of [1, 2, 1, 3, 1, 2]) fn(n)
  assert.deepEqual(seen, [[1], [2], [3], [2]])
  assert.equal(fn.stats().evictions, 2)
})

test('stale results are served while a new one is fetched, until they are too old', async () => {
  const { runs, fn } = answered()
  const load = memoize(fn, { ttl: 10, staleWhileRevalidate: 50 })
  load(1)
  runs[0].resolve('old')
  await settled()
  clock.tick(10)
  assert.deepEqual(await outcome(load(1)), { value: 'old' })
  assert.deepEqual(await outcome(load(1)), { value: 'old' })
  assert.equal(runs.length, 2, 'fetched once')
  runs[1].resolve('new')
  await settled()
  assert.deepEqual(await outcome(load(1)), { value: 'new' })
  assert.deepEqual(load.stats(), { hits: 1, misses: 1, staleServed: 2, shared: 0, evictions: 0, size: 1 })
  clock.tick(60)
  load(1)
  assert.equal(load.stats().misses, 2)
})

test('a refresh that fails leaves the old result, and the next call tries again', async () => {
  const { runs, fn } = answered()
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

test('delete and clear, also while something is pending', async () => {
  const { runs, fn } = answered()
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

test('keeps `this`, and a function that calls itself', () => {
  const counter = { step: 2, next: memoize(function (n) { return n + this.step }) }
  assert.equal(counter.next(1), 3)
  const fibonacci = memoize((n) => (n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2)))
  assert.equal(fibonacci(60), 1548008755920)
  assert.equal(fibonacci.stats().misses, 61)
})

test('options that cannot be are refused', () => {
  const no = (options, message) => assert.throws(() => memoize(() => {}, options), { name: 'TypeError', message })
  assert.throws(() => memoize({}), { name: 'TypeError', message: /Expected a function/ })
  no({ ttl: -1 }, /`ttl`/)
  no({ ttl: '5' }, /`ttl`/)
  no({ maxSize: 0 }, /`maxSize`/)
  no({ staleWhileRevalidate: 'yes' }, /`staleWhileRevalidate`/)
  no({ key: 5 }, /key/)
})
