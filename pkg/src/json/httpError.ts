import { may_succeed_later } from '../rules/http.js'
import { readerOf, textOf } from './body.js'

/** How many bytes of an error's body are kept. */
const BODY_LIMIT = 4096

/** The server answered with a status that is not a success. */
export class HttpError extends Error {
  override name = 'HttpError'
  /** The status code, `404` for instance. */
  declare readonly status: number
  /** The address of the response, after redirects. */
  declare readonly url: string
  /** How many ms to wait before the next request, if the server says so (`Retry-After`). */
  declare readonly retryAfter: number | undefined
  /**
   * Whether the same request may succeed later: not after a 4xx, except 408, 425 and 429. A query does not retry after an
   * error that is not `retryable`.
   */
  declare readonly retryable: boolean
  /** The first 4 KiB of the body, as text. */
  declare readonly body: string

  constructor(response: Response, body: string) {
    const { status, statusText, url } = response
    super(`HTTP ${status}${statusText ? ` ${statusText}` : ''}: ${url}`)
    this.status = status
    this.url = url
    this.retryAfter = parseRetryAfter(response.headers.get('retry-after'))
    this.retryable = may_succeed_later(status)
    this.body = body
  }
}

/** The error for `response`, with the beginning of its body. */
export async function httpError(response: Response): Promise<HttpError> {
  let body = ''
  try {
    const reader = readerOf(response.body)
    body = reader ? await textOf(reader, BODY_LIMIT) : (await response.text()).slice(0, BODY_LIMIT)
  } catch {
    // The status is worth more than the reason why the body did not arrive.
  }
  return new HttpError(response, body)
}

/**
 * `Retry-After` is a number of seconds or a date (RFC 9110, 10.2.3). Fields have no white space around them. `Date.parse` takes nearly
 * anything with a digit for a date, `1.5` for one in 2001: each HTTP date has a time with colons.
 */
function parseRetryAfter(header: string | null): number | undefined {
  if (/^\d+$/.test(header!)) return +header! * 1000
  const wait = Math.max(0, Date.parse(header!) - Date.now())
  return wait >= 0 && /:/.test(header!) ? wait : undefined
}
