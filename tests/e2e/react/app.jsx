// What applications do with @tanstack/react-query; the test bundles it with query-core replaced.
import {
  HydrationBoundary,
  QueryClient,
  QueryClientProvider,
  dehydrate,
  useInfiniteQuery,
  useMutation,
  useQueries,
  useQuery,
  useQueryClient,
  useSuspenseQuery,
} from '@tanstack/react-query'
import { Suspense, useState } from 'react'
import { createRoot } from 'react-dom/client'

let names = ['Ann']
/** What the server was asked to do, and the test has not had it answer yet. */
const asked = []
globalThis.answer = () => {
  const oldest = asked.shift()
  oldest?.()
  return Boolean(oldest)
}
const after = (ms, value) => new Promise((resolve) => setTimeout(resolve, ms, value))

function Users() {
  const client = useQueryClient()
  const [fails, setFails] = useState(false)
  const users = useQuery({ queryKey: ['users'], queryFn: () => after(5, names) })
  const add = useMutation({
    mutationFn: async (name) => {
      await new Promise((answer) => asked.push(answer))
      if (fails) throw new Error('refused')
      names = [...names, name]
    },
    onMutate: async (name) => {
      await client.cancelQueries({ queryKey: ['users'] })
      const before = client.getQueryData(['users'])
      client.setQueryData(['users'], [...before, name])
      return { before }
    },
    onError: (_error, _name, { before }) => client.setQueryData(['users'], before),
    onSettled: () => client.invalidateQueries({ queryKey: ['users'] }),
  })
  return (
    <section>
      <output id="users">{users.data?.join()}</output>
      <output id="status">{add.status}</output>
      <button id="fail" onClick={() => setFails(true)} />
      <button id="add" onClick={() => add.mutate('Bob')} />
    </section>
  )
}

function Pages() {
  const pages = useInfiniteQuery({
    queryKey: ['pages'],
    queryFn: ({ pageParam }) => after(5, `page ${pageParam}`),
    initialPageParam: 1,
    getNextPageParam: (_last, all) => (all.length < 2 ? all.length + 1 : undefined),
  })
  return (
    <section>
      <output id="pages">{pages.data?.pages.join()}</output>
      <button id="more" disabled={!pages.hasNextPage} onClick={() => pages.fetchNextPage()} />
    </section>
  )
}

const combine = (results) => results.reduce((sum, { data = 0 }) => sum + data, 0)

function Sum() {
  const [count, setCount] = useState(2)
  const queries = Array.from({ length: count }, (_, i) => ({ queryKey: ['number', i], queryFn: () => after(i, i + 1) }))
  return (
    <section>
      <output id="sum">{useQueries({ queries, combine })}</output>
      <button id="one-more" onClick={() => setCount(count + 1)} />
    </section>
  )
}

function Suspended() {
  return <output id="suspended">{useSuspenseQuery({ queryKey: ['slow'], queryFn: () => after(20, 'here') }).data}</output>
}

function Hydrated() {
  return <output id="hydrated">{useQuery({ queryKey: ['sent'], queryFn: () => 'fetched', staleTime: Infinity }).data}</output>
}

const server = new QueryClient()
server.setQueryData(['sent'], 'from the server')
const client = (globalThis.client = new QueryClient())

createRoot(document.body.appendChild(document.createElement('main'))).render(
  <QueryClientProvider client={client}>
    <Users />
    <Pages />
    <Sum />
    <Suspense fallback="…">
      <Suspended />
    </Suspense>
    <HydrationBoundary state={dehydrate(server)}>
      <Hydrated />
    </HydrationBoundary>
  </QueryClientProvider>,
)
