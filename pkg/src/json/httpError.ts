import { chunkOf, readerOf } from './body.js'

/** How much of an error's body is kept, in bytes. */
const BODY_LIMIT = 4096

/** The server answered, but not with success. */
export class HttpError extends Error {
  override name = 'HttpError'
  /** The status code, `404` for instance. */
  readonly status: number
  /** Where the answer came from. */
  readonly url: string
  /** For how many ms the server asks not to be asked again (`Retry-After`), if it does. */
  readonly retryAfter: number | undefined
  /**
   * Whether the same request may succeed another time: not after a 4xx, 408, 425 and 429 aside. A query that
   * fails with an error that is not `retryable` does not try again.
   */
  readonly retryable: boolean
  /** The beginning of the body, as text: at most 4 KiB. */
  readonly body: string

  constructor(response: Response, body: string) {
    super(`HTTP ${response.status}${response.statusText ? ` ${response.statusText}` : ''}: ${response.url}`)
    this.status = response.status
    this.url = response.url
    this.retryAfter = parseRetryAfter(response.headers.get('retry-after'))
    const { status } = response
    this.retryable = status < 400 || status >= 500 || status === 408 || status === 425 || status === 429
    this.body = body
  }
}

/** The error that `response` stands for. */
export async function httpError(response: Response): Promise<HttpError> {
  let body = ''
  try {
    body = await beginning(response)
  } catch {
    // What is known already says more than why the rest of it did not come.
  }
  return new HttpError(response, body)
}

async function beginning(response: Response): Promise<string> {
  const reader = readerOf(response.body)
  if (!reader) return (await response.text()).slice(0, BODY_LIMIT)
  const decoder = new TextDecoder()
  let text = ''
  let room = BODY_LIMIT
  while (room > 0) {
    const { value, done } = await reader.read()
    if (done) break
    const chunk = chunkOf(value)
    text += decoder.decode(chunk.subarray(0, room), { stream: true })
    room -= chunk.length
  }
  if (room <= 0) await reader.cancel()
  return text
}

/** `Retry-After` is a number of seconds or a date (RFC 9110, 10.2.3). */
function parseRetryAfter(header: string | null): number | undefined {
  if (header === null) return undefined
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now())
}
