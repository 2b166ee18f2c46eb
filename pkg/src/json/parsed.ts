// A value with the body that it was made from. The engine keeps the body as long as the value is reachable.
import { NO_BODY } from '../boundary/json.js'
import { forget, idOf, keep, type KeptBody } from './keptBody.js'

/** A body's value, to be given back with the next body. */
export interface ParsedJson<T = unknown> {
  /** The value that `JSON.parse` gives. Do not change it: the next value shares parts of it. */
  readonly value: T
}

let registry: FinalizationRegistry<KeptBody> | undefined

export class Parsed<T = unknown> implements ParsedJson<T> {
  declare readonly value: T
  /** The length of the body in bytes, if it came from a response. */
  declare length: number
  readonly #body: KeptBody
  /** The response's address and strong validator. */
  #version?: string | false

  /** `body` is the engine's id, or `chunks` are what the engine has not seen, of `length` bytes together. */
  constructor(value: T, body: number, chunks?: Uint8Array[], length?: number) {
    this.value = value
    this.#body = { id: body, chunks, length }
    keep(this.#body)
    if (!this.isKept) return
    registry ??= new FinalizationRegistry(forget)
    registry.register(this, this.#body)
  }

  /** Whether the body is still there. */
  get isKept(): boolean {
    return this.#body.id !== NO_BODY || !!this.#body.chunks
  }

  /** The engine's id of the body, which it takes over now, or `NO_BODY`. */
  get body(): number {
    return idOf(this.#body)
  }

  /** The engine has replaced the body `before` by `body`, or by one with another value if `body` is `NO_BODY`. */
  moveTo(body: number, before: number): void {
    // Another result may have replaced the body in the meantime, or may be a first one, too.
    if (this.#body.id !== before || this.#body.chunks) this.forget()
    this.#body.id = body
  }

  /** Remembers the response's validator, address and length. */
  cameFrom(response: Response, length: number): void {
    this.#version = versionOf(response)
    this.length = length
  }

  /** Whether a response has the same body, by its validator. */
  isBodyOf(response: Response): boolean {
    const version = versionOf(response)
    return !!version && version === this.#version
  }

  /** Drops the body. */
  forget(): void {
    forget(this.#body)
  }
}

/**
 * The response's `ETag` and address; none if the `ETag` is not strong: only then equal tags mean equal bytes (RFC 9110, 8.8.1). Each part
 * of a representation (206) has the tag of the whole.
 */
function versionOf({ headers, status, url }: Response): string | false | undefined {
  const etag = headers.get('etag')
  return status !== 206 && etag?.startsWith('"') && etag + url
}
