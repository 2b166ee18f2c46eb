// Who takes a refetched body, and how: directly as bytes, or the whole way from a `Response` to an observer.
// `begin()` gives `take(body)`, which gives the value that is there then (or a promise of it), and `end()`.
import * as core from '@tanstack/query-core'
import { jsonQuery, parseJsonSync } from 'whippet/json'
import * as whippet from 'whippet/query'

const parse = (bytes) => JSON.parse(new TextDecoder().decode(bytes))
const noop = () => {}

export const direct = {
  core() {
    let value
    return { take: (bytes) => (value = core.replaceEqualDeep(value, parse(bytes))), end: noop }
  },
  plain: () => ({ take: parse, end: noop }),
  whippet() {
    let parsed
    return { take: (bytes) => (parsed = parseJsonSync(parsed, bytes)).value, end: noop }
  },
}

/** A client with one observer, which refetches; what it is given is a response, as from the network. */
function observed({ QueryClient, QueryObserver }, queryFn, options) {
  const client = new QueryClient()
  let body
  const response = () => new Response(body, { headers: { 'content-type': 'application/json' } })
  const observer = new QueryObserver(client, {
    queryKey: ['issues'],
    queryFn: queryFn(response),
    enabled: false,
    retry: false,
    ...options,
  })
  const unsubscribe = observer.subscribe(noop)
  return {
    async take(bytes) {
      body = bytes
      const { data, error } = await observer.refetch()
      if (error) throw error
      return data
    },
    end() {
      unsubscribe()
      client.clear()
    },
  }
}

const json = (response) => async () => (await response()).json()

export const wholeWay = {
  core: () => observed(core, json),
  plain: () => observed(core, json, { structuralSharing: false }),
  whippet: () => observed(whippet, (response) => jsonQuery(response)),
}
