import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

/** Runs `code` in a Node process of its own, in this folder. */
function node(code, ...flags) {
  const run = spawnSync(process.execPath, [...process.execArgv, ...flags, '--input-type=module', '--eval', code], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
    timeout: 20_000,
  })
  assert.equal(run.status, 0, run.stderr || `ended by ${run.signal}`)
  return run.stdout.trim()
}

test('what waits does not keep the process alive', () => {
  const code = `
    import { debounce } from 'whippet/timing'
    debounce(() => console.log('ran'), 3_600_000)()`
  assert.equal(node(code), '')
})

test('importing starts nothing', () => {
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

test('where wasm is forbidden the first call says so', () => {
  const code = `
    delete globalThis.WebAssembly
    const { debounce, WasmUnavailableError } = await import('whippet/timing')
    try { debounce(() => {}, 1)() } catch (error) { console.log(error instanceof WasmUnavailableError) }`
  assert.equal(node(code), 'true')
})

test('functions that are collected leave their place to others', () => {
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
  // 50,000 of them at once would need some 4 MiB.
  assert.ok(Number(node(code, '--expose-gc')) < 1 << 20)
})
