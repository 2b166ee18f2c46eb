import { NO_BODY } from '../boundary/json.js'
import { bytesOf, drop, fillerOf, isResponse, readerOf, textOf } from './body.js'
import { startEngine } from './engine.js'
import { readFirst } from './firstBody.js'
import { httpError } from './httpError.js'
import { Parsed, type ParsedJson } from './parsed.js'
import { incomingBody, type IncomingBody, type Result } from './incomingBody.js'
import { counted } from './counted.js'

export type { ParsedJson } from './parsed.js'

/** A JSON body: a `Response`, a stream, or bytes. */
export type JsonBody = Response | ReadableStream<Uint8Array> | ArrayBuffer | Uint8Array

/**
 * Parses `body`, which is likely to resemble the `previous` one. Objects and arrays with the same bytes are not parsed again:
 * the new value has the same objects.
 *
 * ```js
 * let todos = await parseJson(undefined, await fetch('/todos'))
 * todos = await parseJson(todos, await fetch('/todos'))
 * todos.value
 * ```
 *
 * A body without changes gives `previous` itself. The result takes over the kept bytes: using the same `previous` a second
 * time is correct, but parses the whole body. Rejects with `SyntaxError` if the body is not JSON, and with `HttpError` if
 * the status of a `Response` is not a success. `previous` stays usable in both cases.
 */
export async function parseJson<T = unknown>(previous: ParsedJson<T> | undefined, body: JsonBody): Promise<ParsedJson<T>> {
  const bytes = bytesOf(body)
  if (bytes) return parseJsonSync(previous, bytes)
  const response = isResponse(body) ? body : undefined
  if (response && !response.ok) throw await httpError(response)
  if (response && previous instanceof Parsed && previous.isBodyOf(response)) {
    skip(response, previous.length)
    return previous
  }
  const begun = bodyOf(previous)
  const first = begun === NO_BODY && response?.body && (await readFirst(response))
  if (first) return made(first, response)
  const engine = startEngine()
  const reader = engine ? fillerOf(response ? response.body : body) : response ? undefined : readerOf(body)
  if (!reader) {
    if (response) return new Parsed((await response.json()) as T, NO_BODY)
    throw new TypeError('parseJson takes a Response, a ReadableStream, an ArrayBuffer or a Uint8Array')
  }
  if (!engine) return new Parsed(JSON.parse(await textOf(reader)) as T, NO_BODY)
  const incoming = incomingBody(engine, begun, 0)
  await incoming.read(reader)
  return end(incoming, previous, begun, response)
}

/** As `parseJson`, for bytes that are there already. */
export function parseJsonSync<T = unknown>(previous: ParsedJson<T> | undefined, body: ArrayBuffer | Uint8Array): ParsedJson<T> {
  const bytes = bytesOf(body)
  if (!bytes) throw new TypeError('parseJsonSync takes an ArrayBuffer or a Uint8Array')
  const engine = startEngine()
  if (!engine) return new Parsed(JSON.parse(new TextDecoder().decode(bytes)) as T, NO_BODY)
  const begun = bodyOf(previous)
  const incoming = incomingBody(engine, begun, bytes.length)
  // In pieces, as the engine's memory never shrinks: of a body that is too long to be kept it takes the beginning alone.
  for (let at = 0; at < bytes.length; at += 2 ** 20) incoming.write(bytes.subarray(at, at + 2 ** 20))
  return end(incoming, previous, begun)
}

function bodyOf(previous: ParsedJson | undefined): number {
  return previous instanceof Parsed ? previous.body : NO_BODY
}

function end<T>(incoming: IncomingBody, previous: ParsedJson<T> | undefined, begun: number, response?: Response): ParsedJson<T> {
  const before = previous instanceof Parsed ? (previous as Parsed<T>) : undefined
  const result = incoming.end(before?.body ? before : undefined)
  const same = before !== undefined && Object.is(result.value, before.value)
  before?.moveTo(same ? result.body : NO_BODY, begun)
  return made(result, response, same ? before : undefined)
}

function made<T>({ value, body, chunks, received }: Result, response?: Response, same?: Parsed<T>): Parsed<T> {
  const parsed = same ?? new Parsed(value as T, body, chunks, received)
  if (response) parsed.cameFrom(response, received)
  return parsed
}

/** Cancels the transfer of a body that is the previous one, which had `length` bytes. */
export function skip(response: Response, length: number): void {
  drop(response.body)
  counted.spared += length
}
