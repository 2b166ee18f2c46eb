import assert from 'node:assert/strict'
import { test } from 'node:test'
import vm from 'node:vm'
import { QueriesObserver, QueryClient, QueryObserver, replaceEqualDeep } from 'whippet/query'
import { simulatedTime } from './clock.mjs'

simulatedTime()

/** What a cache with `before` stores for `after`. */
function stored(before, after) {
  const client = new QueryClient()
  client.setQueryData(['a'], before)
  return client.setQueryData(['a'], after)
}

test('an equal Date, Map or Set keeps its identity', () => {
  const make = () => ({
    at: new Date(5),
    never: new Date(NaN),
    byId: new Map([
      [1, { name: 'a', at: new Date(7) }],
      [2, { name: 'b' }],
    ]),
    tags: new Set(['x', 'y', NaN, { deep: [1] }]),
    empty: [new Map(), new Set()],
  })
  const before = make()
  assert.equal(stored(before, make()), before)
  assert.equal(stored(new Date(3), new Date(4)).getTime(), 4)
})

test('equal members of a changed Map or Set keep their identity', () => {
  const before = {
    map: new Map([
      ['a', { n: 1 }],
      ['b', { n: 2 }],
      ['c', 3],
    ]),
    set: new Set([{ n: 1 }, { n: 2 }]),
  }
  const next = {
    map: new Map([
      ['z', 0],
      ['a', { n: 1 }],
      ['b', { n: 5 }],
    ]),
    set: new Set([{ n: 1 }, { n: 3 }, 4]),
  }
  const after = stored(before, next)
  assert.deepEqual(after, next)
  assert.equal(after.map.get('a'), before.map.get('a'))
  assert.notEqual(after.map, before.map)
  assert.equal([...after.set][0], [...before.set][0])

  // Another order makes a different value, and so does a key more or less.
  const order = (...keys) => new Map(keys.map((key) => [key, 1]))
  assert.deepEqual([...stored(order('a', 'b'), order('b', 'a')).keys()], ['b', 'a'])
  assert.equal(stored(order('a', 'b'), order('a')).size, 1)
  assert.equal(stored(order('a'), order('a', 'b')).size, 2)
  assert.equal(stored(new Map([['a', undefined]]), new Map([['b', undefined]])).has('b'), true)
})

test('keys and members that are objects are shared by position, and no two become one', () => {
  const keyed = (n) =>
    new Map([
      [{ id: 1 }, 'a'],
      [{ id: n }, 'b'],
    ])
  const before = keyed(2)
  assert.equal(stored(before, keyed(2)), before)
  assert.equal([...stored(before, keyed(3)).keys()][0], [...before.keys()][0])

  const old = { id: 1 }
  const both = stored(new Set([old]), new Set([{ id: 1 }, old]))
  assert.equal(both.size, 2)
})

test('subclasses of Date, Map and Set are not shared', () => {
  class Money extends Map {}
  const money = new Money([[1, 1]])
  assert.equal(stored(new Money([[1, 1]]), money), money)
  const date = new Date(1)
  assert.equal(stored(new Map(), date), date)
  // The exported function behaves as query-core's and only knows JSON.
  assert.equal(replaceEqualDeep(new Date(1), date), date)
})

test('a cyclic value is stored as it is', () => {
  const ring = (n) => {
    const first = { n }
    first.rest = [{ first }, first]
    return first
  }
  const [before, after] = [ring(1), ring(1)]
  assert.equal(stored(before, after), after)
  assert.equal(after.rest[1], after)

  // The number of paths is exponential: a walk that does not remember visited pairs would not end.
  const web = () => {
    const nodes = Array.from({ length: 30 }, () => ({}))
    for (const node of nodes) nodes.forEach((other, i) => (node[i] = other))
    return nodes[0]
  }
  const [left, right] = [web(), web()]
  assert.equal(stored(left, right), right)
  assert.equal(replaceEqualDeep(left, right), right)

  const self = (make, add) => {
    const value = make()
    add(value)
    return value
  }
  const map = () =>
    self(
      () => new Map(),
      (value) => value.set('me', value),
    )
  const set = () =>
    self(
      () => new Set(),
      (value) => value.add([value]),
    )
  for (const make of [map, set]) {
    const next = make()
    assert.equal(stored(make(), next), next)
  }
})

test('a value with many references is walked once', () => {
  const diamonds = (leaf) => {
    let value = { leaf }
    for (let i = 0; i < 60; i++) value = { left: value, right: value }
    return value
  }
  const before = diamonds(1)
  assert.equal(stored(before, diamonds(1)), before)
})

test('results of select are shared', () => {
  const client = new QueryClient()
  client.setQueryData(['a'], [1, 2])
  const observer = new QueryObserver(client, { queryKey: ['a'], enabled: false, select: (list) => new Set(list.slice(0, 1)) })
  observer.subscribe(() => {})
  const before = observer.getCurrentResult().data
  client.setQueryData(['a'], [1, 3])
  assert.equal(observer.getCurrentResult().data, before)
})

/** React compares results with `Object.is`: it renders as often as this notifies. */
function looks(options) {
  const client = new QueryClient()
  const make = () => client.defaultQueryOptions({ queryKey: ['a'], enabled: false, ...options() })
  const observer = new QueryObserver(client, make())
  let told = 0
  observer.subscribe(() => told++)
  const first = observer.getCurrentResult()
  for (let i = 0; i < 5; i++) {
    observer.getOptimisticResult({ ...make(), _optimisticResults: 'optimistic' })
    observer.setOptions(make())
  }
  return { told, same: observer.getCurrentResult() === first, result: first }
}

test('NaN is equal to itself in every field', () => {
  const nan = () => ({ mean: NaN, list: [NaN, { deep: NaN }] })
  const before = nan()
  assert.equal(stored(before, nan()), before)
  assert.equal(replaceEqualDeep(before, nan()), before)
  assert.equal(stored(before, { ...nan(), more: 1 }).list, before.list)
  assert.notEqual(stored([NaN], [0])[0], stored([0], [NaN])[0])

  const cases = {
    data: () => ({ initialData: NaN }),
    'data with a select': () => ({ initialData: NaN, select: (n) => [n], structuralSharing: false }),
    select: () => ({ initialData: 1, select: () => NaN }),
    'an object of a select': () => ({ initialData: 1, select: () => ({ mean: NaN }) }),
    placeholder: () => ({ placeholderData: NaN }),
    'its time': () => ({ initialData: 1, initialDataUpdatedAt: NaN }),
  }
  for (const [what, options] of Object.entries(cases)) {
    const select = what === 'data with a select' ? { select: options().select } : {}
    const { told, same } = looks(() => ({ ...options(), ...select }))
    assert.deepEqual({ told, same }, { told: 0, same: true }, what)
  }
})

test('NaN in combined results does not notify', () => {
  const client = new QueryClient()
  const queries = [{ queryKey: ['a'], enabled: false, initialData: 1 }]
  const combine = () => NaN
  const observer = new QueriesObserver(client, queries, { combine })
  observer.setQueries(queries, { combine })
  let told = 0
  observer.subscribe(() => told++)
  observer.getOptimisticResult(queries, combine)[1]()
  client.setQueryData(['a'], 2)
  client.setQueryData(['a'], 3)
  assert.ok(told <= 1, `${told}`)
})

test('0 and -0 differ', () => {
  for (const [before, after] of [
    [0, -0],
    [-0, 0],
  ]) {
    assert.ok(Object.is(stored(before, after), after))
    assert.ok(Object.is(stored([before], [after])[0], after))
    assert.ok(Object.is(stored({ n: before }, { n: after }).n, after))
  }
})

test('class instances and other non-plain values are not shared', () => {
  const mark = Symbol('mark')
  class List extends Array {
    get total() {
      return this.length
    }
  }
  const kinds = {
    'an object with a symbol': (n) => ({ id: 1, [mark]: n }),
    'a list with a symbol': (n) => Object.assign([1], { [mark]: n }),
    'a subclass of Array': (n) => List.of(1, n),
    'a list with a property': (n) => Object.assign([1], { n }),
    'an instance of a class': (n) => Object.assign(new (class Point {})(), { n }),
    'an object without a prototype': (n) => Object.assign(Object.create(null), { n }),
  }
  for (const [what, make] of Object.entries(kinds)) {
    for (const [n, m] of [
      [1, 1],
      [1, 2],
    ]) {
      const after = make(m)
      assert.equal(stored(make(n), after), after, what)
      assert.equal(stored({ in: make(n) }, { in: after, more: 1 }).in, after, what)
      assert.equal(replaceEqualDeep(make(n), after), after, what)
    }
  }
  // Also if only one of the two is not plain.
  assert.equal(mark in stored({ id: 1, [mark]: 1 }, { id: 1 }), false)
  assert.equal(stored(List.of(1), [1]) instanceof List, false)
  assert.ok(stored([1], List.of(1)) instanceof List)
})

test('arrays of another realm are shared', () => {
  const make = () => vm.runInNewContext('[1, [2], [3]]')
  const before = make()
  assert.equal(stored(before, make()), before)
  assert.equal(stored(before, vm.runInNewContext('[1, [2], [4]]'))[1], before[1])
})

test('a changed value is stored as a copy', () => {
  for (const [before, after] of [
    [[1, 2], [1]],
    [{ a: 1 }, { a: 2 }],
    [
      { a: { b: 1 }, c: [1] },
      { a: { b: 2 }, c: [1] },
    ],
  ]) {
    const result = stored(before, after)
    assert.notEqual(result, after)
    assert.deepEqual(result, after)
  }
})
