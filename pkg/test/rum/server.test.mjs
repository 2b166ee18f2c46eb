import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

/** Runs `code` in a separate Node process in this folder; returns its output. */
function node(code) {
  const run = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
    timeout: 20_000,
  })
  assert.equal(run.status, 0, run.stderr || `ended by ${run.signal}`)
  return (run.stdout + run.stderr).trim()
}

const everything = `
  const { startRum, onCLS, onFCP, onINP, onLCP, onTTFB } = await import('whippet/rum')
  for (const on of [onCLS, onFCP, onINP, onLCP, onTTFB]) on(() => console.log('called'))
  const rum = startRum({ endpoint: '/v1/beacons', app: 'server' })
  rum.flush(); rum.consent(false); rum.consent(true); rum.stop()
  console.log(JSON.stringify(rum.stats()))`
const nothing = '{"beacons":0,"bytes":0,"lost":0}'

test('on a server nothing is measured or printed, and the process ends', () => {
  assert.equal(node(everything), nothing)
})

test('measuring asks for no wasm', () => {
  const output = node(`
    globalThis.document = {}
    let asked = 0
    console.warn = () => {}
    Object.defineProperty(globalThis, 'WebAssembly', { get: () => (asked++, undefined) })
    ${everything}
    console.log(asked)`)
  assert.equal(output, `${nothing}\n0`)
})

test('importing starts nothing', () => {
  const code = `
    const real = WebAssembly.Module
    let started = 0
    WebAssembly.Module = function (...args) { started++; return new real(...args) }
    await import('whippet/rum')
    console.log(started)`
  assert.equal(node(code), '0')
})
