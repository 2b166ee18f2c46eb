// Rules that exist in TypeScript and in Rust: crates/engine is tested with the same cases, which are in tests/cases/rum.
import assert from 'node:assert/strict'
import { build } from 'esbuild'
import { readFileSync } from 'node:fs'
import { afterEach, before, beforeEach, test } from 'node:test'
import { fileURLToPath } from 'node:url'

let rum

before(async () => {
  const { outputFiles } = await build({
    bundle: true,
    format: 'esm',
    logLevel: 'silent',
    stdin: {
      contents: `
        export { routeOf, scrubPath, scrubRoute, scrubText, scrubUrl } from './scrub.ts'
        export { isIgnored, isUnnamed } from './ignored.ts'
        export { describeThrown } from './describeThrown.ts'
        export { currentVisit, forgetVisit, isSampled } from './session.ts'
        export { isTraced } from './traceparent.ts'
        export { createPause } from './send/pause.ts'
        export { retryAfter } from './send/transport.ts'`,
      resolveDir: fileURLToPath(new URL('../../src/rum/', import.meta.url)),
    },
    write: false,
  })
  rum = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`)
})

const read = (name) => JSON.parse(readFileSync(new URL(`../../../tests/cases/rum/${name}.json`, import.meta.url), 'utf8'))

// The cases set the clock, the storage and the random numbers.
const realNow = Date.now
const realCrypto = Object.getOwnPropertyDescriptor(globalThis, 'crypto')
let now, stored

beforeEach(() => {
  stored = new Map()
  Date.now = () => now
  Object.defineProperty(globalThis, 'crypto', { configurable: true, value: { getRandomValues: (words) => words.fill(7) } })
  globalThis.location = { href: 'https://shop.example/orders?page=2' }
  globalThis.sessionStorage = {
    getItem: (key) => stored.get(key) ?? null,
    setItem: (key, value) => stored.set(key, String(value)),
    removeItem: (key) => stored.delete(key),
  }
})

afterEach(() => {
  Date.now = realNow
  Object.defineProperty(globalThis, 'crypto', realCrypto)
  delete globalThis.location
  delete globalThis.sessionStorage
})

test('addresses are scrubbed', () => {
  const { paths, routes, texts, addresses } = read('scrub')
  for (const [from, to] of paths) assert.equal(rum.scrubPath(from), to, from)
  for (const { pathname, hash, route, page } of routes) {
    assert.equal(rum.routeOf({ pathname, hash }), route, pathname + hash)
    assert.equal(rum.scrubRoute(route), page, pathname + hash)
  }
  for (const [from, to] of texts) assert.equal(rum.scrubText(from), to, from)
  for (const [from, to] of addresses) assert.equal(rum.scrubUrl(from), to, from)
})

test('a visit continues, or a new one begins', () => {
  const fresh = '0000000700000007'
  for (const { name, stored: before, now: at, goes_on } of read('session').cases) {
    now = at
    rum.forgetVisit()
    if (before !== null) stored.set('whippet.session', before)
    const expected = goes_on ?? `${fresh} ${now} ${now}`
    assert.equal(rum.currentVisit(), expected.slice(0, 16), name)
    assert.equal(stored.get('whippet.session'), expected, name)
  }
})

test('the sample rate selects the same visits in both languages', () => {
  for (const { session, rate, sampled } of read('sampling').cases) {
    assert.equal(rum.isSampled(session, rate), sampled, `${session} at ${rate}`)
  }
})

test('beacons pause after a failure', () => {
  for (const { name, stored: before, now: at, steps } of read('pause').cases) {
    now = at
    stored.clear()
    if (before !== null) stored.set('whippet.pause', before)
    let pause = rum.createPause()
    for (const step of steps) {
      const [kind, value] = typeof step === 'string' ? [step] : Object.entries(step)[0]
      if (kind === 'wait') now += value
      else if (kind === 'fail') {
        pause.extend(value.asked ?? undefined, value.chance)
      } else if (kind === 'online') pause.online()
      else if (kind === 'answer') pause.end()
      else if (kind === 'nextPage') pause = rum.createPause()
      else if (kind === 'left') assert.equal(pause.left(), value, name)
      else if (kind === 'failing') assert.equal(pause.isFailing(), value, name)
      else if (kind === 'stored') assert.equal(stored.get('whippet.pause') ?? null, value, name)
      else assert.fail(`${name}: ${kind}`)
    }
  }
})

test('Retry-After is parsed', () => {
  for (const { header, now, ms } of read('retry-after').cases) {
    assert.equal(rum.retryAfter(header, now) ?? null, ms, JSON.stringify(header))
  }
})

test('the listed requests carry a traceparent', () => {
  const { origin, endpoint, cases } = read('traceparent')
  for (const { href, listed, traced } of cases) {
    assert.equal(rum.isTraced(href, origin, listed, endpoint), traced, `${href} ${listed}`)
  }
})

test('harmless errors and listed errors are ignored', () => {
  for (const { message, listed, ignored } of read('ignored').cases) {
    assert.equal(rum.isIgnored(message, listed), ignored, message)
    assert.equal(rum.isIgnored(message, false), false, message)
  }
})

test('thrown objects are described by their members', () => {
  const { objects, unnamed } = read('thrown')
  for (const [message, is] of unnamed) assert.equal(rum.isUnnamed(message), is, message)
  for (const { kind, members, told } of objects) {
    const prototype = kind ? { constructor: { name: kind } } : null
    assert.equal(rum.describeThrown(Object.assign(Object.create(prototype), members)), told)
  }
})
