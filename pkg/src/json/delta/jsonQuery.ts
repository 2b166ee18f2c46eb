import { isRequest, isResponse } from '../body.js'
import { jsonQuery as plain, type JsonInput, type JsonQueryContext } from '../jsonQuery.js'
import { deltaFetch } from './deltaFetch.js'
import { anyOf } from '../../abort.js'

/** As `jsonQuery` of `whippet/json`, with `deltaFetch`. */
export function jsonQuery<T = unknown, Context extends JsonQueryContext = JsonQueryContext>(
  input: JsonInput<Context>,
  init?: RequestInit,
): (context?: Context) => Promise<T> {
  const fetchJson = async (context?: Context) => {
    let any: ReturnType<typeof anyOf> | undefined
    const fetched = async (context: Context) => {
      const source = typeof input === 'function' ? await input(context) : input
      if (isResponse(source) || (typeof source !== 'string' && !(source instanceof URL) && !(source instanceof Request)))
        return source
      const request = isRequest(source) ? source.clone() : source
      any = anyOf([context.signal, init?.signal, isRequest(source) ? source.signal : undefined])
      return deltaFetch(request, { ...init, signal: any.signal ?? null })
    }
    try {
      return await plain<T, Context>(fetched)(context)
    } finally {
      // Not before the body is read, which an abort ends, too.
      any?.leave()
    }
  }
  // What it is known to fetch from, as `whippet/query` has a circuit breaker for each origin.
  const { origin } = plain(input) as { origin?: string }
  return Object.assign(fetchJson, { origin })
}
