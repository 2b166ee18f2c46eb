// A `Response` for a `Request`.
import type { Answers } from './answer.js'
import { askOf } from './ask.js'

export async function respond(answers: Answers, request: Request, response: Response): Promise<Response> {
  const { headers } = request
  const ask = askOf(request.method, request.url, (name) => headers.get(name))
  if (!ask) return response
  const fields = new Headers(response.headers)
  const { status, statusText } = response
  const read = status === 304 ? null : await wholeOf(answers, response, fields)
  if (read instanceof Response) return read
  try {
    const scoped = await answers.scoped(ask, request)
    if (!read) {
      await answers.notModified(scoped, fields)
      return new Response(null, { status, statusText, headers: fields })
    }
    const sent = await answers.answer(scoped, fields, read, !isNext(request))
    // Workers of Cloudflare would encode the body once more, by its `Content-Encoding`, without `encodeBody`. Others ignore it.
    const init = { status: sent.status, headers: fields, encodeBody: 'manual' }
    return new Response(sent.body as Uint8Array<ArrayBuffer> | null, init)
  } catch {
    // As in Node: of what fails, what is there is sent as it is.
    return new Response(read, { status, statusText, headers: response.headers })
  }
}

/**
 * Whether it is Next that sends the response: it drops `Content-Encoding`, as of a response that it has fetched itself. `next start` sets
 * `NEXT_RUNTIME`; the server of `output: 'standalone'` and one of the application's own do not. The handler's request has `nextUrl`; where
 * it was wrapped, Next has still patched `fetch`.
 */
const isNext = (request: Request) =>
  'nextUrl' in request ||
  Symbol.for('next-patch') in globalThis ||
  !!(globalThis as { process?: { env?: Record<string, string> } }).process?.env?.NEXT_RUNTIME

/** The bytes of a body that is compared, or the response as it is. */
async function wholeOf(answers: Answers, response: Response, fields: Headers): Promise<Uint8Array<ArrayBuffer> | Response> {
  const { maxBytes, minBytes } = answers.settings
  const { status } = response
  const named = fields.get('content-length')
  if (response.bodyUsed || !answers.compares(status, fields, named ? Number(named) : minBytes)) return response
  // Not before: in Bun a text whose type is not set is bytes without a type once its stream was asked for.
  const { body } = response
  if (!body) return response
  const reader = (body as ReadableStream<Uint8Array>).getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  let next = reader.read()
  let isWhole: boolean | undefined
  while (length <= maxBytes) {
    // A `Response` does not say whether its body is a stream. What a handler made of a text or of bytes is there at once; what is
    // not is a stream, and passes as it comes.
    const { done, value } = await Promise.race([next, soon()])
    isWhole = done
    // Nor is what is no bytes, such as a text, compared: whoever sends the response knows what to do with it.
    if (value?.BYTES_PER_ELEMENT !== 1) break
    chunks.push(value)
    length += value.length
    next = reader.read()
  }
  if (!isWhole) return rest(response, chunks, reader, next)
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  // One that is too short passes as bytes: of a stream, servers send no length.
  return answers.compares(status, fields, length) ? bytes : new Response(bytes, response)
}

/** Nothing, after whatever is there already. */
const soon = () => new Promise<{ done?: false; value?: undefined }>((done) => setTimeout(done, 0, {}))

type Reader = ReadableStreamDefaultReader<Uint8Array>

/** `response`, of whose body `chunks` and `next` were read. */
function rest(response: Response, chunks: Uint8Array[], reader: Reader, next: ReturnType<Reader['read']>): Response {
  // A stream that breaks before anybody reads on rejects it, and a rejection that nobody handles ends a process of Node.
  next.catch(() => {})
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const chunk = chunks.shift()
      if (chunk) return controller.enqueue(chunk)
      const { value, done } = await next
      if (done) return controller.close()
      controller.enqueue(value)
      next = reader.read()
      // It is awaited by the next pull, if there is one.
      next.catch(() => {})
    },
    cancel: (reason) => reader.cancel(reason),
  })
  return new Response(body, response)
}
