import assert from 'node:assert/strict'
import { test } from 'node:test'
import { QueryClient, experimental_streamedQuery as streamedQuery } from 'whippet/query'

test('a stream may end with `null`, which is data', async () => {
  const client = new QueryClient()
  async function* streamFn() {
    yield 1
    yield null
  }
  const queryFn = streamedQuery({ streamFn, reducer: (_, chunk) => chunk, initialValue: 0 })
  assert.equal(await client.fetchQuery({ queryKey: ['a'], queryFn }), null)
  assert.equal(client.getQueryData(['a']), null)
  client.clear()
})
