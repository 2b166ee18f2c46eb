// What is tested: bodies, one after the other. `take` gives the value of one, in whatever chunks it comes; `value` is
// that of the last one that was JSON.
import { jsonQuery, parseJson, parseJsonSync } from 'whippet/json'
import { QueryClient } from 'whippet/query'

/** Bytes to a value: at once where they are there at once. */
export function parsing() {
  let parsed
  return {
    get value() {
      return parsed?.value
    },
    async take(...chunks) {
      parsed = chunks.length === 1 ? parseJsonSync(parsed, chunks[0]) : await parseJson(parsed, streamOf(chunks))
      return parsed.value
    },
    end() {},
  }
}

/** A query that is fetched again and again. */
export function querying() {
  const client = new QueryClient()
  const queryKey = ['body']
  return {
    get value() {
      return client.getQueryData(queryKey)
    },
    async take(...chunks) {
      const queryFn = jsonQuery(() => new Response(streamOf(chunks)))
      await client.fetchQuery({ queryKey, queryFn, retry: false })
      return client.getQueryData(queryKey)
    },
    end: () => client.clear(),
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
