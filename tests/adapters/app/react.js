// An application as @tanstack/react-query has it, and a client that comes from whippet.
import { QueryClient as Theirs, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { createElement, useEffect } from 'react'
import { createRoot } from 'react-dom/client'
import { QueryClient } from 'whippet/query'

globalThis.facts ??= {}
facts.sameInReact = Theirs === QueryClient
const client = new QueryClient()

function Name() {
  const { data } = useQuery({ queryKey: ['name'], queryFn: async () => 'Ann' })
  useEffect(() => {
    if (data) facts.react = `${data}, ${client.stats().fetches} fetch`
  }, [data])
  return createElement('p', null, data)
}

const root = document.body.appendChild(document.createElement('div'))
createRoot(root).render(createElement(QueryClientProvider, { client }, createElement(Name)))
