// The bodies of one query through `whippet/json`, without a cache around it.
import { jsonQuery } from 'whippet/json'

export function bodies() {
  const entry = { state: { data: undefined } }
  const context = {
    queryKey: ['issues'],
    client: {
      defaultQueryOptions: () => ({ queryHash: 'issues' }),
      getQueryCache: () => ({ get: () => entry }),
    },
  }
  return {
    async take(bytes) {
      return (entry.state.data = await jsonQuery(() => new Response(bytes))(context))
    },
    end() {},
  }
}
