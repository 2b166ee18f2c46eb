// A handler of Node's `http`: its response is held back until its end is known.
import type { Answers } from './answer.js'
import { askOf, type Ask } from './ask.js'
import type { Fields } from './fields.js'

/** The part of Node's request that is used. */
export interface NodeRequest {
  method?: string
  url?: string
  /** Express keeps here what `url` was before a router took the beginning away. */
  originalUrl?: string
  headers: Record<string, string | string[] | undefined>
}

/** The part of Node's response that is used. */
export interface NodeResponse {
  statusCode: number
  headersSent: boolean
  destroyed: boolean
  getHeader(name: string): unknown
  setHeader(name: string, value: string | string[]): unknown
  removeHeader(name: string): void
  writeHead(status: number, ...rest: any[]): unknown
  write(...args: any[]): boolean
  end(...args: any[]): unknown
  flushHeaders(): void
}

const text = (value: unknown) => (Array.isArray(value) ? value.join(', ') : value === undefined ? null : String(value))

function fieldsOf(response: NodeResponse): Fields {
  return {
    get: (name) => text(response.getHeader(name)),
    set: (name, value) => void response.setHeader(name, value),
    delete: (name) => response.removeHeader(name),
  }
}

/** Replaces what writes the response, so that a body that ends in one piece is compared. Anything else passes as it comes. */
export function intercept(answers: Answers, request: NodeRequest, response: NodeResponse): void {
  const { headers } = request
  const field = (name: string) => text(headers[name] ?? (name === 'host' ? headers[':authority'] : undefined))
  const ask = askOf(request.method ?? 'GET', request.originalUrl ?? request.url ?? '/', field)
  if (!ask) return
  const { writeHead, write, end, flushHeaders } = response
  /** What was given to `writeHead`, which sends nothing before the first byte. */
  let head: [number, string?] | undefined
  /** From now on everything passes. Our functions stay where they are, as others may have put theirs around them. */
  let passes = false
  let finished: Promise<void> | undefined

  const pass = () => {
    passes = true
    if (head && !response.headersSent) response.writeHead(head[0], ...(head[1] === undefined ? [] : [head[1]]))
  }

  response.writeHead = (status, ...rest) => {
    if (passes) return writeHead.call(response, status, ...rest)
    const fields = rest.pop()
    const message = typeof fields === 'string' ? fields : (rest[0] as string | undefined)
    setAll(response, fields)
    response.statusCode = status
    head = [status, message]
    return response
  }
  response.write = (...args) => {
    if (finished && !passes) {
      // Node says what is wrong with that, once it has ended.
      void finished.then(() => write.apply(response, args))
      return false
    }
    // A stream.
    if (!passes) pass()
    return write.apply(response, args)
  }
  response.flushHeaders = () => {
    if (finished && !passes) return
    if (!passes) pass()
    flushHeaders.call(response)
  }
  response.end = (...args) => {
    if (passes) return end.apply(response, args)
    if (finished) return response
    const done = args.find((arg) => typeof arg === 'function')
    const [chunk, encoding] = args.filter((arg) => typeof arg !== 'function')
    finished = finish(chunk, encoding, done)
    return response
  }

  const finish = async (chunk: unknown, encoding: unknown, done: unknown) => {
    let body = chunk
    try {
      const answered = response.headersSent ? undefined : await answerOf(answers, request, response, ask, chunk, encoding)
      if (answered) {
        head = undefined
        response.statusCode = answered.status
        body = answered.body
      }
    } catch {
      // What is there is sent as it is.
    }
    if (response.destroyed) return
    pass()
    const args = [body ?? undefined, ...(body === chunk ? [encoding] : []), done].filter((arg) => arg !== undefined)
    end.apply(response, args)
  }
}

async function answerOf(
  answers: Answers,
  request: NodeRequest,
  response: NodeResponse,
  ask: Ask,
  chunk: unknown,
  encoding: unknown,
) {
  const fields = fieldsOf(response)
  if (response.statusCode === 304) return void (await answers.notModified(scoped(answers, request, ask), fields))
  const bytes = typeof chunk === 'string' ? encoded(chunk, encoding) : chunk
  if (!(bytes instanceof Uint8Array) || !answers.compares(response.statusCode, fields, bytes.length)) return
  // Middleware that ran after this one may have said who asks. A buffer may be written to again: it is copied.
  return answers.answer(scoped(answers, request, ask), fields, typeof chunk === 'string' ? bytes : bytes.slice())
}

function scoped(answers: Answers, request: NodeRequest, ask: Ask): Ask {
  return { ...ask, scope: answers.settings.scope?.(request) }
}

function encoded(chunk: string, encoding: unknown): Uint8Array | undefined {
  // Fastify gives `null`.
  return encoding === undefined || encoding === null || /^utf-?8$/i.test(String(encoding))
    ? new TextEncoder().encode(chunk)
    : undefined
}

/** Sets the fields that `writeHead` was given: an object, or names and values in turn. */
function setAll(response: NodeResponse, fields: unknown): void {
  if (Array.isArray(fields)) {
    for (let i = 0; i + 1 < fields.length; i += 2) response.setHeader(String(fields[i]), fields[i + 1])
  } else if (fields && typeof fields === 'object') {
    for (const [name, value] of Object.entries(fields)) if (value !== undefined) response.setHeader(name, value)
  }
}
