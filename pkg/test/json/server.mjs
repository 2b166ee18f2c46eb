// A `fetch` that answers from a list, and the least of a query client.

/** Answers with `bodies`, one after the other; each a string, or `{ status, headers, body, chunk }`. */
export function answers(t, ...bodies) {
  const requests = []
  t.mock.method(globalThis, 'fetch', async (input, init) => {
    requests.push({ input, init })
    const next = bodies.length > 1 ? bodies.shift() : bodies[0]
    const { status = 200, headers = {}, body, chunk = 7 } = typeof next === 'string' ? { body: next } : next
    return new Response(stream(body, chunk), { status, headers })
  })
  return requests
}

/** `text` as UTF-8, `size` bytes at a time. */
export function stream(text, size) {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text
  let at = 0
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close()
      controller.enqueue(bytes.slice(at, (at += size)))
    },
  })
}

/** A client with one query, and the context that its query function gets. */
export function query(extra = {}) {
  const state = { data: undefined }
  const client = {
    defaultQueryOptions: ({ queryKey }) => ({ queryHash: JSON.stringify(queryKey) }),
    getQueryCache: () => ({ get: (hash) => (hash === '["todos"]' ? entry : undefined) }),
  }
  const entry = { state }
  return { state, context: { client, queryKey: ['todos'], signal: new AbortController().signal, ...extra } }
}
