// A query cache has no wasm: where WebAssembly does not run, it is as whole as anywhere.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { run, ways } from './ways.mjs'

for (const [name, way] of Object.entries(ways)) {
  test(`WebAssembly ${name}: queries are fetched, retried and told, mutations run one after another`, async () => {
    const result = await run(
      way,
      `
      const { MutationObserver, QueryClient, QueryObserver } = query
      const client = new QueryClient({ breaker: true, maxEntries: 5, seed: 1 })
      client.mount()
      let called = 0
      const queryFn = () => (++called % 2 ? Promise.reject(new Error('down')) : called)
      const options = { queryKey: ['a', 1], queryFn, retry: 3, retryDelay: 1 }
      const fetched = await client.fetchQuery(options)
      const states = []
      const observer = new QueryObserver(client, options)
      await new Promise((done) => {
        observer.subscribe(({ status, fetchStatus, failureCount }) => {
          states.push([status, fetchStatus, failureCount])
          if (fetchStatus === 'idle') done()
        })
      })
      observer.destroy()
      const log = []
      const mutation = (id) => new MutationObserver(client, { mutationFn: async () => log.push(id), scope: { id: 'one' } })
      await Promise.all([mutation('first').mutate(), mutation('second').mutate()])
      for (let i = 0; i < 9; i++) client.setQueryData(['many', i], i)
      const kept = client.getQueryCache().getAll().length
      client.clear()
      return { fetched, states, log, kept, retries: client.stats().retries }`,
    )
    assert.equal(result.fetched, 2)
    assert.deepEqual(result.states.at(-1), ['success', 'idle', 0])
    assert.deepEqual(result.log, ['first', 'second'])
    assert.equal(result.kept, 5)
    assert.equal(result.retries, 2)
  })
}
