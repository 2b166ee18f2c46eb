// The ways out of a page.
import { later, native } from '../hooks.js'
import { BYTES, WORTH_GZIP } from '../../boundary/rum.js'
import { own } from '../own.js'
import { bytesOf } from '../text.js'
import { gzip } from './gzip.js'

/** One request, ready to go. */
export interface Request {
  url: string
  body: string
  /** The content type. `text/plain` needs no preflight, `application/json` does. */
  type: string
  /** Further headers: each costs a preflight, and `sendBeacon` cannot send them. */
  headers?: Record<string, string>
}

/** The type that needs no preflight, and that `sendBeacon` gives a string. */
export const PLAIN = 'text/plain;charset=UTF-8'

/** What became of a request. */
export type Outcome =
  /** The server has it: so many bytes. */
  | { kind: 'sent'; bytes: number }
  /** The server will never take it. */
  | { kind: 'refused' }
  /** It may be tried again, after so many milliseconds where the server said. */
  | { kind: 'later'; after?: number }

type FetchLater = (url: string, init: RequestInit & { activateAfter?: number }) => unknown

/** Addresses that are remembered. */
const URLS = 32
/** Who has not answered by then hangs, ms. */
const PATIENCE = 30_000

export class Transport {
  // Taken once: what is measured may wrap them, and what is sent is not to be measured.
  readonly #fetch = native(globalThis, 'fetch')?.bind(globalThis)
  readonly #fetchLater = (globalThis as { fetchLater?: FetchLater }).fetchLater?.bind(globalThis)
  readonly #under = new Set<AbortController>()
  /** Where requests of this page went, the latest. */
  readonly urls = new Set<string>()
  #alive = 0
  /** Whether the server said that it takes gzip (RFC 9110, 12.5.3). */
  #takesGzip = false

  /** Sends while the page is there to hear the answer. Never rejects. */
  async post(request: Request): Promise<Outcome> {
    const { url, body } = request
    this.#note(url)
    let bytes = bytesOf(body)
    let keepalive = false
    const abort = new AbortController()
    const cancel = later(() => abort.abort(), PATIENCE)
    this.#under.add(abort)
    try {
      const zipped = this.#takesGzip && bytes >= WORTH_GZIP ? await gzip(body) : undefined
      if (zipped) bytes = zipped.byteLength
      // A request that outlives the page, as long as that is allowed; a larger one goes as any other.
      keepalive = this.#alive + bytes <= BYTES
      if (keepalive) this.#alive += bytes
      const response = await this.#fetch(url, init(request, { keepalive, signal: abort.signal }, zipped))
      this.#takesGzip ||= /\bgzip\b/.test(response.headers.get('accept-encoding') ?? '')
      return judge(response, bytes)
    } catch {
      return { kind: 'later' }
    } finally {
      cancel()
      this.#under.delete(abort)
      if (keepalive) this.#alive -= bytes
    }
  }

  /**
   * Hands the request to the browser, which sends it even if the page is closed at once; `false` where it takes
   * it no way. Nobody hears the answer; `failed` is called where it fails while the page is still there.
   */
  leave(request: Request, failed: () => void): boolean {
    this.#note(request.url)
    if (this.#later(request)) return true
    // The browser refuses what is too much, `fetch` only when the page may be gone. Where it refused although it
    // is not too much, something other than the browser did.
    const bytes = bytesOf(request.body)
    const fits = this.#alive + bytes <= BYTES
    if (!beacon(request)) return fits && this.#keepalive(request, bytes, failed)
    this.#occupy(bytes)
    return true
  }

  #note(url: string): void {
    this.urls.add(url)
    for (const known of this.urls) if (this.urls.size > URLS) this.urls.delete(known)
  }

  /** Ends what is under way. */
  abort(): void {
    for (const abort of this.#under) abort.abort()
  }

  #later(request: Request): boolean {
    try {
      // Throws where the quota for the server's origin is used up.
      return !!this.#fetchLater?.(request.url, init(request, { activateAfter: 0 }))
    } catch {
      return false
    }
  }

  #keepalive(request: Request, bytes: number, failed: () => void): boolean {
    if (!this.#fetch) return false
    try {
      this.#fetch(request.url, init(request, { keepalive: true })).catch(failed)
      this.#occupy(bytes)
      return true
    } catch {
      return false
    }
  }

  /** Of a request that nobody hears of, it is not known when its bytes are free again. */
  #occupy(bytes: number): void {
    this.#alive += bytes
    later(() => (this.#alive -= bytes), PATIENCE)
  }
}

/** What `fetch` is told; browsers would look for options that it does not name on `Object.prototype`. */
function init(request: Request, more: RequestInit & { activateAfter?: number }, zipped?: ArrayBuffer): RequestInit {
  const { url, body, type, headers } = own(request)
  // Other origins would ask for the header with a preflight: there the bytes tell.
  const says = zipped && new URL(url, location.href).origin === location.origin
  return own({
    method: 'POST',
    body: zipped ?? body,
    headers: own({ ...headers, 'content-type': type, ...(says && { 'content-encoding': 'gzip' }) }),
    credentials: 'omit',
    // What is measured here is the page, not this request.
    priority: 'low',
    ...more,
  } as RequestInit)
}

function beacon(request: Request): boolean {
  const { url, body, type, headers } = own(request)
  try {
    // A string goes as plain text. A `Blob` could have any type, but Firefox loses some of them at `pagehide`.
    return type === PLAIN && !headers && navigator.sendBeacon(url, body)
  } catch {
    return false
  }
}

function judge(response: Response, bytes: number): Outcome {
  if (response.ok) return { kind: 'sent', bytes }
  if (response.status === 408 || response.status === 429 || response.status >= 500) {
    return { kind: 'later', after: retryAfter(response.headers.get('retry-after')) }
  }
  return { kind: 'refused' }
}

/** `Retry-After` in ms: seconds, or a date (RFC 9110, 10.2.3). */
export function retryAfter(header: string | null, now = Date.now()): number | undefined {
  if (!header) return undefined
  // All dates of HTTP are GMT, also those of an old form that does not say so.
  const date = () => Date.parse(/GMT/.test(header) ? header : `${header} GMT`)
  const ms = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : date() - now
  return ms >= 0 ? ms : undefined
}
