// What is tested: the bodies of one query, one after the other.
import { jsonQuery } from 'whippet/json'

/** `take` gives the value of a body, in whatever chunks it comes; `value` is that of the last one that was JSON. */
export function subject() {
  const entry = { state: { data: undefined } }
  const context = {
    queryKey: ['body'],
    client: {
      defaultQueryOptions: () => ({ queryHash: 'body' }),
      getQueryCache: () => ({ get: () => entry }),
    },
  }
  return {
    get value() {
      return entry.state.data
    },
    async take(...chunks) {
      return (entry.state.data = await jsonQuery(() => new Response(streamOf(chunks)))(context))
    },
  }
}

function streamOf(chunks) {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    },
  })
}
