// A tree of memoized rows on @tanstack/react-query, as it is. It is bundled twice: on query-core and, by an alias, on
// `whippet/query`.
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { createRoot } from 'react-dom/client'
import { renders, views } from './views.jsx'

function List({ queryFn, view: { rows, id, Row } }) {
  const { data } = useQuery({ queryKey: ['rows'], queryFn, staleTime: Infinity, retry: false })
  return <ul>{data && rows(data).map((row) => <Row key={id(row)} row={row} />)}</ul>
}

/** Listeners are told in a task of their own, and React renders before the next one. */
const settled = () => new Promise((resolve) => setTimeout(resolve))

/**
 * A task that no timer began. A timer set by a timer set by a timer … waits for 4 ms, which a refetch that follows an
 * answer of the network never does.
 */
const freshTask = () =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(null)
  })

function expectShown(main, bytes, { rows, text }) {
  const shown = rows(JSON.parse(new TextDecoder().decode(bytes)))
  const items = [...main.querySelectorAll('li')]
  if (items.length !== shown.length || items.some((item, i) => item.textContent !== text(shown[i]))) {
    throw new Error('the tree does not show what was fetched')
  }
}

/**
 * A round: the tree of a view is mounted with the first of `bodies`, then refetches the others. Gives ms from the beginning of a
 * refetch until the tree has settled, and how many rows each one rendered. `makeQueryFn` gets what gives the response.
 */
export const tree = (makeQueryFn) => async (bodies, viewName) => {
  const view = views[viewName]
  const client = new QueryClient()
  const main = document.body.appendChild(document.createElement('main'))
  const root = createRoot(main)
  let body = bodies[0]
  const queryFn = makeQueryFn(() => new Response(body))
  root.render(
    <QueryClientProvider client={client}>
      <List queryFn={queryFn} view={view} />
    </QueryClientProvider>,
  )
  while (!main.querySelector('li')) await settled()
  expectShown(main, body, view)

  globalThis.gc?.()
  renders.count = 0
  let ms = 0
  for (body of bodies.slice(1)) {
    await freshTask()
    const began = performance.now()
    await client.refetchQueries({ queryKey: ['rows'] }, { throwOnError: true })
    await settled()
    ms += performance.now() - began
    expectShown(main, body, view)
  }
  root.unmount()
  main.remove()
  client.clear()
  return { ms: ms / (bodies.length - 1), renders: renders.count / (bodies.length - 1) }
}
