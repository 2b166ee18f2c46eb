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

/** The last body of the query of `context`, or `undefined` if there is no such query. */
export function cached(context: QueryContext): LastBody | undefined {
  const { client, queryKey } = context
  const hash = queryKey && client?.defaultQueryOptions({ queryKey }).queryHash
  const query = hash === undefined ? undefined : client?.getQueryCache().get(hash)
  return query && new LastBody(query, 'pageParam' in context ? pageKey(context.pageParam) : '')
}

/** The last body of a query, or of one page of it. */
export class LastBody {
  readonly #query: Query
  /** The page of an infinite query, or empty. */
  readonly #page: string
  readonly #lasts: Map<string, Parsed>
  readonly last: Parsed | undefined
  /** The engine's id of the body, or `NO_BODY`. */
  readonly body: number

  constructor(query: Query, page: string) {
    this.#query = query
    this.#page = page
    let lasts = queries.get(query)
    if (!lasts) queries.set(query, (lasts = new Map()))
    this.#lasts = lasts
    this.last = lasts.get(page)
    this.body = this.last?.body ?? NO_BODY
  }

  /** The value in the cache, if it is still the one that the body describes. */
  held(): Held | undefined {
    const { last } = this
    if (!last) return
    const { data } = this.#query.state
    const value = this.#page ? pageOf(data, this.#page) : data
    // Structural sharing may have replaced the value by an equal one that shares with the value before it.
    return value === last.value || (value !== undefined && equal(value, last.value)) ? { value } : undefined
  }

  /** Counts a body. `length` is that of the whole body. */
  count(figures: BodyFigures, length: number): void {
    if (!this.#page) this.#query.bodyBytes = length
    this.#query.countBytes?.(figures)
  }

  /** Remembers the next body. `held` is the value that it was compared with. */
  replace(result: Result, held: Held | undefined, response: Response): void {
    const { value, body, shared, received } = result
    this.count(result, received)
    if (held && shared) this.#query.alreadyShared?.(held.value, value)

    const lasts = this.#lasts
    let { last } = this
    // The engine has replaced the old body by the new one.
    last?.moveTo(Object.is(value, last.value) ? body : NO_BODY, this.body)
    if (!last?.body) last = new Parsed(value, body)
    last.cameFrom(response, received)
    lasts.delete(this.#page)
    lasts.set(this.#page, last)
    for (const [oldest, parsed] of lasts) {
      if (lasts.size <= MAX_PAGES) break
      parsed.forget()
      lasts.delete(oldest)
    }
  }
}

/** The page of an infinite query's data that has this key. */
function pageOf(data: unknown, page: string): unknown {
  const { pages, pageParams } = (data ?? {}) as { pages?: unknown[]; pageParams?: unknown[] }
  return pages?.[pageParams?.findIndex((other) => pageKey(other) === page) ?? -1]
}

function pageKey(pageParam: unknown): string {
  return `page ${JSON.stringify(pageParam)}`
}
