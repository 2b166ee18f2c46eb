// What dehydration makes of data.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { QueryClient, dehydrate, hydrate } from 'whippet/query'

test('`serializeData` that gives nothing leaves nothing of the data', () => {
  const client = new QueryClient()
  client.setQueryData(['a'], { secret: 1 })
  const { queries } = dehydrate(client, { serializeData: () => undefined })
  assert.deepEqual([queries[0].state.status, queries[0].state.data], ['success', undefined])
  client.clear()
})

test('a state that is none brings nothing', () => {
  const client = new QueryClient()
  for (const nothing of [undefined, null, 'text', 3, {}]) hydrate(client, nothing)
  assert.equal(client.getQueryCache().getAll().length, 0)
})
