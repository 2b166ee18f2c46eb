// Errors are told as the Rust driver tells them: crates/engine/src/beacon/thrown.rs is held against the same cases.
import assert from 'node:assert/strict'
import { build } from 'esbuild'
import { readFileSync } from 'node:fs'
import { before, test } from 'node:test'
import { fileURLToPath } from 'node:url'

let watchErrors
const listeners = {}

before(async () => {
  const { outputFiles } = await build({
    bundle: true,
    format: 'esm',
    logLevel: 'silent',
    stdin: {
      contents: `export { watchErrors } from './errors.ts'`,
      resolveDir: fileURLToPath(new URL('../../src/rum/', import.meta.url)),
    },
    write: false,
  })
  ;({ watchErrors } = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`))
  globalThis.addEventListener = (kind, listener) => (listeners[kind] = listener)
})

test('errors are told as the Rust driver tells them', () => {
  const cases = JSON.parse(readFileSync(new URL('../../../tests/cases/rum/errors.json', import.meta.url), 'utf8'))
  const all = []
  watchErrors((error) => all.push(error))
  for (const { message, source, stack, told } of cases) {
    const [, filename = '', lineno, colno] = /^(.*):(\d+):(\d+)$/.exec(source) ?? []
    listeners.error({ message, filename, lineno, colno, error: { stack } })
    assert.deepEqual(all.pop(), told, message)
  }
})
