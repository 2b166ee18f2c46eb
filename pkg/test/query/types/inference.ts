// Tests of type inference. Nothing here runs: types.test.mjs compiles it as a consumer would.
import {
  InfiniteQueryObserver,
  MutationObserver,
  QueriesObserver,
  QueryClient,
  QueryObserver,
  dehydrate,
  hashKey,
  hydrate,
  keepPreviousData,
  skipToken,
  type DataTag,
  type InfiniteData,
  type QueryFilters,
  type QueryKey,
  type QueryObserverResult,
} from 'whippet/query'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
declare function is<T extends true>(): T

const client = new QueryClient({ defaultOptions: { queries: { staleTime: 5, retry: false } } })

// Data comes from the query function, and the key goes into it.
const number = client.fetchQuery({ queryKey: ['a'], queryFn: () => 1 })
is<Equal<typeof number, Promise<number>>>()
const text = client.fetchQuery({
  queryKey: ['a', 1] as const,
  queryFn: async ({ queryKey, signal }) => {
    is<Equal<typeof queryKey, readonly ['a', 1]>>()
    is<Equal<typeof signal, AbortSignal>>()
    return 'text'
  },
})
is<Equal<typeof text, Promise<string>>>()
const selected = client.query({ queryKey: ['a'], queryFn: () => 1, select: (n) => String(n) })
is<Equal<typeof selected, Promise<string>>>()
// @ts-expect-error a query has a key
client.fetchQuery({ queryFn: () => 1 })

// A result narrows by its status.
const observer = new QueryObserver(client, {
  queryKey: ['a'],
  queryFn: async () => ({ id: 1 }),
  select: (row) => row.id,
  enabled: (query) => query.state.data !== undefined,
})
const result = observer.getCurrentResult()
if (result.isSuccess) is<Equal<typeof result.data, number>>()
else is<Equal<typeof result.data, number | undefined>>()
if (result.isPending) is<Equal<typeof result.error, null>>()
if (result.status === 'error') is<Equal<typeof result.error, Error>>()
declare const known: QueryObserverResult<number>
if (known.isLoadingError) is<Equal<typeof known.data, undefined>>()
new QueryObserver(client, { queryKey: ['s'], queryFn: Math.random() > 0.5 ? () => 1 : skipToken })
new QueryObserver(client, { queryKey: ['p'], queryFn: () => 1, placeholderData: keepPreviousData })

// A key may carry its data.
declare const key: DataTag<QueryKey, { x: number }>
const data = client.getQueryData(key)
is<Equal<typeof data, { x: number } | undefined>>()
client.setQueryData(key, (old) => ({ x: (old?.x ?? 0) + 1 }))
client.setQueryData<number>(['n'], (old) => (old ?? 0) + 1)

// Pages.
const pages = new InfiniteQueryObserver(client, {
  queryKey: ['i'],
  queryFn: ({ pageParam }) => {
    is<Equal<typeof pageParam, number>>()
    return [pageParam]
  },
  initialPageParam: 0,
  getNextPageParam: (last, all, param) => param + 1,
}).getCurrentResult()
if (pages.isSuccess) is<Equal<typeof pages.data, InfiniteData<number[], unknown>>>()
pages.fetchNextPage()
const fetched = client.fetchInfiniteQuery({
  queryKey: ['i'],
  queryFn: ({ pageParam }) => [pageParam],
  initialPageParam: 0,
})
is<Equal<typeof fetched, Promise<InfiniteData<number[], number>>>>()

// Mutations.
const mutation = new MutationObserver(client, {
  mutationFn: async (row: { id: number }) => row.id,
  onMutate: () => ({ before: 1 }),
  onError: (error, row, context) => {
    is<Equal<typeof row, { id: number }>>()
    is<Equal<typeof context, { before: number } | undefined>>()
  },
})
mutation.mutate({ id: 1 }).then((id) => is<Equal<typeof id, number>>())
// @ts-expect-error the variables have a type
mutation.mutate({ id: 'one' })

// The rest of the client.
client.invalidateQueries({ queryKey: ['a'], refetchType: 'none', predicate: (q) => q.queryHash === hashKey(['a']) })
client.setQueryDefaults(['a'], { queryFn: () => 1, staleTime: 'static' })
client.ensureQueryData({ queryKey: ['e'], queryFn: () => 'z', revalidateIfStale: true }).then((z) => z.length)
new QueriesObserver(client, [{ queryKey: ['a'], queryFn: () => 1 }], { combine: (results) => results.length })
hydrate(client, dehydrate(client))
const filters: QueryFilters = { queryKey: ['x'], type: 'active' }
client.getQueryCache().findAll(filters)
const { hitRate } = client.stats()
is<Equal<typeof hitRate, number | undefined>>()

// Options and methods that query-core does not have.
const guarded = new QueryClient({ seed: 1, breaker: { failures: 3, origin: (query) => query.meta?.origin as string } })
new QueryClient({ breaker: true })
for (const { origin, state, until } of guarded.breakers()) {
  is<Equal<typeof origin, string>>()
  is<Equal<typeof state, 'closed' | 'open' | 'half-open'>>()
  is<Equal<typeof until, number | undefined>>()
}
void guarded.fetchQuery({ queryKey: ['slow'], queryFn: () => 1, timeout: 5_000, retryJitter: 0.2 })
// @ts-expect-error a timeout is a number of ms
void guarded.fetchQuery({ queryKey: ['slow'], queryFn: () => 1, timeout: '5s' })

// Callbacks receive what the exported classes are.
const useClient = (owner: QueryClient) => owner.getQueryCache().find({ queryKey: ['a'] })
new QueryObserver(client, { queryKey: ['a'], queryFn: ({ client }) => useClient(client)?.state.data })
let replaced = new QueryClient()
replaced = client
replaced.getQueryCache().subscribe((event) => {
  const first: QueryObserver<any, any, any, any, any> | undefined = event.query.observers[0]
  first?.refetch({ cancelRefetch: false })
})
class LoggingClient extends QueryClient {
  override isFetching(filters?: Parameters<QueryClient['isFetching']>[0]): number {
    return super.isFetching(filters)
  }
}
class LoggingObserver extends QueryObserver<number> {
  protected override onSubscribe(): void {
    super.onSubscribe()
    const listening: number = this.listeners.size
    void listening
  }
}
const isClient: boolean = new LoggingClient() instanceof QueryClient
void [isClient, LoggingObserver]
