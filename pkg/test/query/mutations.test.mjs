import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MutationObserver, QueryClient, onlineManager } from 'whippet/query'
import { after, pass, settle, simulatedTime } from './clock.mjs'

simulatedTime()

test('callbacks run in order and receive the result of onMutate', async () => {
  const client = new QueryClient()
  const calls = []
  const observer = new MutationObserver(client, {
    mutationFn: async (n) => n * 2,
    onMutate: (n) => (calls.push(['mutate', n]), 'context'),
    onSuccess: (data, n, context) => calls.push(['success', data, n, context]),
    onError: () => calls.push(['error']),
    onSettled: (data, error) => calls.push(['settled', data, error]),
  })
  assert.equal(await observer.mutate(21), 42)
  assert.deepEqual(calls, [
    ['mutate', 21],
    ['success', 42, 21, 'context'],
    ['settled', 42, null],
  ])
})

test('an optimistic update is rolled back when the server refuses', async () => {
  const client = new QueryClient()
  client.setQueryData(['stars'], 3)
  const observer = new MutationObserver(client, {
    mutationFn: () => after(10).then(() => Promise.reject(new Error('refused'))),
    onMutate: async () => {
      await client.cancelQueries({ queryKey: ['stars'] })
      const before = client.getQueryData(['stars'])
      client.setQueryData(['stars'], before + 1)
      return { before }
    },
    onError: (error, variables, { before }) => client.setQueryData(['stars'], before),
  })
  const refused = observer.mutate()
  refused.catch(() => {})
  await settle()
  assert.equal(client.getQueryData(['stars']), 4)
  await pass(10)
  await assert.rejects(refused, /refused/)
  assert.equal(client.getQueryData(['stars']), 3)
})

test('an observer gets pending, failed and succeeded results', async () => {
  const client = new QueryClient()
  let attempts = 0
  const observer = new MutationObserver(client, {
    mutationFn: () => (++attempts < 2 ? Promise.reject(new Error('no')) : Promise.resolve('done')),
    retry: 1,
    retryDelay: 10,
  })
  const seen = []
  observer.subscribe(({ status, failureCount, data }) => seen.push([status, failureCount, data]))
  const mutated = observer.mutate()
  await pass(10)
  assert.equal(await mutated, 'done')
  assert.deepEqual(seen.at(0), ['pending', 0, undefined])
  assert.deepEqual(seen.at(-2), ['pending', 1, undefined])
  assert.deepEqual(seen.at(-1), ['success', 0, 'done'])
  observer.reset()
  assert.equal(observer.getCurrentResult().status, 'idle')
})

test('mutations of one scope run one after another', async () => {
  const client = new QueryClient()
  const order = []
  const make = (name, scope) =>
    client
      .getMutationCache()
      .build(client, {
        scope: scope && { id: scope },
        mutationFn: async () => {
          order.push(`${name} begins`)
          await after(10)
          order.push(`${name} ends`)
        },
      })
      .execute()
  const all = Promise.all([make('a', 'one'), make('b', 'one'), make('c')])
  await pass(40, 10)
  await all
  assert.deepEqual(order, ['a begins', 'c begins', 'a ends', 'c ends', 'b begins', 'b ends'])
})

test('a mutation pauses while offline and continues when online', async (t) => {
  const client = new QueryClient()
  client.mount()
  t.after(() => {
    onlineManager.setOnline(true)
    client.unmount()
  })
  onlineManager.setOnline(false)
  const observer = new MutationObserver(client, { mutationFn: async () => 'done' })
  const mutated = observer.mutate()
  await settle()
  assert.equal(client.getMutationCache().getAll()[0].state.isPaused, true)
  assert.equal(client.isMutating(), 1)
  onlineManager.setOnline(true)
  assert.equal(await mutated, 'done')
  assert.equal(client.isMutating(), 0)
})

test('a settled mutation is removed after its gcTime', async () => {
  const client = new QueryClient()
  const mutation = client.getMutationCache().build(client, { mutationFn: async () => 1, gcTime: 100 })
  await mutation.execute()
  await pass(99)
  assert.equal(client.getMutationCache().getAll().length, 1)
  await pass(1)
  assert.equal(client.getMutationCache().getAll().length, 0)
})

test('a removed mutation finishes, and those behind it continue', async () => {
  const client = new QueryClient()
  let calls = 0
  const mutate = (mutationFn) =>
    client
      .getMutationCache()
      .build(client, { mutationFn, scope: { id: 'one by one' }, retry: 1, retryDelay: 10 })
      .execute()
  const first = mutate(() => (++calls === 1 ? Promise.reject(new Error('once')) : Promise.resolve('first')))
  await pass(1)
  client.getMutationCache().clear()
  const second = mutate(() => 'second')
  assert.equal(await second, 'second', 'what is gone holds nobody back')
  await pass(10)
  assert.equal(await first, 'first')
})

test('a destroyed mutation is not garbage-collected', async () => {
  const client = new QueryClient()
  const cache = client.getMutationCache()
  const [kept, gone] = [1, 2].map(() => cache.build(client, { mutationFn: async () => 'done', gcTime: 10 }))
  await Promise.all([kept.execute(), gone.execute()])
  kept.destroy()
  await pass(20)
  assert.deepEqual(cache.getAll(), [kept])
})
