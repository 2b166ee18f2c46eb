// Which body the value in the cache was made of.
import { equal } from './equal.js'
import { Parsed } from './parsed.js'
import type { Held, Result } from './receipt.js'
import type { BodyFigures } from './stats.js'

/** What is used of a query function's context. Without a client every body is parsed. */
export interface QueryContext {
  client?: Client
  queryKey?: readonly unknown[]
  pageParam?: unknown
}

interface Client {
  defaultQueryOptions(options: { queryKey: readonly unknown[] }): { queryHash?: string }
  getQueryCache(): { get(queryHash: string): Query | undefined }
}

/** TanStack Query's, and what `whippet/query` has beyond that. */
interface Query {
  state: { data?: unknown }
  bodyBytes?: number
  /** The data to come shares with `before` what is the same in both. */
  alreadyShared?(before: unknown, data: unknown): void
  countBytes?(figures: BodyFigures): void
}

/** Beyond these, an infinite query's oldest pages are parsed again. */
const MAX_PAGES = 100

const queries = new WeakMap<Query, Map<string, Parsed>>()

/** What is known of the query that `context` belongs to; `undefined` if it belongs to none. */
export function cached(context: QueryContext): Place | undefined {
  const { client, queryKey } = context
  const hash = queryKey && client?.defaultQueryOptions({ queryKey }).queryHash
  const query = hash === undefined ? undefined : client?.getQueryCache().get(hash)
  return query && new Place(query, 'pageParam' in context, context.pageParam)
}

/** The last body of a query, or of one page of it. */
export class Place {
  readonly #query: Query
  readonly #infinite: boolean
  readonly #pageParam: unknown
  readonly #page: string
  readonly #lasts: Map<string, Parsed>
  readonly #last: Parsed | undefined
  /** The engine's name for it; 0 if there is none. */
  readonly body: number

  constructor(query: Query, infinite: boolean, pageParam: unknown) {
    this.#query = query
    this.#infinite = infinite
    this.#pageParam = pageParam
    this.#page = infinite ? pageKey(pageParam) : ''
    let lasts = queries.get(query)
    if (!lasts) queries.set(query, (lasts = new Map()))
    this.#lasts = lasts
    this.#last = lasts.get(this.#page)
    this.body = this.#last?.body ?? 0
  }

  get length(): number {
    return this.#last?.length ?? 0
  }

  /** Whether the response has the body of last time. */
  isBodyOf(response: Response): boolean {
    return this.#last?.isBodyOf(response) ?? false
  }

  /** The value in the cache, if that is still what the body says. */
  held(): Held | undefined {
    if (!this.#last) return undefined
    const { value } = this.#last
    const { data } = this.#query.state
    const now = this.#infinite ? pageOf(data, this.#pageParam) : data
    // The cache shares what it can with the value before, so it may hold another one that is equal.
    return now === value || (now !== undefined && equal(now, value)) ? { value: now } : undefined
  }

  /** The body did not have to come. */
  spared(): void {
    const { length } = this
    if (!this.#infinite) this.#query.bodyBytes = length
    this.#query.countBytes?.({ received: 0, compared: 0, parsed: 0, spared: length })
  }

  /** The next body came, and what was made of it, on the ground of the value that was held. */
  became(result: Result, held: Held | undefined, response: Response): void {
    const { value, body, shared, received } = result
    if (!this.#infinite) this.#query.bodyBytes = received
    this.#query.countBytes?.(result)
    if (held && shared) this.#query.alreadyShared?.(held.value, value)

    const lasts = this.#lasts
    let last = this.#last
    // The engine let go of the old body.
    last?.moveTo(Object.is(value, last.value) ? body : 0, this.body)
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

/** The page of an infinite query's data that `pageParam` asks for. */
function pageOf(data: unknown, pageParam: unknown): unknown {
  const { pages, pageParams } = (data ?? {}) as { pages?: unknown[]; pageParams?: unknown[] }
  const index = pageParams?.findIndex((other) => pageKey(other) === pageKey(pageParam)) ?? -1
  return pages?.[index]
}

function pageKey(pageParam: unknown): string {
  return `page ${JSON.stringify(pageParam)}`
}
