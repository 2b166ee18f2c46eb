// Mutations that wait, hang or were interrupted, and the release of scopes and origins.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  MutationCache,
  MutationInterruptedError,
  QueryClient,
  QueryObserver,
  dehydrate,
  focusManager,
  hydrate,
  onlineManager,
} from 'whippet/query'
import { after, counter, pass, settle, simulatedTime } from './clock.mjs'

simulatedTime()

const occasions = {
  focus: () => {
    focusManager.setFocused(false)
    focusManager.setFocused(true)
  },
  reconnecting: () => {
    onlineManager.setOnline(false)
    onlineManager.setOnline(true)
  },
}

function mutate(client, options) {
  const mutation = client.getMutationCache().build(client, options)
  mutation.execute().catch(() => {})
  return mutation
}

const hangs = () => new Promise(() => {})

for (const [what, happens] of Object.entries(occasions)) {
  test(`a mutation that waits behind one that hangs does not block refetching on ${what}`, async () => {
    const client = new QueryClient()
    client.mount()
    const queryFn = counter()
    new QueryObserver(client, { queryKey: ['a'], queryFn }).subscribe(() => {})
    await pass(1)
    for (let i = 0; i < 3; i++) mutate(client, { scope: { id: 'upload' }, mutationFn: hangs })
    await settle()
    happens()
    await pass(1)
    assert.equal(queryFn.calls, 2)
    client.unmount()
  })
}

test('refetching waits for resumed mutations, but not for one that hangs', async () => {
  const client = new QueryClient()
  client.mount()
  const order = []
  new QueryObserver(client, { queryKey: ['a'], queryFn: () => order.push('query') }).subscribe(() => {})
  await settle()
  onlineManager.setOnline(false)
  const scope = { id: 's' }
  mutate(client, { scope, mutationFn: () => after(50).then(() => order.push('first')) })
  mutate(client, { scope, mutationFn: () => after(50).then(() => order.push('second')) })
  await settle()
  onlineManager.setOnline(true)
  await pass(100, 10)
  assert.deepEqual(order, ['query', 'first', 'second', 'query'])
  onlineManager.setOnline(false)
  mutate(client, { scope, mutationFn: hangs })
  mutate(client, { scope, mutationFn: hangs })
  await settle()
  onlineManager.setOnline(true)
  await pass(4_990, 10)
  assert.equal(order.length, 4)
  await pass(10)
  assert.equal(order.length, 5)
  client.unmount()
})

/** The dehydrated state of a client with a running mutation and one that waits behind it. */
async function interrupted() {
  const client = new QueryClient()
  const options = { mutationKey: ['save'], scope: { id: 's' }, mutationFn: hangs }
  for (let i = 0; i < 2; i++) mutate(client, options)
  await settle()
  return JSON.parse(JSON.stringify(dehydrate(client, { shouldDehydrateMutation: () => true })))
}

test('an interrupted mutation fails on hydration, and those behind it continue', async () => {
  const state = await interrupted()
  const heard = []
  const client = new QueryClient({ mutationCache: new MutationCache({ onError: ({ name }) => heard.push(name) }) })
  let ran = 0
  client.setMutationDefaults(['save'], { mutationFn: () => ++ran, onSettled: (_data, error) => heard.push(!!error) })
  hydrate(client, state)
  await settle()
  const [first, second] = client.getMutationCache().getAll()
  assert.equal(first.state.status, 'error')
  assert.ok(first.state.error instanceof MutationInterruptedError)
  assert.match(first.state.error.message, /\["save"\].*interruptedMutations/)
  await client.resumePausedMutations()
  assert.deepEqual([second.state.status, ran, heard], ['success', 1, ['MutationInterruptedError', true, false]])
  await mutate(client, { mutationKey: ['save'], scope: { id: 's' }, mutationFn: () => ++ran })
  await settle()
  assert.equal(ran, 2, 'nothing blocks the scope')
})

test('interruptedMutations: resume runs an interrupted mutation again, in its turn', async () => {
  for (const where of ['here', 'client']) {
    const state = await interrupted()
    const defaultOptions = { interruptedMutations: 'resume' }
    const client = new QueryClient({ defaultOptions: where === 'client' ? { hydrate: defaultOptions } : {} })
    let ran = 0
    client.setMutationDefaults(['save'], { mutationFn: () => after(10, ++ran) })
    hydrate(client, state, where === 'here' ? { defaultOptions } : undefined)
    await settle()
    assert.equal(ran, 0)
    void client.resumePausedMutations()
    await pass(5)
    assert.equal(ran, 1)
    await pass(20, 5)
    assert.deepEqual(
      client
        .getMutationCache()
        .getAll()
        .map(({ state }) => state.data),
      [1, 2],
    )
  }
})

test('a hydrated paused mutation continues when the one before it in its scope is done', async () => {
  const state = await interrupted()
  const client = new QueryClient()
  client.setMutationDefaults(['save'], { mutationFn: () => 'saved' })
  mutate(client, { scope: { id: 's' }, mutationFn: () => after(10) })
  hydrate(client, { mutations: state.mutations.slice(1) })
  await pass(10)
  await settle()
  assert.equal(client.getMutationCache().getAll()[1].state.data, 'saved')
})

test('scopes and origins are released with their last mutation or query', async () => {
  const origin = ({ queryKey }) => `https://${queryKey[0]}.example`
  const client = new QueryClient({ breaker: { failures: 1, window: 1_000, openFor: 2_000, origin } })
  const numbers = new Set()
  const { engine } = client.getMutationCache()
  for (let i = 0; i < 50; i++) {
    numbers.add(engine.enterScope(`todo-${i}`))
    numbers.add(engine.enterScope(`todo-${i}`))
    engine.leaveScope(`todo-${i}`)
    engine.leaveScope(`todo-${i}`)
  }
  assert.equal(numbers.size, 1)
  for (let i = 0; i < 20; i++) {
    mutate(client, { scope: { id: `todo-${i}` }, mutationFn: () => i, gcTime: 100 })
    const queryFn = () => (i % 2 ? i : Promise.reject(Error('no')))
    void client.prefetchQuery({ queryKey: [i], queryFn, gcTime: 100 })
  }
  await settle()
  assert.equal(client.breakers().length, 20)
  await pass(101)
  await pass(1)
  assert.equal(engine.enterScope('next') <= 20, true, 'a number that is free is given out again')
  assert.equal(client.breakers().length, 10, 'what failed is still known')
  await pass(4_000, 100)
  assert.deepEqual(client.breakers(), [])
  await client.fetchQuery({ queryKey: ['new'], queryFn: () => 1 })
  assert.deepEqual(
    client.breakers().map(({ origin }) => origin),
    ['https://new.example'],
  )
})
