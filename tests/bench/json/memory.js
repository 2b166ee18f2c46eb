// How large the wasm memory gets; it never shrinks, so its size at the end is its peak. One page per list.
import { jsonQuery, stats } from 'whippet/json'
import { QueryClient } from 'whippet/query'
import { bodiesOf, changes } from './changes.js'

/** Bytes of wasm memory after one query was fetched again and again, with every kind of change, and of its body. */
globalThis.memoryOf = async (rows) => {
  const client = new QueryClient()
  let bytes
  for (const change of changes) {
    for (const body of bodiesOf(change, rows, 2)) {
      bytes = body.length
      const queryFn = jsonQuery(() => new Response(body))
      await client.fetchQuery({ queryKey: ['issues'], queryFn, retry: false })
    }
  }
  return { bytes, memory: stats().memory }
}
