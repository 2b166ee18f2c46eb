import { setTimer, native } from '../lib/eventsAndTimers.js'
import { BYTES, WORTH_GZIP } from '../../boundary/rum.js'
import { copyOwn } from '../lib/properties.js'
import { byteLength } from '../lib/format.js'
import { gzip } from './gzip.js'

/** A request, by `fetch` or `sendBeacon`. */
export interface Request {
  url: string
  body: string
  /** The content type. `text/plain` needs no CORS preflight, `application/json` does. */
  type: string
  /** More headers. They need a CORS preflight, and `sendBeacon` cannot send them. */
  headers?: Record<string, string>
}

/** A content type that needs no CORS preflight, and which `sendBeacon` uses for a string. */
export const PLAIN = 'text/plain;charset=UTF-8'

export type Outcome =
  /** The server acknowledged it. `bytes`: the length of its body as it was sent. */
  | { kind: 'sent'; bytes: number }
  /** The server will never accept it. */
  | { kind: 'refused' }
  /** It may be retried. `after`: the server's `Retry-After`, ms. */
  | { kind: 'retry'; after?: number }

type FetchLater = (url: string, init: RequestInit & { activateAfter?: number }) => unknown

/** The number of URLs that are remembered. */
const URLS = 32
/** A request without a response is aborted after this time, ms. */
const TIMEOUT = 30_000

export class Transport {
  // Bound once, before traceparent or the page wraps them: beacons must not be measured or traced.
  readonly #fetch = native(globalThis, 'fetch')?.bind(globalThis)
  readonly #fetchLater = (globalThis as { fetchLater?: FetchLater }).fetchLater?.bind(globalThis)
  readonly #inFlight = new Set<AbortController>()
  /** The URLs of the latest requests. */
  readonly urls = new Set<string>()
  #keepaliveBytes = 0
  /** Whether a response's `Accept-Encoding` allows gzip (RFC 9110, 12.5.3). */
  #takesGzip = false

  /** Sends a request, and waits for the response. Never rejects. */
  async post(request: Request): Promise<Outcome> {
    const { url, body } = request
    this.#rememberUrl(url)
    let bytes = byteLength(body)
    let keepalive = false
    const abort = new AbortController()
    const cancel = setTimer(() => abort.abort(), TIMEOUT)
    this.#inFlight.add(abort)
    try {
      const compressed = this.#takesGzip && bytes >= WORTH_GZIP ? await gzip(body) : undefined
      if (compressed) bytes = compressed.byteLength
      // A `keepalive` request completes even if the page is closed. One beyond the limit is sent without.
      keepalive = this.#keepaliveBytes + bytes <= BYTES
      if (keepalive) this.#keepaliveBytes += bytes
      const response = await this.#fetch(url, initOf(request, { keepalive, signal: abort.signal }, compressed))
      this.#takesGzip ||= /\bgzip\b/.test(response.headers.get('accept-encoding') ?? '')
      return outcomeOf(response, bytes)
    } catch {
      return { kind: 'retry' }
    } finally {
      cancel()
      this.#inFlight.delete(abort)
      if (keepalive) this.#keepaliveBytes -= bytes
    }
  }

  /**
   * Queues the request in the browser, which sends it even if the page is closed now. Returns `false` if the browser does
   * not accept it. There is no response; `onFailed` is called if the request fails while the page is still open.
   */
  queue(request: Request, onFailed: () => void): boolean {
    this.#rememberUrl(request.url)
    if (this.#tryFetchLater(request)) return true
    // `sendBeacon` refuses a body beyond the limit at once, `fetch` only later. If it refused a smaller one, an extension
    // may have blocked `sendBeacon`, so `fetch` is tried.
    const bytes = byteLength(request.body)
    const fits = this.#keepaliveBytes + bytes <= BYTES
    if (!trySendBeacon(request)) return fits && this.#tryKeepalive(request, bytes, onFailed)
    this.#reserve(bytes)
    return true
  }

  #rememberUrl(url: string): void {
    this.urls.add(url)
    for (const known of this.urls) if (this.urls.size > URLS) this.urls.delete(known)
  }

  /** Aborts the requests in flight. */
  abort(): void {
    for (const abort of this.#inFlight) abort.abort()
  }

  #tryFetchLater(request: Request): boolean {
    try {
      // Throws if the quota for the server's origin is used up.
      return !!this.#fetchLater?.(request.url, initOf(request, { activateAfter: 0 }))
    } catch {
      return false
    }
  }

  #tryKeepalive(request: Request, bytes: number, onFailed: () => void): boolean {
    if (!this.#fetch) return false
    try {
      this.#fetch(request.url, initOf(request, { keepalive: true })).catch(onFailed)
      this.#reserve(bytes)
      return true
    } catch {
      return false
    }
  }

  /** Counts bytes as in flight until the timeout: without a response it is unknown when the request ends. */
  #reserve(bytes: number): void {
    this.#keepaliveBytes += bytes
    setTimer(() => (this.#keepaliveBytes -= bytes), TIMEOUT)
  }
}

/** The options for `fetch`. Without a prototype, because browsers also read inherited members. */
function initOf(request: Request, more: RequestInit & { activateAfter?: number }, compressed?: ArrayBuffer): RequestInit {
  const { url, body, type, headers } = copyOwn(request)
  // To another origin the header would need a CORS preflight. The collector recognises gzip by its first bytes.
  const isSameOrigin = compressed && new URL(url, location.href).origin === location.origin
  return copyOwn({
    method: 'POST',
    body: compressed ?? body,
    headers: copyOwn({ ...headers, 'content-type': type, ...(isSameOrigin && { 'content-encoding': 'gzip' }) }),
    credentials: 'omit',
    // The page's own requests go first.
    priority: 'low',
    ...more,
  } as RequestInit)
}

function trySendBeacon(request: Request): boolean {
  const { url, body, type, headers } = copyOwn(request)
  try {
    // A string is sent as plain text. A `Blob` could have any type, but Firefox loses some of them at `pagehide`.
    return type === PLAIN && !headers && navigator.sendBeacon(url, body)
  } catch {
    return false
  }
}

function outcomeOf(response: Response, bytes: number): Outcome {
  if (response.ok) return { kind: 'sent', bytes }
  if (response.status === 408 || response.status === 429 || response.status >= 500) {
    return { kind: 'retry', after: retryAfter(response.headers.get('retry-after')) }
  }
  return { kind: 'refused' }
}

/** `Retry-After` in ms: seconds, or a date (RFC 9110, 10.2.3). */
export function retryAfter(header: string | null, now = Date.now()): number | undefined {
  if (!header) return undefined
  // All HTTP dates are in GMT. The obsolete asctime form does not say so.
  const date = () => Date.parse(/GMT/.test(header) ? header : `${header} GMT`)
  const ms = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : date() - now
  return ms >= 0 ? ms : undefined
}
