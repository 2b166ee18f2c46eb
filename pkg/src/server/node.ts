// A handler of Node's `http`: its response is held back until its end is known.
import type { Answers, Sent } from './answer.js'
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
  writableEnded?: boolean
  getHeader(name: string): unknown
  setHeader(name: string, value: string | string[]): unknown
  /** Since Node.js 18.3. */
  appendHeader?(name: string, value: string | string[]): unknown
  removeHeader(name: string): void
  writeHead(status: number, ...rest: any[]): unknown
  write(...args: any[]): boolean
  end(...args: any[]): unknown
  flushHeaders(): void
  destroy(error?: Error): unknown
}

const text = (value: unknown) => (Array.isArray(value) ? value.join(', ') : value === undefined ? null : String(value))

/** Replaces what writes the response, so that a body that ends in one piece is compared. Anything else passes as it comes. */
export function intercept(answers: Answers, request: NodeRequest, response: NodeResponse): void {
  const { headers } = request
  const field = (name: string) => text(headers[name] ?? (name === 'host' ? headers[':authority'] : undefined))
  const ask = askOf(request.method ?? 'GET', request.originalUrl ?? request.url ?? '/', field)
  if (!ask) return
  const { writeHead, write, end, flushHeaders, setHeader, appendHeader, removeHeader } = response
  /** What was given to `writeHead`, which sends nothing before the first byte. */
  let head: [number, string?] | undefined
  /** From now on everything passes. Our functions stay where they are, as others may have put theirs around them. */
  let passes = false
  let finished: Promise<void> | undefined
  /**
   * Whether the application has ended its response, which is not sent yet. What it sets then is ignored: a handler that answers twice, or
   * throws after its answer, would give the body the fields of another.
   */
  const isHeld = () => finished !== undefined && !passes
  const fields: Fields = {
    get: (name) => text(response.getHeader(name)),
    set: (name, value) => void setHeader.call(response, name, value),
    delete: (name) => removeHeader.call(response, name),
  }

  const pass = () => {
    passes = true
    if (head && !response.headersSent) response.writeHead(head[0], ...(head[1] === undefined ? [] : [head[1]]))
  }

  response.setHeader = (...args) => (isHeld() ? response : setHeader.apply(response, args))
  response.removeHeader = (name) => (isHeld() ? undefined : removeHeader.call(response, name))
  if (appendHeader) response.appendHeader = (...args) => (isHeld() ? response : appendHeader.apply(response, args))
  response.writeHead = (status, ...rest) => {
    if (passes) return writeHead.call(response, status, ...rest)
    if (finished) return response
    const given = rest.pop()
    const message = typeof given === 'string' ? given : (rest[0] as string | undefined)
    setAll(response, given)
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
    if (isHeld()) return
    if (!passes) pass()
    flushHeaders.call(response)
  }
  response.end = (...args) => {
    if (isHeld()) return response
    const answering = passes || response.headersSent ? undefined : answerOf(answers, request, response, fields, ask, args)
    if (answering) {
      finished = finish(args, answering)
      return response
    }
    // At once, so that what is wrong with it is thrown to the application.
    if (!passes) pass()
    return end.apply(response, args)
  }

  const finish = async (args: unknown[], answering: Promise<Sent | void>) => {
    const { statusCode } = response
    // As after any `end`: who asks, as Fastify does, answers once.
    Object.defineProperty(response, 'writableEnded', { value: true, configurable: true })
    // Of what fails, what is there is sent as it is.
    const sent = await answering.catch(() => {})
    delete response.writableEnded
    if (sent) head = undefined
    response.statusCode = sent ? sent.status : statusCode
    const done = args.find((arg) => typeof arg === 'function')
    try {
      pass()
      end.apply(response, sent ? [sent.body, done].filter(Boolean) : args)
    } catch (error) {
      // The application has gone on: nobody is there to catch it.
      console.error(error)
      response.destroy()
    }
  }
}

/** What is sent for the body that `end` was given, or `undefined` if it passes. */
function answerOf(
  answers: Answers,
  request: NodeRequest,
  response: NodeResponse,
  fields: Fields,
  ask: Ask,
  args: unknown[],
): Promise<Sent | void> | undefined {
  // Middleware that ran after this one may have said who asks.
  if (response.statusCode === 304) return answers.scoped(ask, request).then((ask) => answers.notModified(ask, fields))
  const [chunk, encoding] = args.filter((arg) => typeof arg !== 'function')
  const bytes = typeof chunk === 'string' ? encoded(chunk, encoding) : chunk
  if (!(bytes instanceof Uint8Array) || !answers.compares(response.statusCode, fields, bytes.length)) return
  // A buffer may be written to again, or be part of a longer one: it is copied. `slice` of Node's buffers does not copy.
  const own = typeof chunk === 'string' ? bytes : new Uint8Array(bytes)
  return answers.scoped(ask, request).then((ask) => answers.answer(ask, fields, own))
}

function encoded(chunk: string, encoding: unknown): Uint8Array | undefined {
  // Fastify gives `null`.
  return encoding === undefined || encoding === null || /^utf-?8$/i.test(String(encoding))
    ? new TextEncoder().encode(chunk)
    : undefined
}

/**
 * Sets the fields that `writeHead` was given: an object, names and values in turn, or pairs of them. In lists a name may come more than
 * once, as `Set-Cookie` does.
 */
function setAll(response: NodeResponse, fields: unknown): void {
  if (!fields || typeof fields !== 'object') return
  const isList = Array.isArray(fields)
  const list: unknown[] = isList && !Array.isArray(fields[0]) ? fields : (isList ? fields : Object.entries(fields)).flat()
  const values = new Map<string, any>()
  for (let i = 0; i + 1 < list.length; i += 2) {
    const name = String(list[i])
    const before = isList ? values.get(name.toLowerCase()) : undefined
    const value = before === undefined ? list[i + 1] : [before, list[i + 1]].flat()
    values.set(name.toLowerCase(), value)
    if (value !== undefined) response.setHeader(name, value as string | string[])
  }
}
