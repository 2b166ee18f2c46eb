// The same with the adapters for Vue, Solid and Preact.
import { QueryClient as SolidClient, createQuery } from '@tanstack/solid-query'
import { QueryClient as PreactClient, QueryClientProvider, useQuery as usePreactQuery } from '@tanstack/preact-query'
import { QueryClient as VueClient, VueQueryPlugin, useQuery as useVueQuery } from '@tanstack/vue-query'
import { h, render } from 'preact'
import { createEffect, createRoot } from 'solid-js'
import { createApp, watchEffect } from 'vue'
import { QueryClient } from 'whippet/query'

globalThis.facts ??= {}
const options = { queryKey: ['name'], queryFn: async () => 'Ann' }
const told = (data, client) => `${data}, ${client.stats().fetches} fetch`
const place = () => document.body.appendChild(document.createElement('div'))

// Those of Vue and Solid are classes of their own above the core's.
const vueClient = new VueClient()
facts.sameInVue = vueClient instanceof QueryClient
createApp({
  setup() {
    const { data } = useVueQuery(options)
    watchEffect(() => data.value && (facts.vue = told(data.value, vueClient)))
    return () => data.value
  },
})
  .use(VueQueryPlugin, { queryClient: vueClient })
  .mount(place())

const solidClient = new SolidClient()
facts.sameInSolid = solidClient instanceof QueryClient
createRoot(() => {
  const query = createQuery(
    () => options,
    () => solidClient,
  )
  createEffect(() => query.isSuccess && (facts.solid = told(query.data, solidClient)))
})

const preactClient = new QueryClient()
facts.sameInPreact = PreactClient === QueryClient
function Name() {
  const { data } = usePreactQuery(options)
  if (data) facts.preact = told(data, preactClient)
  return h('p', null, data)
}
render(h(QueryClientProvider, { client: preactClient }, h(Name)), place())
