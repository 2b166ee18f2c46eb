// Records a session for tests/sim/replay.rs. To record it anew: UPDATE_EXPECT=1 node --test pkg/test/query/recordSession.test.mjs
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import {
  MutationObserver,
  QueriesObserver,
  QueryClient,
  QueryObserver,
  focusManager,
  onlineManager,
  recordSession,
} from 'whippet/query'
import { after, pass, settle, simulatedTime } from './clock.mjs'

simulatedTime()

const FILE = new URL('../../../tests/sim/session.txt', import.meta.url)

/** Observers, joins, retries, timeouts, breakers, pauses, mutations in a scope and garbage collection. */
async function session() {
  const client = new QueryClient({ seed: 7, breaker: { failures: 3, window: 60_000, openFor: 5_000 } })
  const recording = recordSession(client)
  client.mount()
  let calls = 0
  const users = {
    queryKey: ['users', 1],
    queryFn: () => after(20, { call: ++calls }),
    staleTime: 1_000,
    refetchInterval: 4_000,
    gcTime: 10_000,
  }
  const leave = new QueryObserver(client, users).subscribe(() => {})
  const leaveToo = new QueryObserver(client, { ...users, staleTime: 0 }).subscribe(() => {})
  await pass(1_500, 10)
  client.invalidateQueries({ queryKey: ['users'] })
  await pass(100, 10)
  focusManager.setFocused(false)
  focusManager.setFocused(true)
  await pass(100, 10)

  const error = Object.assign(new Error('busy'), { retryAfter: 2_500 })
  const busy = client.fetchQuery({
    queryKey: ['busy'],
    queryFn: () => Promise.reject(error),
    retry: 4,
    retryJitter: true,
    gcTime: 1_000,
    meta: { origin: 'api' },
  })
  busy.catch(() => {})
  const hung = client.prefetchQuery({ queryKey: ['hung'], queryFn: () => after(400), timeout: 100, retry: 1, gcTime: 0 })
  await pass(12_000, 10)
  await hung
  onlineManager.setOnline(false)
  const queries = ['a', 'b', 'a'].map((part) => ({ queryKey: ['many', part], queryFn: () => after(5, part) }))
  const many = new QueriesObserver(client, queries)
  const leaveMany = many.subscribe(() => {})
  const mutation = (name) =>
    new MutationObserver(client, {
      mutationFn: () => (name === 'first' && calls++ % 2 ? after(5, name) : Promise.reject(new Error(name))),
      scope: { id: 'orders' },
      retry: 1,
      retryDelay: 50,
      gcTime: 500,
    })
  const settled = Promise.allSettled([mutation('first').mutate(), mutation('second').mutate()])
  await pass(100, 10)
  onlineManager.setOnline(true)
  await pass(3_000, 10)
  await settled
  client.setQueryData(['users', 2], 'written')
  await client.cancelQueries()
  client.removeQueries({ queryKey: ['many', 'b'] })
  client.resetQueries({ queryKey: ['users'] })
  await pass(100, 10)
  for (const stop of [leave, leaveToo, leaveMany]) stop()
  await pass(400_000, 1_000)
  const { fetches, errors, retries, evictions } = client.stats()
  client.unmount()
  await settle()
  return { text: recording.stop(), stats: { fetches, errors, retries, evictions }, left: client.getQueryCache().getAll() }
}

let recorded

test('a recording has all calls and no data', async () => {
  const { text, stats, left } = await session()
  recorded = text
  assert.ok(stats.fetches > 5 && stats.errors && stats.retries && stats.evictions)
  assert.deepEqual(left, [])
  for (const part of ['users', 'busy', 'many', 'written']) assert.ok(!text.includes(part), 'no keys and no data')
  if (process.env.UPDATE_EXPECT) await writeFile(FILE, text)
  const exports = (text) => [...new Set(text.split('\n').map((line) => line.split(' ')[0]))].sort()
  const committed = exports(await readFile(FILE, 'utf8'))
  assert.deepEqual(exports(text), committed, 'tests/sim/session.txt is of another engine: record it anew')
})

test('the same session gives the same recording', async () => {
  assert.equal((await session()).text, recorded)
})

test('calls after stop() are not recorded', async () => {
  const client = new QueryClient()
  const recording = recordSession(client)
  await client.fetchQuery({ queryKey: ['a'], queryFn: () => 1 })
  const text = recording.stop()
  await client.fetchQuery({ queryKey: ['b'], queryFn: () => 1 })
  assert.equal(recording.stop(), text)
  assert.match(text, /^\d+ .* = 1 state /m)
})
