// Deletes what the oldest browsers lack, and only then loads the package. Run by browsers.test.mjs.
import assert from 'node:assert/strict'
import { becomeOld, lacking } from '../../browsers.mjs'

// What Node makes these of needs some of it when it is loaded.
void [new Response(''), new Request('https://a.test/'), new Headers(), fetch]
becomeOld(lacking)
assert.equal(globalThis.structuredClone, undefined)
assert.equal(new AbortController().signal.throwIfAborted, undefined)

const { HttpError, jsonLines, jsonQuery, parseJson } = await import('whippet/json')
const { batch, debounceAsync, memoize, rateLimit, retry } = await import('whippet/timing')
const { QueryClient, QueryObserver, InfiniteQueryObserver, MutationObserver, dehydrate, hydrate } = await import('whippet/query')
const { preload } = await import('whippet/lazy')
const { startRum } = await import('whippet/rum')

const stream = (text) =>
  new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text))
      controller.close()
    },
  })
const aborted = (promise) => assert.rejects(promise, { name: 'AbortError' })

// JSON
const first = await parseJson(undefined, stream('[[1],[2]]'))
const second = await parseJson(first, stream('[[1],[3]]'))
assert.deepEqual(second.value, [[1], [3]])
assert.equal(second.value[0], first.value[0])
const lines = []
for await (const line of jsonLines(stream('1\n{"a":2}\n'))) lines.push(line)
assert.deepEqual(lines, [1, { a: 2 }])
const stopped = new AbortController()
const reading = jsonLines(new ReadableStream(), { signal: stopped.signal })
const next = reading.next()
stopped.abort()
await aborted(next)

const requests = []
globalThis.fetch = async (input, init) => {
  requests.push(init)
  if (requests.length === 3) return new Response(stream('no'), { status: 500 })
  if (init.signal?.aborted) throw new DOMException('aborted', 'AbortError')
  return new Response(stream(`{"n":${requests.length}}`))
}
const [one, two] = [new AbortController(), new AbortController()]
const query = jsonQuery('https://a.test/', { signal: one.signal })
assert.deepEqual(await query({ signal: two.signal }), { n: 1 })
assert.deepEqual(await query({}), { n: 2 })
await assert.rejects(query({ signal: two.signal }), HttpError)
one.abort()
await aborted(query({ signal: two.signal }))

// Timing
const item = batch((items) => items.map((n) => n * 2))
assert.deepEqual(await Promise.all([item(1), item(2)]), [2, 4])
assert.equal(await memoize(async (a) => a.b)({ b: 1 }), 1)
assert.equal(await rateLimit(() => 5, { limit: 1, interval: 10 })(), 5)
assert.equal(await retry(({ attempt }) => (attempt < 2 ? Promise.reject(new Error()) : attempt), { retryDelay: 1 }), 2)
const controller = new AbortController()
const waits = [
  debounceAsync(async () => 1, 1e6, { signal: controller.signal })(),
  retry(() => new Promise(() => {}), { signal: controller.signal }),
  batch(() => [], { maxWait: 1e6, signal: controller.signal })(1),
]
controller.abort()
for (const wait of waits) await aborted(wait)

// Query
const client = new QueryClient()
const observer = new QueryObserver(client, { queryKey: ['a', { b: new Date(1) }], queryFn: () => ({ a: 1 }) })
const off = observer.subscribe(() => {})
assert.deepEqual(await client.fetchQuery({ queryKey: ['b'], queryFn: async ({ signal }) => [signal.aborted] }), [false])
const pages = new InfiniteQueryObserver(client, {
  queryKey: ['pages'],
  queryFn: ({ pageParam }) => pageParam,
  initialPageParam: 0,
  getNextPageParam: (last) => last + 1,
})
const offPages = pages.subscribe(() => {})
await new Promise((resolve) => setTimeout(resolve, 20))
assert.deepEqual((await pages.fetchNextPage()).data.pages, [0, 1])
assert.equal(await new MutationObserver(client, { mutationFn: async (n) => n }).mutate(3), 3)
const other = new QueryClient()
hydrate(other, JSON.parse(JSON.stringify(dehydrate(client))))
assert.deepEqual(other.getQueryData(['b']), [false])
await client.invalidateQueries()
await client.cancelQueries()
off()
offPages()
client.clear()
other.clear()

// Lazy and RUM, as far as there is no page.
await preload([{ load: () => {}, priority: 1 }, () => {}]).done
startRum({ endpoint: 'https://a.test/', app: 'a' }).stop?.()
console.log(`all without ${lacking.length}`)
