// A tree of memoized rows on @tanstack/react-query, as it is. It is bundled twice: on query-core and, by an alias, on
// `whippet/query`.
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { memo } from 'react'
import { createRoot } from 'react-dom/client'

let renders = 0

const Row = memo(function Row({ issue }) {
  renders++
  return (
    <li>
      <a href={issue.html_url}>{issue.title}</a> <b>{issue.user.login}</b>
      {issue.labels.map(({ name, color }, i) => (
        <span key={i} style={{ color: `#${color}` }}>
          {name}
        </span>
      ))}
      <time>{issue.updated_at}</time> <i>{issue.comments}</i>
    </li>
  )
})

function List({ queryFn }) {
  const { data } = useQuery({ queryKey: ['issues'], queryFn, staleTime: Infinity, retry: false })
  return (
    <ul>
      {data?.map((issue) => (
        <Row key={issue.number} issue={issue} />
      ))}
    </ul>
  )
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

function expectShown(main, bytes) {
  const issues = JSON.parse(new TextDecoder().decode(bytes))
  const items = [...main.querySelectorAll('li')]
  const text = ({ title, user, labels, updated_at, comments }) =>
    `${title} ${user.login}${labels.map(({ name }) => name).join('')}${updated_at} ${comments}`
  if (items.length !== issues.length || items.some((item, i) => item.textContent !== text(issues[i]))) {
    throw new Error('the tree does not show what was fetched')
  }
}

/**
 * A round: the tree is mounted with the first of `bodies`, then refetches the others. Gives ms from the beginning of a
 * refetch until the tree has settled, and how many rows each one rendered. `makeQueryFn` gets what gives the response.
 */
export const tree = (makeQueryFn) => async (bodies) => {
  const client = new QueryClient()
  const main = document.body.appendChild(document.createElement('main'))
  const root = createRoot(main)
  let body = bodies[0]
  const queryFn = makeQueryFn(() => new Response(body))
  root.render(
    <QueryClientProvider client={client}>
      <List queryFn={queryFn} />
    </QueryClientProvider>,
  )
  while (!main.querySelector('li')) await settled()
  expectShown(main, body)

  globalThis.gc?.()
  renders = 0
  let ms = 0
  for (body of bodies.slice(1)) {
    await freshTask()
    const began = performance.now()
    await client.refetchQueries({ queryKey: ['issues'] }, { throwOnError: true })
    await settled()
    ms += performance.now() - began
    expectShown(main, body)
  }
  root.unmount()
  main.remove()
  client.clear()
  return { ms: ms / (bodies.length - 1), renders: renders / (bodies.length - 1) }
}
