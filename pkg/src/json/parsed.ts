// A value and the body it was made of, which the engine keeps as long as anyone has the value.
import { startedEngine } from './engine.js'

/** A body's value, and what is needed to tell what the next body changes. */
export interface ParsedJson<T = unknown> {
  /** What `JSON.parse` makes of the body. Do not change it: parts of it go on in the next value. */
  readonly value: T
}

interface Body {
  /** The engine's name for it; 0 if it is not kept. */
  name: number
}

let registry: FinalizationRegistry<Body> | undefined

export class Parsed<T = unknown> implements ParsedJson<T> {
  readonly value: T
  /** How long the body was, in bytes. */
  length = 0
  readonly #body: Body
  #etag: string | undefined
  #url = ''

  constructor(value: T, body: number) {
    this.value = value
    this.#body = { name: body }
    if (body === 0 || typeof FinalizationRegistry === 'undefined') return
    registry ??= new FinalizationRegistry((body) => forget(body))
    registry.register(this, this.#body)
  }

  get body(): number {
    return this.#body.name
  }

  /** In the engine `body` has taken the place of `before`; 0 if that says something else. */
  moveTo(body: number, before: number): void {
    // Another one may have done so meanwhile.
    if (this.#body.name !== before) this.forget()
    this.#body.name = body
  }

  /** Notes whose body it is, and how long. */
  cameFrom(response: Response, length: number): void {
    this.#etag = strong(response.headers.get('etag'))
    this.#url = response.url
    this.length = length
  }

  /** Whether a response has the same body, as its validator says. */
  isBodyOf(response: Response): boolean {
    const etag = strong(response.headers.get('etag'))
    return etag !== undefined && etag === this.#etag && response.url === this.#url
  }

  /** The body is needed no more. */
  forget(): void {
    forget(this.#body)
  }
}

/** A strong validator: the bytes are the same if it is (RFC 9110, 8.8.1). */
function strong(etag: string | null): string | undefined {
  return etag?.startsWith('"') ? etag : undefined
}

function forget(body: Body): void {
  if (body.name !== 0) startedEngine()?.json_forget(body.name)
  body.name = 0
}
