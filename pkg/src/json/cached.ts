// Remembers which body the value of a query was made from.
import { NO_BODY } from '../boundary/json.js'
import { equal } from './equal.js'
import { Parsed } from './parsed.js'
import type { Held, Result } from './incomingBody.js'
import type { BodyFigures } from './stats.js'

/** The part of a query function's context that is used. Without a client, every body is parsed. */
export interface QueryContext {
  client?: Client
  queryKey?: readonly unknown[]
  pageParam?: unknown
}

interface Client {
  defaultQueryOptions(options: { queryKey: readonly unknown[] }): { queryHash?: string }
  getQueryCache(): { get(queryHash: string): Query | undefined }
}

/** A query of TanStack Query's. The optional members are those that `whippet/query` adds. */
interface Query {
  state: { data?: unknown }
  bodyBytes?: number
  /** Says that `data`, which will be set next, shares with `before` what is the same in both. */
  alreadyShared?(before: unknown, data: unknown): void
  countBytes?(figures: BodyFigures): void
}

/** Of an infinite query, the bodies of at most so many pages are kept. */
const MAX_PAGES = 100

const queries = new WeakMap<Query, Map<string, Parsed>>()

/** The last body of a query, or of one page of it. */
export interface LastBody {
  last: Parsed | undefined
  /** The engine's id of the body, or `NO_BODY`, for the next body that begins. */
  begin(): number
  /** The value in the cache, if it is still the one that the body describes. */
  held(): Held | undefined
  /** Counts a body. `length` is that of the whole body. */
  count(figures: BodyFigures, length: number): void
  /** Remembers the next body. `held` is the value that it was compared with. */
  replace(result: Result, held: Held | undefined, response: Response): void
}

/** The last body of the query of `context`, or `undefined` if there is no such query. */
export function cached(context: QueryContext): LastBody | undefined {
  const { client, queryKey } = context
  const hash = queryKey && client?.defaultQueryOptions({ queryKey }).queryHash
  const query = hash === undefined ? undefined : client?.getQueryCache().get(hash)
  if (!query) return
  // The page of an infinite query, or empty.
  const page = 'pageParam' in context ? pageKey(context.pageParam) : ''
  let lasts = queries.get(query)!
  if (!lasts) queries.set(query, (lasts = new Map()))
  let last = lasts.get(page)
  let before = NO_BODY

  const count = (figures: BodyFigures, length: number) => {
    if (!page) query.bodyBytes = length
    query.countBytes?.(figures)
  }

  return {
    last,
    begin() {
      return (before = last?.body ?? NO_BODY)
    },
    held() {
      if (!last) return
      const { data } = query.state
      const value = page ? pageOf(data, page) : data
      // Structural sharing may have replaced the value by an equal one that shares with the value before it.
      if (equal(value, last.value)) return { value }
    },
    count,
    replace(result, held, response) {
      const { value, body, chunks, shared, received } = result
      count(result, received)
      if (held && shared) query.alreadyShared?.(held.value, value)

      // The engine has replaced the old body by the new one.
      last?.moveTo(Object.is(value, last.value) ? body : NO_BODY, before)
      if (!last?.isKept) last = new Parsed(value, body, chunks, received)
      last.cameFrom(response, received)
      lasts.delete(page)
      lasts.set(page, last)
      if (lasts.size > MAX_PAGES) {
        const [[oldest, parsed]] = lasts as Iterable<[string, Parsed]> as [[string, Parsed]]
        lasts.delete(oldest)
        parsed.forget()
      }
    },
  }
}

/** The page of an infinite query's data that has this key. */
function pageOf(data: any, page: string): unknown {
  return data?.pages?.[data.pageParams?.findIndex((other: unknown) => pageKey(other) === page)]
}

/** Pages whose parameter is not JSON, such as a `bigint`, share a key: one of them is compared with the last body of any. */
function pageKey(pageParam: unknown): string {
  try {
    return `page ${JSON.stringify(pageParam)}`
  } catch {
    return 'page'
  }
}
