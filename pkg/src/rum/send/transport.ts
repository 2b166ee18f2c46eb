import { clearTimer, setTimer, native } from '../lib/eventsAndTimers.js'
import { BYTES, WORTH_GZIP } from '../../boundary/rum.js'
import { copyOwn } from '../lib/properties.js'
import { byteLength } from '../lib/format.js'
import { attempt } from '../lib/guard.js'
import { within } from '../lib/scope.js'
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

/** @internal A content type that needs no CORS preflight, and which `sendBeacon` uses for a string. */
export const PLAIN = 'text/plain;charset=UTF-8'

/** @internal */
export interface Outcome {
  /** The server acknowledged it. The length of its body as it was sent. */
  bytes$?: number
  /** It may be retried. Without this and `bytes` the server will never accept it. */
  isRetry$?: boolean
  /** The server's `Retry-After`, ms. */
  after$?: number
}

/** @internal */
export interface Transport {
  /** Sends a request, and waits for the response. Never rejects. */
  post$(request: Request): Promise<Outcome>
  /**
   * Queues the request in the browser, which sends it even if the page is closed now. Returns nothing true if the browser does
   * not accept it. There is no response; `onFailed` is called if the request fails while the page is still open.
   */
  queue$(request: Request, onFailed: () => void): unknown
  /** Aborts the requests in flight. */
  abort$(): void
}

type More = RequestInit & { activateAfter?: number }

const enum Limit {
  /** The number of URLs that are remembered. */
  URLS = 32,
  /** A request without a response is aborted after this time, ms. */
  UNANSWERED = 30_000,
}

/** The URLs of the latest requests of all senders: one must not take the beacons of another for requests of the page. */
const urls = new Set<string>()

/** @internal Whether beacons were sent to `url`. */
export const isOwn = (url: string): boolean => urls.has(url)

/** @internal Remembers where beacons are sent to. */
export function remember(url: string): void {
  urls.add(url)
  for (const known of urls) if (urls.size > Limit.URLS) urls.delete(known)
}

/** @internal */
export function createTransport(): Transport {
  // Bound once, before traceparent or the page wraps them: beacons must not be measured or traced.
  const fetch = native(globalThis, 'fetch')?.bind(globalThis)
  const { fetchLater } = globalThis as { fetchLater?: (url: string, init: More) => unknown }
  const inFlight = new Set<AbortController>()
  let keepaliveBytes = 0
  /** Whether a response's `Accept-Encoding` allows gzip (RFC 9110, 12.5.3). */
  let takesGzip = false

  // The timers of requests run on when measuring or sending ends.
  const whenUnanswered = (run: () => void) => within(undefined, () => setTimer(run, Limit.UNANSWERED))
  return {
    abort$() {
      for (const abort of inFlight) abort.abort()
    },
    async post$(request) {
      const { url, body } = request
      remember(url)
      let bytes = byteLength(body)
      let reserved = 0
      const abort = new AbortController()
      const timer = whenUnanswered(() => abort.abort())
      inFlight.add(abort)
      try {
        const compressed = takesGzip && bytes >= WORTH_GZIP ? await gzip(body) : undefined
        if (compressed) bytes = compressed.byteLength
        // A `keepalive` request completes even if the page is closed. One beyond the limit is sent without.
        const keepalive = keepaliveBytes + bytes <= BYTES
        if (keepalive) keepaliveBytes += reserved = bytes
        const { headers, ok, status } = await fetch(url, initOf(request, { keepalive, signal: abort.signal }, compressed))
        takesGzip ||= /\bgzip\b/.test(headers.get('accept-encoding') ?? '')
        if (ok) return { bytes$: bytes }
        const isRetry = status === 408 || status === 429 || status >= 500
        return { isRetry$: isRetry, after$: isRetry ? retryAfter(headers.get('retry-after')) : undefined }
      } catch {
        return { isRetry$: true }
      } finally {
        clearTimer(timer)
        inFlight.delete(abort)
        keepaliveBytes -= reserved
      }
    },
    queue$(request, onFailed) {
      const { url, body, type, headers } = copyOwn(request)
      remember(url)
      // Throws if the quota for the server's origin is used up.
      if (attempt(() => fetchLater?.call(globalThis, url, initOf(request, { activateAfter: 0 })))) return true
      // `sendBeacon` refuses a body beyond the limit at once, `fetch` only later. If it refused a smaller one, an extension
      // may have blocked `sendBeacon`, so `fetch` is tried. A string is sent as plain text. A `Blob` could have any type, but
      // Firefox loses some of them at `pagehide`.
      const bytes = byteLength(body)
      const isQueued =
        attempt(() => type === PLAIN && !headers && navigator.sendBeacon(url, body)) ||
        attempt(() => keepaliveBytes + bytes <= BYTES && fetch(url, initOf(request, { keepalive: true })).catch(onFailed))
      if (isQueued) {
        // In flight until the timeout: without a response it is unknown when the request ends.
        keepaliveBytes += bytes
        whenUnanswered(() => (keepaliveBytes -= bytes))
      }
      return isQueued
    },
  }
}

/** The options for `fetch`. Without a prototype, because browsers also read inherited members. */
function initOf(request: Request, more: More, compressed?: ArrayBuffer): RequestInit {
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

/** @internal `Retry-After` in ms: seconds, or a date (RFC 9110, 10.2.3). */
export function retryAfter(header: string | null, now = Date.now()): number | undefined {
  if (!header) return undefined
  // All HTTP dates are in GMT. The obsolete asctime form does not say so.
  const date = () => Date.parse(/GMT/.test(header) ? header : `${header} GMT`)
  const ms = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : date() - now
  return ms >= 0 ? ms : undefined
}
