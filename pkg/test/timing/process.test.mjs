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

test('the engine starts with the first call', () => {
  const code = `
    const real = WebAssembly.Instance
    let started = 0
    WebAssembly.Instance = function (...args) { started++; return new real(...args) }
    const { debounce, stats } = await import('whippet/timing')
    const debounced = debounce(() => {}, 1)
    debounced.cancel(); debounced.flush(); debounced.pending(); stats()
    const before = started
    debounced()
    console.log(before, started)`
  assert.equal(node(code), '0 1')
})

test('without wasm the first call warns, and functions run unpaced', () => {
  const code = `
    delete globalThis.WebAssembly
    const { debounce, WasmUnavailableError } = await import('whippet/timing')
    console.warn = (text, error) => console.log(text.includes('unpaced'), error instanceof WasmUnavailableError)
    const debounced = debounce((n) => console.log(n), 1)
    debounced(1)
    debounced(2)`
  assert.equal(node(code), 'true true\n1\n2')
})

test('the memory of collected functions is used again', () => {
  const code = `
    import { debounce } from 'whippet/timing'
    import { setImmediate } from 'node:timers/promises'
    let memory
    const { Instance } = WebAssembly
    WebAssembly.Instance = function (...args) {
      const instance = new Instance(...args)
      memory = instance.exports.memory
      return instance
    }
    for (let round = 0; round < 50; round++) {
      for (let i = 0; i < 1000; i++) { const f = debounce(() => {}, 0); f(); f.cancel() }
      gc()
      await setImmediate()
    }
    console.log(memory.buffer.byteLength)`
  // 50,000 functions at once would need about 4 MiB.
  assert.ok(Number(node(code, '--expose-gc')) < 1 << 20)
})

test('the memory of collected memoized functions is used again', () => {
  const code = `
    import { memoize } from 'whippet/timing'
    import { setImmediate } from 'node:timers/promises'
    let memory
    const { Instance } = WebAssembly
    WebAssembly.Instance = function (...args) {
      const instance = new Instance(...args)
      memory = instance.exports.memory
      return instance
    }
    for (let round = 0; round < 50; round++) {
      for (let i = 0; i < 100; i++) {
        const f = memoize((n) => n, { ttl: 3_600_000 })
        for (let n = 0; n < 20; n++) f(n)
      }
      gc()
      await setImmediate()
    }
    console.log(memory.buffer.byteLength)`
  // 100,000 results at once would need about 5 MiB.
  assert.ok(Number(node(code, '--expose-gc')) < 1 << 20)
})
