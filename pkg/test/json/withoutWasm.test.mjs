import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answers, query } from './server.mjs'

test('without wasm every body is parsed and the errors are the same', async (t) => {
  // As a Content-Security-Policy does it.
  WebAssembly.Module = class {
    constructor() {
      throw new WebAssembly.CompileError('blocked')
    }
  }
  const { HttpError, jsonQuery, parseJson, stats } = await import('whippet/json')
  answers(t, '[1]', '[1]', '[1', { status: 404, body: 'no' })
  const { state, context } = query()
  const fn = jsonQuery('/todos')
  state.data = await fn(context)
  assert.deepEqual(await fn(context), [1])
  await assert.rejects(fn(context), SyntaxError)
  await assert.rejects(fn(context), HttpError)
  assert.deepEqual(Object.values(stats()), [0, 0, 0, 0, 0, 0, 0, 0])
  const parsed = await parseJson(undefined, new Response('[1]'))
  assert.deepEqual((await parseJson(parsed, new TextEncoder().encode('[2]'))).value, [2])
  assert.deepEqual((await parseJson(parsed, new Response('[3]').body)).value, [3], 'a stream of bytes')
})
