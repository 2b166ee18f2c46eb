import { anyOf } from '../abort.js'
import { isRequest, isResponse } from './body.js'
import { readJson } from './readJson.js'
import type { QueryContext } from './cached.js'

/** The part of TanStack Query's query function context that is used here. */
export interface JsonQueryContext extends QueryContext {
  signal?: AbortSignal
}

type Source = string | URL | Request | Response

/** What to fetch, or a function that says so for each fetch. A `Response` from the function is read, not fetched. */
export type JsonInput<Context = JsonQueryContext> = string | URL | Request | ((context: Context) => Source | Promise<Source>)

/**
 * A query function that fetches JSON and parses only what changed since the last body. If nothing changed, it returns the
 * value in the cache. Rejects with `HttpError` if the status is not a success, and with `SyntaxError` if the body is not
 * JSON.
 */
export function jsonQuery<T = unknown, Context extends JsonQueryContext = JsonQueryContext>(
  input: JsonInput<Context>,
  init?: RequestInit,
): (context?: Context) => Promise<T> {
  const fetchJson = async (context = {} as Context) => {
    const source = typeof input === 'function' ? await input(context) : input
    if (isResponse(source)) return readJson(source, context)
    const request = isRequest(source) && source
    // `fetch` would ask for the address `undefined` where a function forgets its `return`.
    if (!request && String(source ?? {}).startsWith('[object')) {
      throw new TypeError(`jsonQuery takes an address, a Request or a Response, not ${source}`)
    }
    const { signal, leave } = anyOf([context.signal, init?.signal, (request as Partial<Request>).signal])
    try {
      // A request can be sent only once, but a query may fetch again.
      const [resource, options] = request ? sendable(request.clone()) : [source as string | URL]
      return await readJson(await fetch(resource, { ...options, ...init, signal }), context)
    } finally {
      leave()
    }
  }
  return Object.assign(fetchJson as (context?: Context) => Promise<any>, { origin: originOf(input) })
}

/** Arguments for `fetch`, which would take a request of another library for an address. */
function sendable(request: Request): [Request | string, RequestInit?] {
  try {
    // The latter succeeds for a request of another realm.
    if ((request as object) instanceof Request || new Request(request.clone()).url === request.url) return [request]
  } catch {
    // The request is of another library.
  }
  const { url, method, headers, body, credentials, redirect } = request
  return [url, { method, headers, body, credentials, redirect, duplex: 'half' } as RequestInit]
}

/** The origin, if it is known before the fetch. `whippet/query` has a circuit breaker for each origin. */
function originOf(input: JsonInput<any>): string | undefined {
  if (typeof input === 'function') return undefined
  try {
    return new URL(isRequest(input) ? input.url : input, globalThis.location?.href).origin
  } catch {
    return undefined
  }
}
