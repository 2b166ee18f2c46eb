// Keys with the same hash are equal and match each other; others are different.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { QueryClient, hashKey, partialMatchKey } from 'whippet/query'
import { simulatedTime } from './clock.mjs'

simulatedTime()

class Point {
  constructor(x, y) {
    Object.assign(this, { x, y })
  }
}
class Money {
  #cents
  constructor(cents) {
    this.#cents = cents
  }
  toJSON() {
    return { cents: this.#cents }
  }
}
class Tags extends Set {}

const nothing = [undefined, null, NaN, Infinity, -Infinity, () => {}, Symbol('s'), new Date(NaN)]
/** Values that are all different keys. */
const values = [
  ...[null, 0, 1, -1.5, '', '0', 'null', true, false, 1n, 2n, '1', '1n', new Date(1), new Date(2)],
  ...[[], [null], [1], [1, 2], [[1]], [new Set([1])], {}, { a: 1 }, { a: 2 }, { a: null }, { b: 1 }, { a: { b: [1] } }],
  ...[new Set(), new Set([1]), new Set([2]), new Set([1, 2]), new Set(['1']), new Set([{ a: 1 }])],
  ...[
    new Map(),
    new Map([[1, 2]]),
    new Map([[1, 3]]),
    new Map([
      [1, 2],
      [3, 4],
    ]),
    new Map([[{ a: 1 }, new Set([1])]]),
  ],
  ...[new Uint8Array(0), new Uint8Array([1]), new Uint8Array([1, 2]), new Int8Array([1]), new Float64Array([NaN])],
  ...[new BigInt64Array([1n]), new ArrayBuffer(1), new ArrayBuffer(2), new DataView(new ArrayBuffer(1))],
  ...[/a/, /a/g, /b/, new Error('a'), new Error('b'), new TypeError('a'), Object.assign(new Error('a'), { code: 1 })],
  ...[new URLSearchParams('a=1'), new URLSearchParams('a=2'), new Headers({ a: '1' }), new URL('http://a/'), new Money(5)],
  ...[new Point(1, 2), JSON.parse('{ "__proto__": 1 }'), JSON.parse('{ "__proto__": 2 }')],
]

/** Pairs of equal keys that are written differently. */
const equal = [
  ...nothing.map((value) => [value, null]),
  [-0, 0],
  [new Date(1), '1970-01-01T00:00:00.001Z'],
  [
    { a: 1, b: { d: 1, c: 2 } },
    { b: { c: 2, d: 1 }, a: 1 },
  ],
  [{ a: undefined, f: () => {}, [Symbol('s')]: 1 }, {}],
  [new Set([1, 2, { a: 1, b: 2 }]), new Set([{ b: 2, a: 1 }, 2, 1])],
  [
    new Map([
      ['a', 1],
      ['b', 2],
    ]),
    new Map([
      ['b', 2],
      ['a', 1],
    ]),
  ],
  [new Tags(['x']), new Set(['x'])],
  [new Point(1, 2), { x: 1, y: 2 }],
  [new Money(5), { cents: 5 }],
  [new URL('http://a/'), 'http://a/'],
  [Object(1), 1],
  [Object('a'), 'a'],
  [Object(true), true],
  [Object(1n), 1n],
  [Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
  [new Uint8Array([1, 2]), new Uint8Array([0, 1, 2]).subarray(1)],
]

test('different values are different keys that do not match each other', () => {
  const hashes = values.map((value) => hashKey(['k', value]))
  assert.deepEqual(
    hashes.filter((hash, i) => hashes.indexOf(hash) !== i),
    [],
  )

  const client = new QueryClient()
  values.forEach((value, i) => client.setQueryData(['k', value], i))
  values.forEach((value, i) => {
    assert.equal(client.getQueryData(['k', value]), i)
    const found = client.getQueryCache().findAll({ queryKey: ['k', value] })
    assert.ok(
      found.some(({ state }) => state.data === i),
      `${i}: ${hashes[i]} is found by its own key`,
    )
    // Other matches contain it: an array or an object with more members.
    for (const { queryHash } of found) {
      if (queryHash !== hashes[i])
        assert.ok(/^\["k",[[{]/.test(hashes[i]) && /^\["k",[[{]/.test(queryHash), `${hashes[i]} finds ${queryHash}`)
    }
  })
  client.removeQueries({ queryKey: ['k', new Date(1)] })
  client.removeQueries({ queryKey: ['k', new Set([1])] })
  client.removeQueries({ queryKey: ['k', 1n] })
  assert.deepEqual(
    [new Date(2), new Set([2]), new Set([1, 2]), 2n].map((value) => client.getQueryData(['k', value]) !== undefined),
    [true, true, true, true],
  )
  assert.deepEqual(
    [new Date(1), new Set([1]), 1n].map((value) => client.getQueryData(['k', value])),
    [undefined, undefined, undefined],
  )
})

test('values with the same hash match, also nested in arrays and objects', () => {
  const wrappings = [
    (value) => ['k', value],
    (value) => ['k', [value]],
    (value) => ['k', { in: [value, 1] }],
    (value) => [value, 'k'],
  ]
  for (const [a, b] of equal) {
    for (const wrap of wrappings) {
      assert.equal(hashKey(wrap(a)), hashKey(wrap(b)))
      assert.ok(partialMatchKey(wrap(a), wrap(b)) && partialMatchKey(wrap(b), wrap(a)), hashKey(wrap(a)))
      const client = new QueryClient()
      client.setQueryData(wrap(a), 'data')
      assert.equal(client.getQueryData(wrap(b)), 'data')
      assert.equal(client.getQueryCache().findAll({ queryKey: wrap(b) }).length, 1)
      assert.equal(client.getQueryCache().findAll({ queryKey: wrap(b), exact: true }).length, 1)
    }
  }
})

test('two keys that match both ways have the same hash', () => {
  const all = [...values, ...equal.flat()]
  for (const a of all) {
    for (const b of all) {
      const [one, other] = [
        ['k', a],
        ['k', b],
      ]
      const both = partialMatchKey(one, other) && partialMatchKey(other, one)
      assert.equal(both, hashKey(one) === hashKey(other), `${hashKey(one)} and ${hashKey(other)}`)
    }
  }
})

test('partial keys match by position and by name', () => {
  for (const [key, part, matches] of [
    [['a', 1, 2], ['a', 1], true],
    [['a'], ['a', undefined], false],
    [['a', { x: 1, y: 2 }], ['a', { y: 2 }], true],
    [['a', { x: 1 }], ['a', { x: undefined }], false],
    [['a', { at: new Date(1), z: 1 }], ['a', { at: new Date(1) }], true],
    [['a', { at: new Date(1) }], ['a', { at: new Date(2) }], false],
    [['a', [1, 2]], ['a', [1]], true],
    [['a', [1, 2]], ['a', { 0: 1 }], false],
    [['a', { 0: 1 }], ['a', [1]], false],
    [['a', [1, 2]], ['a', {}], false],
    [['a', 'b'], [, 'b'], false],
    [[null, 'b'], [, 'b'], true],
    [['a', new Set([1, 2])], ['a', new Set([1])], false],
    [['a', new Point(1, 2)], ['a', { x: 1 }], true],
    [['a', new Money(1)], ['a', new Money(2)], false],
  ]) {
    assert.equal(partialMatchKey(key, part), matches, `${hashKey(key)} by ${hashKey(part)}`)
    const client = new QueryClient()
    client.setQueryData(key, 'data')
    assert.equal(client.getQueryCache().findAll({ queryKey: part }).length, matches ? 1 : 0)
  }
})

test('hashes are stable, so that persisted queries are found', () => {
  for (const [key, hash] of [
    [['a', 1, null, undefined, NaN, -0], '["a",1,null,null,null,0]'],
    [['a', { b: 1, a: [true, { d: 1, c: undefined }] }], '["a",{"a":[true,{"d":1}],"b":1}]'],
    [[new Date(0), new URL('http://a/b')], '["1970-01-01T00:00:00.000Z","http://a/b"]'],
    [['p', { page: 2, 10: 'x', 9: 'y' }], '["p",{"9":"y","10":"x","page":2}]'],
    [[new Point(2, 1), new Money(3)], '[{"x":2,"y":1},{"cents":3}]'],
    [[() => {}, Symbol('s')], '[null,null]'],
  ]) {
    assert.equal(hashKey(key), hash)
  }
})

test('defaults and mutations use the same matching', () => {
  const client = new QueryClient()
  client.setQueryDefaults(['day', new Date(1)], { meta: { day: 1 } })
  assert.deepEqual(client.getQueryDefaults(['day', new Date(1), 'x']).meta, { day: 1 })
  assert.deepEqual(client.getQueryDefaults(['day', new Date(2)]), {})
  client.getMutationCache().build(client, { mutationKey: ['m', undefined] })
  assert.equal(client.getMutationCache().findAll({ mutationKey: ['m', null] }).length, 1)
  assert.equal(client.getMutationCache().findAll({ mutationKey: ['m', 0] }).length, 0)
})

test('setQueriesData writes to all queries found, also those with their own hash function', () => {
  const client = new QueryClient()
  const own = { queryKey: ['big', 1n], queryKeyHashFn: (key) => key.join('/') }
  client.getQueryCache().build(client, own).setData(1)
  client.setQueryData(['big', 2n], 2)
  assert.deepEqual(
    client.setQueriesData({ queryKey: ['big'] }, (n) => n * 10),
    [
      [['big', 1n], 10],
      [['big', 2n], 20],
    ],
  )
  assert.equal(client.getQueryCache().getAll().length, 2)
  assert.equal(client.getQueryCache().get('big/1').state.data, 10)
})

test('a BigInt with a toJSON is hashed by it', (t) => {
  BigInt.prototype.toJSON = function () {
    return `${this}n`
  }
  t.after(() => delete BigInt.prototype.toJSON)
  assert.equal(hashKey(['a', 5n]), '["a","5n"]')
  const client = new QueryClient()
  client.setQueryData(['a', 5n], 'data')
  assert.equal(client.getQueryCache().findAll({ queryKey: ['a', '5n'] }).length, 1)
})

test('queries are found by the beginning of their key as a comparison of all keys finds them', () => {
  let seed = 7
  const random = (below) => (seed = (seed * 48_271) % 2_147_483_647) % below
  const parts = ['a', 'b', 1, null, true, { id: 1 }, { id: 1, more: 2 }, ['x'], new Date(0), undefined]
  const someKey = () => Array.from({ length: random(4) }, () => parts[random(parts.length)])
  const client = new QueryClient()
  const cache = client.getQueryCache()
  for (let step = 0; step < 2_000; step++) {
    const all = cache.getAll()
    if (random(3) || !all.length) client.setQueryData(someKey(), step)
    else cache.remove(all[random(all.length)])
    const queryKey = someKey()
    assert.deepEqual(
      cache.findAll({ queryKey }),
      cache.getAll().filter((query) => partialMatchKey(query.queryKey, queryKey)),
    )
  }
  client.clear()
  assert.deepEqual(cache.findAll({ queryKey: [] }), [])
})

test('a query whose key is changed by its owner is removed all the same', () => {
  const client = new QueryClient()
  const queryKey = ['a', 'b']
  client.setQueryData(queryKey, 1)
  queryKey[1] = 'c'
  client.clear()
  assert.deepEqual(client.getQueryCache().findAll({ queryKey: ['a'] }), [])
})
