// What simulations of the devtools leave behind in a client.
import { QueryClient as CoreClient } from '@tanstack/query-core'
import { build } from 'esbuild'
import assert from 'node:assert/strict'
import { afterEach, beforeEach, mock, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { environmentManager, QueryClient } from 'whippet/query'

const entry = fileURLToPath(new URL('../../src/devtools/clientSource.ts', import.meta.url))
const bundled = await build({ bundle: true, entryPoints: [entry], format: 'esm', write: false })
const { clientSource } = await import(`data:text/javascript,${encodeURIComponent(bundled.outputFiles[0].text)}`)

beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: 1_800_000_000_000 })
  environmentManager.setIsServer(() => false)
})
afterEach(() => {
  mock.timers.reset()
  environmentManager.setIsServer(() => typeof window === 'undefined')
})

async function pass(ms) {
  for (let i = 0; i < 30; i++) await undefined
  mock.timers.tick(ms)
  for (let i = 0; i < 30; i++) await undefined
}

/** The devtools of a client, for its only query. */
function watched(client) {
  const source = clientSource(client)
  source.watch(() => {})
  return {
    actions: () => source.details(source.rows()[0]).actions,
    act: (action) => source.act(source.rows()[0], action),
  }
}

for (const [name, Client] of [
  ['whippet', QueryClient],
  ['query-core', CoreClient],
]) {
  test(`restoring does not bring back data older than what came since: ${name}`, async () => {
    let version = 0
    const client = new Client({ defaultOptions: { queries: { gcTime: Infinity } } })
    const { actions, act } = watched(client)
    const options = { queryKey: ['a'], queryFn: async () => ++version }
    const fetched = client.fetchQuery(options)
    await pass(0)
    await fetched

    // Written while it is simulated that the query failed, and that it loads.
    act('simulate an error')
    assert.equal(client.getQueryState(['a']).status, 'error')
    client.setQueryData(['a'], 10)
    act('restore')
    assert.equal(client.getQueryData(['a']), 10)
    act('simulate loading')
    client.setQueryData(['a'], 11)
    assert.ok(actions().includes('cancel'))
    act('cancel')
    await pass(0)
    assert.equal(client.getQueryData(['a']), 11)
    assert.equal(client.getQueryState(['a']).fetchStatus, 'idle')

    // Fetched anew.
    act('simulate an error')
    assert.ok(actions().includes('restore'))
    const again = client.fetchQuery(options)
    await pass(0)
    await again
    assert.equal(client.getQueryData(['a']), 2)
    assert.ok(!actions().includes('restore'))
    assert.ok(actions().includes('refetch'))
    act('restore')
    await pass(0)
    assert.equal(client.getQueryData(['a']), 2)

    act('simulate loading')
    assert.equal(client.getQueryData(['a']), undefined)
    act('restore')
    await pass(0)
    assert.equal(client.getQueryData(['a']), 2)
    assert.equal(client.getQueryState(['a']).fetchStatus, 'idle')
    client.clear()
  })
}

test('a mutation may have any key', async () => {
  const client = new QueryClient()
  const source = clientSource(client)
  const events = []
  source.watch((event) => events.push(event))
  const mutation = client.getMutationCache().build(client, { mutationKey: ['order', 7n], mutationFn: async () => 1 })
  assert.equal(await mutation.execute(), 1)
  assert.equal(events[0].row.text, `["order","7"] #${mutation.mutationId}`)
  assert.equal(source.rows()[0].text, events[0].row.text)
  client.clear()
})
