// Pages that change prototypes or seed `Math.random` get the same beacons as others.
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
        export { createMeasurements } from './measurements.ts'
        export { stringify } from './lib/stringify.ts'
        export { copyOwn } from './lib/properties.ts'
        export { pack } from './pack.ts'
        export { randomId } from './lib/random.ts'
        export { serializeBeacon } from './serializeBeacon.ts'`,
      resolveDir: fileURLToPath(new URL('../../src/rum/', import.meta.url)),
    },
    write: false,
  })
  code = Buffer.from(outputFiles[0].contents).toString('base64')
})

/** Loads the modules again, with a state of their own as in another page. */
let pages = 0
const load = () => import(`data:text/javascript;base64,${code}#${pages++}`)

/** Calls `run` while prototypes have additional members. */
function polluted(members, run) {
  const all = [Object, Array, String, Number, Boolean, Date].map(({ prototype }) => prototype)
  const owners = members.toJSON ? all : [Object.prototype]
  for (const owner of owners)
    for (const [name, value] of Object.entries(members)) {
      Object.defineProperty(owner, name, { configurable: true, enumerable: true, writable: true, value })
    }
  try {
    return run()
  } finally {
    for (const owner of owners) for (const name of Object.keys(members)) delete owner[name]
    // Deleting the added member also deleted the native one.
    Date.prototype.toJSON ??= dateToJSON
  }
}
const dateToJSON = Date.prototype.toJSON
Object.defineProperty(Date.prototype, 'toJSON', { configurable: true, enumerable: false, writable: true, value: dateToJSON })

test('stringify equals JSON.stringify', async () => {
  const { stringify } = await load()
  const values = [
    null,
    true,
    0,
    -0,
    1e300,
    NaN,
    Infinity,
    '',
    'a"\\\n\u2028é🐕\ud800',
    [],
    {},
    [undefined, () => 1, Symbol('x'), null],
    { a: undefined, b: () => 1, c: [1, [2, { d: 'e' }]], 'f"': { g: null } },
    new Date(0),
    new Date(NaN),
    [new Date(1)],
    undefined,
    Object.create({ inherited: 1 }),
    [, 1],
    { __proto__: null, x: 1 },
    new Map([[1, 2]]),
  ]
  for (const value of values) assert.equal(stringify(value), JSON.stringify(value))
})

test('a toJSON on a prototype is not called', async () => {
  const { stringify, serializeBeacon, pack } = await load()
  const beacon = {
    v: 1,
    id: 'feed00000000beef-1',
    session: 'a',
    view: 'feed00000000beef',
    app: 'shop',
    page: '/',
    navigation: 'navigate',
    device: 'desktop',
    sentAt: 1,
    errors: [{ message: 'x', fingerprint: '00000000' }],
    timings: { a: [1, 2.5] },
    vitals: { LCP: { value: 1 } },
  }
  const expected = serializeBeacon(beacon)
  assert.deepEqual(JSON.parse(expected).timings, { a: [1, 2.5] })
  const date = JSON.stringify(new Date(0))
  polluted({ toJSON: () => 'from the page' }, () => {
    assert.equal(serializeBeacon(beacon), expected)
    assert.equal(stringify(new Date(0)), date)
    // `pack` measures the same text.
    const errors = Array.from({ length: 200 }, (_, at) => ({ message: `${at} ${'x'.repeat(900)}` }))
    const beacons = pack({ v: 1 }, { errors }, () => {})
    assert.ok(beacons.length > 1)
    for (const beacon of beacons) assert.ok(stringify(beacon).length <= 60 * 1024)
  })
})

test('members of Object.prototype are part of neither a beacon nor the options', async () => {
  const { createMeasurements, stringify, copyOwn } = await load()
  const fill = () => {
    const batch = createMeasurements(() => {})
    batch.count('x', 1)
    batch.record('ms', 5)
    batch.vital('LCP', copyOwn({ value: 1 }))
    Object.assign(batch.resource('shop.example', 'image'), { count: 1, duration: 2 })
    batch.script('a.js', '', 5, 0)
    batch.error(copyOwn({ message: 'x', fingerprint: '0' }))
    batch.error(copyOwn({ message: 'x', fingerprint: '0' }))
    return stringify([batch.body(() => {}), batch.errors()])
  }
  const expected = fill()
  polluted({ count: 'many', bytes: {}, parts: 1, errors: [1], histograms: {}, vitals: 7, forced: 'x', rating: 'odd' }, () => {
    assert.equal(fill(), expected)
    const options = copyOwn({ endpoint: '/v1/beacons' })
    assert.equal(options.count, undefined)
    assert.deepEqual(Object.keys(options), ['endpoint'])
  })
})

/** The ids that `count` pages generate if `Math.random` has the same seed in all. */
async function ids(count) {
  const real = Math.random
  const all = []
  try {
    for (let page = 0; page < count; page++) {
      const { randomId } = await load()
      let drawn = 0
      Math.random = () => (drawn++ * 0.1) % 1
      all.push(randomId(), randomId())
      assert.equal(drawn === 0, !!globalThis.crypto, 'with crypto, Math.random is not called')
    }
  } finally {
    Math.random = real
  }
  return all
}

test('visitors get different ids although Math.random is seeded, with and without crypto', async () => {
  const withCrypto = await ids(3)
  assert.equal(new Set(withCrypto).size, 6)
  const crypto = Object.getOwnPropertyDescriptor(globalThis, 'crypto')
  Object.defineProperty(globalThis, 'crypto', { configurable: true, value: undefined })
  try {
    const without = await ids(3)
    assert.equal(new Set(without).size, 6)
    for (const id of [...withCrypto, ...without]) assert.match(id, /^[\da-f]{16}$/)
  } finally {
    Object.defineProperty(globalThis, 'crypto', crypto)
  }
})
