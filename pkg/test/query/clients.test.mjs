// Many clients in one process, as on a server with one per request.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { MutationObserver, QueryClient, QueryObserver, dehydrate } from 'whippet/query'

test('an unreachable client is garbage-collected with its engine', () => {
  const code = `
    import { MutationObserver, QueryClient, QueryObserver } from 'whippet/query'
    const refs = []
    async function request(i) {
      const client = new QueryClient({ breaker: true })
      refs.push(new WeakRef(client.getQueryCache()))
      for (let j = 0; j < 20; j++) {
        await client.fetchQuery({ queryKey: ['user', i, j], queryFn: () => ({ i, j }), meta: { origin: 'o' + j } })
      }
      new QueryObserver(client, { queryKey: ['user', i, 0], queryFn: () => 1 }).subscribe(() => {})()
      await new MutationObserver(client, { mutationFn: async (x) => x }).mutate(i)
    }
    async function collect() {
      for (let i = 0; i < 5; i++) {
        gc()
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    async function round() {
      for (let i = 0; i < 200; i++) {
        await request(i)
        // Explicit garbage collection, since otherwise each round's peak would depend on when the collector runs.
        if (i % 10 === 9) await collect()
      }
    }
    for (let i = 0; i < 2; i++) await round()
    console.log(JSON.stringify({ clients: refs.length, left: refs.filter((ref) => ref.deref()).length }))
  `
  const run = spawnSync(process.execPath, ['--expose-gc', '--input-type=module', '--eval', code], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
    timeout: 60_000,
  })
  assert.equal(run.status, 0, run.stderr || `ended by ${run.signal}`)
  const { clients, left } = JSON.parse(run.stdout)
  assert.equal(clients, 400)
  assert.ok(left < 10, `${left} of ${clients} clients are still there`)
})

test('two clients do not share state', async () => {
  const one = new QueryClient({ breaker: { failures: 1 }, defaultOptions: { queries: { staleTime: Infinity } } })
  const two = new QueryClient({ breaker: { failures: 1 } })
  const seen = []
  two.getQueryCache().subscribe((event) => seen.push(event.type))
  two.getMutationCache().subscribe((event) => seen.push(event.type))

  const options = { queryKey: ['me'], queryFn: () => ({ secret: 'one' }) }
  await one.fetchQuery(options)
  one.setQueryDefaults(['me'], { meta: { of: 'one' } })
  new QueryObserver(one, options).subscribe(() => {})()
  await new MutationObserver(one, { mutationFn: async () => 1 }).mutate()
  const down = { queryKey: ['down'], queryFn: () => Promise.reject(new Error('down')), meta: { origin: 'x' } }
  await one.prefetchQuery(down)

  assert.deepEqual(seen, [])
  assert.equal(two.getQueryData(['me']), undefined)
  assert.deepEqual(two.getQueryDefaults(['me']), {})
  assert.deepEqual([two.getQueryCache().getAll(), two.getMutationCache().getAll()], [[], []])
  assert.deepEqual(dehydrate(two).queries, [])
  assert.deepEqual([two.stats().fetches, two.stats().misses, two.breakers()], [0, 0, []])
  assert.equal(one.breakers()[0].state, 'open')

  // Where both have the same key, each has its own: ids are the same numbers in both machines.
  await two.fetchQuery({ queryKey: ['me'], queryFn: () => ({ secret: 'two' }) })
  assert.deepEqual(
    [one, two].map((client) => client.getQueryData(['me']).secret),
    ['one', 'two'],
  )
  await assert.rejects(two.fetchQuery(down), /down/)
  two.clear()
  assert.equal(one.getQueryData(['me']).secret, 'one')
  await one.invalidateQueries({ queryKey: ['me'] })
  assert.equal(two.getQueryState(['me']), undefined)
})
