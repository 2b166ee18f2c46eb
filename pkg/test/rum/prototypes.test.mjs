// What pages do to prototypes and to chance decides nothing: beacons are what they are without.
import assert from 'node:assert/strict'
import { build } from 'esbuild'
import { before, test } from 'node:test'
import { fileURLToPath } from 'node:url'

let code

before(async () => {
  const { outputFiles } = await build({
    bundle: true,
    format: 'esm',
    logLevel: 'silent',
    stdin: {
      contents: `
        export { Batch } from './batch.ts'
        export { json } from './json.ts'
        export { own } from './own.ts'
        export { pack } from './pack.ts'
        export { randomName } from './text.ts'
        export { textOf } from './word.ts'`,
      resolveDir: fileURLToPath(new URL('../../src/rum/', import.meta.url)),
    },
    write: false,
  })
  code = Buffer.from(outputFiles[0].contents).toString('base64')
})

/** The modules anew, as another page has them. */
let pages = 0
const load = () => import(`data:text/javascript;base64,${code}#${pages++}`)

/** Runs `run` while prototypes have further members. */
function polluted(members, run) {
  const all = [Object, Array, String, Number, Boolean, Date].map(({ prototype }) => prototype)
  const owners = members.toJSON ? all : [Object.prototype]
  for (const owner of owners) for (const [name, value] of Object.entries(members)) {
    Object.defineProperty(owner, name, { configurable: true, enumerable: true, writable: true, value })
  }
  try {
    return run()
  } finally {
    for (const owner of owners) for (const name of Object.keys(members)) delete owner[name]
    // The native one.
    Date.prototype.toJSON ??= dateToJSON
  }
}
const dateToJSON = Date.prototype.toJSON
Object.defineProperty(Date.prototype, 'toJSON', { configurable: true, enumerable: false, writable: true, value: dateToJSON })

test('JSON is what JSON.stringify makes of it', async () => {
  const { json } = await load()
  const values = [
    null, true, 0, -0, 1e300, NaN, Infinity, '', 'a"\\\n\u2028é🐕\ud800', [], {}, [undefined, () => 1, Symbol('x'), null],
    { a: undefined, b: () => 1, c: [1, [2, { d: 'e' }]], 'f"': { g: null } }, new Date(0), new Date(NaN), [new Date(1)],
    undefined, Object.create({ inherited: 1 }), [, 1], { __proto__: null, x: 1 }, new Map([[1, 2]]),
  ]
  for (const value of values) assert.equal(json(value), JSON.stringify(value))
})

test('no toJSON on a prototype has a say', async () => {
  const { json, textOf, pack } = await load()
  const beacon = {
    v: 1, id: 'feed00000000beef-1', session: 'a', view: 'feed00000000beef', app: 'shop', page: '/', navigation: 'navigate', device: 'desktop', sentAt: 1,
    errors: [{ message: 'x', fingerprint: '00000000' }], timings: { a: [1, 2.5] }, vitals: { LCP: { value: 1 } },
  }
  const expected = textOf(beacon)
  assert.deepEqual(JSON.parse(expected).timings, { a: [1, 2.5] })
  const date = JSON.stringify(new Date(0))
  polluted({ toJSON: () => 'from the page' }, () => {
    assert.equal(textOf(beacon), expected)
    assert.equal(json(new Date(0)), date)
    // Sizes are reckoned from the same text.
    const errors = Array.from({ length: 200 }, (_, at) => ({ message: `${at} ${'x'.repeat(900)}` }))
    const beacons = pack({ v: 1 }, { errors }, () => {})
    assert.ok(beacons.length > 1)
    for (const beacon of beacons) assert.ok(json(beacon).length <= 60 * 1024)
  })
})

test('what was put on Object.prototype is no part of a beacon, nor of the options', async () => {
  const { Batch, json, own } = await load()
  const fill = () => {
    const batch = new Batch(() => {})
    batch.count('x', 1)
    batch.record('ms', 5)
    batch.vital('LCP', own({ value: 1 }))
    Object.assign(batch.resource('shop.example', 'image'), { count: 1, duration: 2 })
    batch.script('a.js', '', 5, 0)
    batch.error(own({ message: 'x', fingerprint: '0' }))
    batch.error(own({ message: 'x', fingerprint: '0' }))
    return json([batch.body(() => {}), batch.errors()])
  }
  const expected = fill()
  polluted({ count: 'many', bytes: {}, parts: 1, errors: [1], histograms: {}, vitals: 7, forced: 'x', rating: 'odd' }, () => {
    assert.equal(fill(), expected)
    const options = own({ endpoint: '/v1/beacons' })
    assert.equal(options.count, undefined)
    assert.deepEqual(Object.keys(options), ['endpoint'])
  })
})

/** Names that so many pages give themselves whose `Math.random` has the same seed. */
async function names(count) {
  const real = Math.random
  const all = []
  try {
    for (let page = 0; page < count; page++) {
      const { randomName } = await load()
      let drawn = 0
      Math.random = () => (drawn++ * 0.1) % 1
      all.push(randomName(), randomName())
      assert.equal(drawn === 0, !!globalThis.crypto, 'a number is drawn that the page does not get')
    }
  } finally {
    Math.random = real
  }
  return all
}

test('a seeded Math.random gives no two visitors one name, with crypto or without', async () => {
  const withCrypto = await names(3)
  assert.equal(new Set(withCrypto).size, 6)
  const crypto = Object.getOwnPropertyDescriptor(globalThis, 'crypto')
  Object.defineProperty(globalThis, 'crypto', { configurable: true, value: undefined })
  try {
    const without = await names(3)
    assert.equal(new Set(without).size, 6)
    for (const name of [...withCrypto, ...without]) assert.match(name, /^[\da-f]{16}$/)
  } finally {
    Object.defineProperty(globalThis, 'crypto', crypto)
  }
})
