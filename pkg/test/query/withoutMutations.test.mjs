// A page that imports nothing that makes mutations does not load their code, and its MutationCache stays empty.
import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** A text that only the code of mutations has. */
const OF_MUTATIONS = 'No mutationFn found'

/** Bundles `source` as a user does. */
async function bundled(source) {
  const { outputFiles } = await build({
    bundle: true,
    define: { 'process.env.NODE_ENV': '"production"' },
    format: 'esm',
    minify: true,
    stdin: { contents: source, resolveDir: path.dirname(fileURLToPath(import.meta.url)) },
    write: false,
  })
  return outputFiles[0].text
}

const run = async (source) => import(`data:text/javascript,${encodeURIComponent(await bundled(source))}`)

const sizeOf = async (...names) => (await bundled(`export { ${names.join()} } from 'whippet/query'`)).length

test('the rules of mutations come with what makes them', async () => {
  const alone = await sizeOf('QueryClient')
  assert.ok((await sizeOf('QueryClient', 'MutationCache')) < alone + 100, 'a cache has none')
  assert.ok((await sizeOf('QueryClient', 'MutationObserver')) > alone + 8_000, 'rules and mutations')
})

test('without mutations their cache answers, and is empty', async () => {
  const source = `export { QueryClient, QueryObserver } from 'whippet/query'`
  assert.ok(!(await bundled(source)).includes(OF_MUTATIONS))
  const { QueryClient } = await run(source)
  const client = new QueryClient({ seed: 7 })
  client.setMutationDefaults(['a'], { retry: 2 })
  client.setDefaultOptions({ mutations: { gcTime: 5 } })
  const cache = client.getMutationCache()
  const events = []
  cache.subscribe((event) => events.push(event))
  cache.notify({ type: 'observerOptionsUpdated' })
  assert.deepEqual(
    [cache.getAll(), cache.findAll({ status: 'pending' }), cache.find({ mutationKey: ['a'] })],
    [[], [], undefined],
  )
  assert.equal(client.isMutating(), 0)
  assert.deepEqual(await cache.resumePausedMutations(), [])
  await client.resumePausedMutations()
  client.mount()
  client.unmount()
  cache.clear()
  client.clear()
  assert.equal(client.releaseMemory(), true)
  assert.deepEqual(events, [{ type: 'observerOptionsUpdated' }])
  assert.throws(() => cache.build(client, {}), /import MutationObserver or Mutation from 'whippet\/query'/)
  assert.deepEqual(cache.getAll(), [])
})

for (const name of ['MutationObserver', 'Mutation']) {
  test(`with ${name} a client builds mutations`, async () => {
    const source = `export { QueryClient, ${name} } from 'whippet/query'`
    assert.ok((await bundled(source)).includes(OF_MUTATIONS))
    const { QueryClient } = await run(source)
    const client = new QueryClient()
    const mutation = client.getMutationCache().build(client, { mutationFn: async (n) => n + 1 })
    assert.equal(await mutation.execute(1), 2)
    client.clear()
  })
}

const PAUSED = {
  status: 'pending',
  isPaused: true,
  variables: 1,
  failureCount: 0,
  failureReason: null,
  submittedAt: 0,
  error: null,
}

test('hydrate restores queries without mutations, and mutations with them', async () => {
  const source = `export { QueryClient, dehydrate, hydrate } from 'whippet/query'`
  assert.ok(!(await bundled(source)).includes(OF_MUTATIONS))
  const { QueryClient, dehydrate, hydrate } = await run(source)
  const client = new QueryClient()
  client.setQueryData(['a'], 1)
  const restored = new QueryClient()
  hydrate(restored, dehydrate(client))
  assert.equal(restored.getQueryData(['a']), 1)
  assert.throws(
    () => hydrate(restored, { mutations: [{ mutationKey: ['a'], state: PAUSED }] }),
    /import MutationObserver or Mutation/,
  )
  client.clear()
  restored.clear()

  const all = await run(`export { MutationObserver, QueryClient, dehydrate, hydrate } from 'whippet/query'`)
  const whole = new all.QueryClient()
  all.hydrate(whole, { mutations: [{ mutationKey: ['a'], state: PAUSED }] })
  assert.equal(all.dehydrate(whole).mutations.length, 1)
  whole.clear()
})
