// Pages that freeze the prototypes of the language, as hardened ones do: what the package throws has its name there too.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

// In a process of its own: Node's test runner cannot do without its own assignments.
const code = `
  import * as whippet from 'whippet'
  const make = {
    CircuitOpenError: () => new whippet.CircuitOpenError('https://a.example', 1000),
    CancelledError: () => new whippet.CancelledError({ silent: true }),
    HttpError: () => new whippet.HttpError(new Response('', { status: 404 }), 'body'),
    LazyImportTimeoutError: () => new whippet.LazyImportTimeoutError(5),
    MutationInterruptedError: () => new whippet.MutationInterruptedError(['add']),
    QueueFullError: () => new whippet.QueueFullError(7),
    TimeoutError: () => new whippet.TimeoutError(9, '["a"]'),
    WasmUnavailableError: () => new whippet.WasmUnavailableError(new Error('why')),
  }
  const all = Object.keys(whippet).filter((name) => whippet[name]?.prototype instanceof Error)
  const describe = (name) => {
    const error = make[name]()
    return { ...error, name: error.name, message: error.message, text: String(error) }
  }
  const before = all.map(describe)
  for (const of of [Object, Error, Function, Array]) Object.freeze(of.prototype)
  console.log(JSON.stringify({ all, before, after: all.map(describe) }))`

test('errors have their names where prototypes are frozen', () => {
  const options = { cwd: import.meta.dirname, encoding: 'utf8', timeout: 20_000 }
  const run = spawnSync(process.execPath, ['--input-type=module', '--eval', code], options)
  assert.equal(run.status, 0, run.stderr)
  const { all, before, after } = JSON.parse(run.stdout)
  assert.ok(all.length >= 5, `${all}`)
  assert.deepEqual(after, before)
  // query-core's CancelledError has no name of its own, and so has ours.
  for (const [at, name] of all.entries()) assert.equal(after[at].name, name === 'CancelledError' ? 'Error' : name)
})
