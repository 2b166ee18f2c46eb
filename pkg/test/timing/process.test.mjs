import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

/** Runs `code` in a new Node process, in this folder. */
function node(code, ...flags) {
  const run = spawnSync(process.execPath, [...process.execArgv, ...flags, '--input-type=module', '--eval', code], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
    timeout: 20_000,
  })
  assert.equal(run.status, 0, run.stderr || `ended by ${run.signal}`)
  return run.stdout.trim()
}

test('a waiting call does not keep the process alive', () => {
  const code = `
    import { debounce } from 'whippet/timing'
    debounce(() => console.log('ran'), 3_600_000)()`
  assert.equal(node(code), '')
})

test('a pending promise keeps the process alive', () => {
  const code = `
    import { batch, debounceAsync, memoize, rateLimit, retry, throttle } from 'whippet/timing'
    const search = debounceAsync((n) => n, 20)
    const load = batch((items) => items, { maxWait: 20 })
    const ask = rateLimit((n) => n, { limit: 1, interval: 20 })
    let failures = 1
    const again = retry(() => { if (failures-- > 0) throw new Error(); return 5 }, { retryDelay: 20 })
    // These wait much longer, but are not awaited.
    throttle(() => {}, 3_600_000)()
    memoize(() => {}, { ttl: 3_600_000 })()
    console.log(await search(1), await load(2), await ask(3), await ask(4), await again)`
  assert.equal(node(code), '1 2 3 4 5')
})

test('an aborted promise does not keep the process alive', () => {
  const code = `
    import { batch, debounceAsync, rateLimit, retry } from 'whippet/timing'
    const search = debounceAsync((n) => n, 3_600_000)
    const load = batch((items) => items, { maxWait: 3_600_000 })
    const ask = rateLimit((n) => n, { limit: 1, interval: 3_600_000 })
    const controller = new AbortController()
    const { signal } = controller
    search(1); load(2); ask(3); ask(4)
    retry(() => { throw new Error() }, { signal }).catch(() => {})
    await null
    search.cancel(); load.cancel(); ask.clear(); controller.abort()`
  assert.equal(node(code), '')
})

test('a call whose signal is none throws, and does not keep the process alive', () => {
  const code = `
    import { rateLimit } from 'whippet/timing'
    const ask = rateLimit((n) => n, { limit: 1, interval: 3_600_000, signal: (n, options) => options })
    await ask(1)
    try { ask(2, { signal: 'the options are none' }) } catch (error) { console.log(error.name, ask.pending()) }`
  assert.equal(node(code), 'TypeError 0')
})

test('memoize needs no WeakRef, which workerd lacks with an older compatibility date', () => {
  const code = `
    delete globalThis.WeakRef
    delete globalThis.FinalizationRegistry
    const { memoize } = await import('whippet/timing')
    let runs = 0
    const plain = memoize((n) => n, { ttl: 20 })
    const load = memoize(async (n) => runs++ + n)
    console.log(plain(1), plain(1), await load(5), await load(5))
    while (plain.stats().size) await new Promise((wake) => setTimeout(wake, 5))
    console.log(plain(2))`
  assert.equal(node(code), '1 1 5 5\n2')
})

test('pacing asks for no wasm', () => {
  const code = `
    let asked = 0
    Object.defineProperty(globalThis, 'WebAssembly', { get: () => (asked++, undefined) })
    const { debounce } = await import('whippet/timing')
    const debounced = debounce((n) => console.log(n, asked), 1)
    debounced(1)
    debounced(2)
    setTimeout(() => {}, 20)`
  assert.equal(node(code), '2 0')
})

/** By how many bytes the heap is larger after 50 rounds than after 10. */
const growth = (round) => `
  import { debounce, memoize } from 'whippet/timing'
  import { setImmediate } from 'node:timers/promises'
  let before
  for (let rounds = 0; rounds < 50; rounds++) {
    ${round}
    gc()
    await setImmediate()
    if (rounds === 10) before = process.memoryUsage().heapUsed
  }
  gc()
  console.log(process.memoryUsage().heapUsed - before)`

test('the memory of collected functions is used again', () => {
  const code = growth(`for (let i = 0; i < 1000; i++) { const f = debounce(() => {}, 0); f(); f.cancel() }`)
  // 40,000 functions at once would need about 4 MiB.
  assert.ok(Number(node(code, '--expose-gc')) < 1 << 20)
})

test('the memory of collected memoized functions is used again', () => {
  const code = growth(`for (let i = 0; i < 100; i++) {
    const f = memoize((n) => n, { ttl: 3_600_000 })
    for (let n = 0; n < 20; n++) f(n)
  }`)
  // 80,000 results at once would need about 16 MiB. The deadlines of 4,000 functions are still there.
  assert.ok(Number(node(code, '--expose-gc')) < 4 << 20)
})
