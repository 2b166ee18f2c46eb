// How large the wasm memory gets; it never shrinks, so its size at the end is its peak. One page per list.
import { jsonQuery, setJsonBudget } from 'whippet/json'
import { QueryClient } from 'whippet/query'
import { bodiesOf, changes } from './changes.js'

// There is a module for the cache too, which is not what is measured.
let memory
const { Instance } = WebAssembly
WebAssembly.Instance = function (...args) {
  const instance = new Instance(...args)
  if (Object.keys(instance.exports).some((name) => name.startsWith('json_'))) memory = instance.exports.memory
  return instance
}

/** Bytes of wasm memory after one query was fetched ten times, with every kind of change, and of its body. */
globalThis.memoryOf = async (rows) => {
  setJsonBudget({ body: 32 << 20, total: 128 << 20 })
  const client = new QueryClient()
  let bytes
  for (const change of changes) {
    for (const body of bodiesOf(change, rows, 2)) {
      bytes = body.length
      const queryFn = jsonQuery(() => new Response(body))
      await client.fetchQuery({ queryKey: ['issues'], queryFn, retry: false })
    }
  }
  return { bytes, memory: memory.buffer.byteLength }
}
