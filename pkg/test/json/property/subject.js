// What is tested: bodies, one after the other. `take` gives the value of one, in whatever chunks it comes; `value` is
// that of the last one that was JSON.
import { jsonQuery, parseJson, parseJsonSync, setJsonBudget } from 'whippet/json'
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
    write: (value) => client.setQueryData(queryKey, value),
    end: () => client.clear(),
  }
}

/** `parseJson` of chunks that come one by one, with time between them. */
export function patient(previous, chunks, random) {
  let at = 0
  const stream = new ReadableStream({
    async pull(controller) {
      for (let turns = random.below(4); turns > 0; turns--) await null
      if (at < chunks.length) controller.enqueue(chunks[at++])
      else controller.close()
    },
  })
  return parseJson(previous, stream)
}

/** Room for a few small bodies; gives what makes it as it was. */
export function littleRoom() {
  setJsonBudget({ body: 600, total: 2000 })
  return () => setJsonBudget({ body: 16 << 20, total: 32 << 20 })
}

function streamOf(chunks) {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    },
  })
}
