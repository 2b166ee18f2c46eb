import { bytesOf, drop, isResponse, readerOf, textOf } from './body.js'
import { startEngine } from './engine.js'
import { httpError } from './httpError.js'
import { Parsed, type ParsedJson } from './parsed.js'
import { Receipt } from './receipt.js'
import { counted } from './stats.js'

export type { ParsedJson } from './parsed.js'

/** A JSON body: of a `Response`, as a stream, or all at once. */
export type JsonBody = Response | ReadableStream<Uint8Array> | ArrayBuffer | Uint8Array

/**
 * Parses `body`, which is likely to be much like the `previous` one: what is the same byte for byte is not parsed
 * again but is the same object in the new value.
 *
 * ```js
 * let todos = await parseJson(undefined, await fetch('/todos'))
 * todos = await parseJson(todos, await fetch('/todos'))
 * todos.value
 * ```
 *
 * A body that brings nothing new gives `previous` itself. The kept bytes pass on to the result: giving the same
 * `previous` a second time is right, but parses the whole body. Rejects with `SyntaxError` where the body is not
 * JSON, and with `HttpError` where a `Response` is not a success; `previous` is then as good as before.
 */
export async function parseJson<T = unknown>(
  previous: ParsedJson<T> | undefined,
  body: JsonBody,
): Promise<ParsedJson<T>> {
  const bytes = bytesOf(body)
  if (bytes) return parseJsonSync(previous, bytes)
  const response = isResponse(body) ? body : undefined
  if (response && !response.ok) throw await httpError(response)
  if (response && previous instanceof Parsed && previous.isBodyOf(response)) {
    skip(response, previous.length)
    return previous
  }
  const engine = startEngine()
  const reader = engine || !response ? readerOf(response ? response.body : body) : undefined
  if (!reader) {
    if (response) return new Parsed((await response.json()) as T, 0)
    throw new TypeError('parseJson takes a Response, a ReadableStream, an ArrayBuffer or a Uint8Array')
  }
  if (!engine) return new Parsed(JSON.parse(await textOf(reader)) as T, 0)
  const begun = bodyOf(previous)
  const receipt = new Receipt(engine, begun, response ? contentLength(response) : 0)
  try {
    await receipt.read(reader)
  } catch (error) {
    receipt.discard()
    throw error
  }
  return end(receipt, previous, begun, response)
}

/** `parseJson` of a body that is there already. */
export function parseJsonSync<T = unknown>(
  previous: ParsedJson<T> | undefined,
  body: ArrayBuffer | Uint8Array,
): ParsedJson<T> {
  const bytes = bytesOf(body)
  if (!bytes) throw new TypeError('parseJsonSync takes an ArrayBuffer or a Uint8Array')
  const engine = startEngine()
  if (!engine) return new Parsed(JSON.parse(new TextDecoder().decode(bytes)) as T, 0)
  const begun = bodyOf(previous)
  const receipt = new Receipt(engine, begun, bytes.length)
  receipt.write(bytes)
  return end(receipt, previous, begun)
}

function bodyOf(previous: ParsedJson | undefined): number {
  return previous instanceof Parsed ? previous.body : 0
}

function end<T>(
  receipt: Receipt,
  previous: ParsedJson<T> | undefined,
  begun: number,
  response?: Response,
): ParsedJson<T> {
  const before = previous instanceof Parsed ? (previous as Parsed<T>) : undefined
  const { value, body, received } = receipt.end(before?.body ? before : undefined)
  const same = before !== undefined && Object.is(value, before.value)
  before?.moveTo(same ? body : 0, begun)
  const parsed = same ? before : new Parsed(value as T, body)
  if (response) parsed.cameFrom(response, received)
  return parsed
}

/** None of a body has to come: it is the one of last time, and was so long. */
export function skip(response: Response, length: number): void {
  drop(response.body)
  counted.spared += length
}

/** How long a body is, as far as it says so; compressed, it is longer. */
export function contentLength(response: Response): number {
  const length = Number(response.headers.get('content-length'))
  return length > 0 && length < 2 ** 31 ? length : 0
}
