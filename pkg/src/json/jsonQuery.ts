import { anyOf } from '../abort.js'
import { isRequest, isResponse } from './body.js'
import { httpError } from './httpError.js'
import { readJson } from './readJson.js'
import type { QueryContext } from './cached.js'

/** What a query function is called with: TanStack Query's context, as far as it is used here. */
export interface JsonQueryContext extends QueryContext {
  signal?: AbortSignal
}

type Source = string | URL | Request | Response

/** What to fetch; or how to know, for each fetch. A `Response` is read as it is. */
export type JsonInput<Context = JsonQueryContext> =
  | string
  | URL
  | Request
  | ((context: Context) => Source | Promise<Source>)

/**
 * A query function that fetches JSON. When the body is byte for byte the one of the last time, and the cache
 * still holds the value made of it, that value is returned as it is and nothing is parsed. Rejects with
 * `HttpError` where the status is not a success, with `SyntaxError` where the body is not JSON.
 */
export function jsonQuery<T = unknown, Context extends JsonQueryContext = JsonQueryContext>(
  input: JsonInput<Context>,
  init?: RequestInit,
): (context?: Context) => Promise<T> {
  const fetchJson = async (context = {} as Context) => {
    const source = typeof input === 'function' ? await input(context) : input
    if (isResponse(source)) return (await read(source, context)) as T
    const request = isRequest(source) ? source : undefined
    if (!request && String(source) === '[object Object]') {
      throw new TypeError(`jsonQuery takes an address, a Request or a Response, not ${source}`)
    }
    const { signal, leave } = anyOf([context.signal, init?.signal, request?.signal])
    try {
      // A request can be sent once, a query fetches again.
      const [what, manner] = request ? sendable(request.clone()) : [source as string | URL]
      const response = await fetch(what, { ...manner, ...init, signal })
      return (await read(response, context)) as T
    } finally {
      leave()
    }
  }
  return Object.assign(fetchJson, { origin: originOf(input) })
}

/** A request as `fetch` takes it: those of other libraries it would read as addresses. */
function sendable(request: Request): [Request | string, RequestInit?] {
  if (typeof Request === 'function') {
    if ((request as object) instanceof Request) return [request]
    try {
      // Those of another realm it takes as they are.
      if (new Request(request.clone()).url === request.url) return [request]
    } catch {
      // Not this one.
    }
  }
  const { url, method, headers, body, credentials, redirect } = request
  return [url, { method, headers, body, credentials, redirect, duplex: 'half' } as RequestInit]
}

/** Whom it asks, as far as that is known before it asks: circuit breakers go by it. */
function originOf(input: JsonInput<any>): string | undefined {
  if (typeof input === 'function') return undefined
  try {
    return new URL(isRequest(input) ? input.url : input, globalThis.location?.href).origin
  } catch {
    return undefined
  }
}

async function read(response: Response, context: JsonQueryContext): Promise<unknown> {
  if (!response.ok && response.status !== 304) throw await httpError(response)
  return readJson(response, context)
}
