// One `QueryClient` type for all: each adapter accepts and returns that of whippet.
import * as preact from '@tanstack/preact-query'
import { QueryClient as Core } from '@tanstack/query-core'
import { createSyncStoragePersister } from '@tanstack/query-sync-storage-persister'
import * as react from '@tanstack/react-query'
import { PersistQueryClientProvider } from '@tanstack/react-query-persist-client'
import * as solid from '@tanstack/solid-query'
import * as svelte from '@tanstack/svelte-query'
import * as vue from '@tanstack/vue-query'
import { createElement } from 'react'
import { QueryClient, QueryObserver, type QueryClientConfig } from 'whippet/query'

declare module '@tanstack/react-query' {
  interface Register {
    defaultError: RangeError
  }
}

const client = new QueryClient()
const options = { queryKey: ['name'], queryFn: async () => 'Ann' }
const persister = createSyncStoragePersister({ storage: undefined })
createElement(react.QueryClientProvider, { client })
createElement(PersistQueryClientProvider, { client, persistOptions: { persister } })

export const given: QueryClient[] = [
  new Core(),
  new preact.QueryClient(),
  new react.QueryClient(),
  new solid.QueryClient(),
  new svelte.QueryClient(),
  new vue.QueryClient(),
]
export const taken: [Core, preact.QueryClient, react.QueryClient, svelte.QueryClient] = [client, client, client, client]
export const config: react.QueryClientConfig = {} satisfies QueryClientConfig
export const observer: react.QueryObserver<string> = new QueryObserver<string>(client, options)
export const error: RangeError | null = react.useQuery(options, client).error
export const names: (string | undefined)[] = [
  preact.useQuery(options, client).data,
  react.useQuery(options, client).data,
  solid.createQuery(
    () => options,
    () => new solid.QueryClient(),
  ).data,
  svelte.createQuery(
    () => options,
    () => client,
  ).data,
  vue.useQuery(options).data.value,
]
/** Members that TanStack's clients do not have. */
export const fetches: number = new react.QueryClient().stats().fetches
