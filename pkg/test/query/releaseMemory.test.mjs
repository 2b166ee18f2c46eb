import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MutationObserver, QueryClient, QueryObserver, recordSession } from 'whippet/query'
import { pass, settle, simulatedTime } from './clock.mjs'

simulatedTime()

test('releaseMemory frees the memory of an empty client, which keeps working', async () => {
  const other = new QueryClient()
  other.setQueryData(['other'], 1)
  const client = new QueryClient({ maxEntries: 100_000 })
  for (let i = 0; i < 20_000; i++) client.setQueryData(['a', i], i)
  const observer = new QueryObserver(client, { queryKey: ['a', 1], queryFn: () => 'fetched', staleTime: Infinity })
  assert.equal(client.releaseMemory(), false)
  const removed = client.getQueryCache().find({ queryKey: ['a', 7] })
  client.clear()
  const { engine } = client.getQueryCache()
  assert.equal(client.releaseMemory(), true)
  assert.notEqual(client.getQueryCache().engine, engine)
  assert.equal(client.releaseMemory(), true, 'again, with nothing to give')

  // Objects from before are used again.
  removed.setData('again')
  client.getQueryCache().add(removed)
  assert.equal(client.getQueryData(['a', 7]), 'again')
  const leave = observer.subscribe(() => {})
  assert.equal(client.releaseMemory(), false, 'someone looks')
  await client.invalidateQueries()
  await settle()
  assert.equal(observer.getCurrentResult().data, 'fetched')
  leave()
  client.clear()
  await pass(1)
  assert.equal(client.releaseMemory(), true)
  assert.equal(other.getQueryData(['other']), 1)
  await other.fetchQuery({ queryKey: ['other'], queryFn: () => 2 })
  assert.equal(other.getQueryData(['other']), 2)
})

test('releaseMemory does nothing while the engine is needed or recorded', async () => {
  const client = new QueryClient({ breaker: true })
  const mutation = new MutationObserver(client, { mutationFn: () => 1 })
  await mutation.mutate()
  assert.equal(client.releaseMemory(), false)
  mutation.reset()
  client.getMutationCache().clear()
  assert.equal(client.releaseMemory(), true)
  await mutation.mutate()
  assert.equal(mutation.getCurrentResult().data, 1)
  client.clear()

  const observer = new QueryObserver(client, { queryKey: ['a'], queryFn: () => 1 })
  const leave = observer.subscribe(() => {})
  client.clear()
  assert.equal(client.releaseMemory(), false, 'someone looks at what was removed')
  leave()
  client.clear()
  await pass(1)
  assert.equal(client.releaseMemory(), true)

  const recorded = new QueryClient()
  recordSession(recorded)
  recorded.setQueryData(['a'], 1)
  recorded.clear()
  assert.equal(recorded.releaseMemory(), false)
})
