import { httpError } from './httpError.js'

/** A body's value, and what is needed to tell what the next body changes. */
export interface ParsedJson<T = unknown> {
  /** What `JSON.parse` makes of the body. Do not change it: parts of it go on in the next value. */
  readonly value: T
}

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
  if (body instanceof ArrayBuffer || body instanceof Uint8Array) return parseJsonSync(previous, body)
  if (body instanceof Response && !body.ok) throw await httpError(body)
  const bytes = body instanceof Response ? body.arrayBuffer() : new Response(body as BodyInit).arrayBuffer()
  return parseJsonSync(previous, await bytes)
}

/** `parseJson` of a body that is there already. */
export function parseJsonSync<T = unknown>(
  previous: ParsedJson<T> | undefined,
  body: ArrayBuffer | Uint8Array,
): ParsedJson<T> {
  return { value: JSON.parse(new TextDecoder().decode(body)) as T }
}
