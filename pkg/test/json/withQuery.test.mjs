import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonQuery, stats } from 'whippet/json'
import { QueryClient } from 'whippet/query'

test('a refetch that brings nothing new changes nothing, also after one that did', async (t) => {
  let rows = Array.from({ length: 100 }, (_, id) => ({ id, name: `row ${id}`, tags: ['a', 'b'] }))
  t.mock.method(globalThis, 'fetch', async () => new Response(JSON.stringify(rows)))
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  t.after(() => client.clear())
  const queryKey = ['rows']
  const refetch = async () => {
    await client.fetchQuery({ queryKey, queryFn: jsonQuery('/rows') })
    return client.getQueryData(queryKey)
  }
  const parsed = async (f) => {
    const before = stats().parsed
    await f()
    return stats().parsed - before
  }

  const first = await refetch()
  assert.equal(await parsed(async () => assert.equal(await refetch(), first)), 0)

  rows = rows.with(5, { ...rows[5], name: 'changed' })
  const second = await refetch()
  assert.equal(second[5].name, 'changed')
  assert.equal(second[4], first[4])
  // What is in the cache now is not what was parsed, but what structural sharing made of it.
  assert.equal(await parsed(async () => assert.equal(await refetch(), second)), 0)

  client.setQueryData(queryKey, (rows) => rows.slice(1))
  assert.deepEqual(await refetch(), rows)
})
