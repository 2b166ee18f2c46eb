// Which body the value in the cache was made of.
import { equal } from './equal.js'
import type { Engine } from './engine.js'

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

interface Query {
  state: { data?: unknown }
  bodyBytes?: number
}

/** The last body of a query, or of one page of it. */
export interface Previous {
  /** The engine's name for it; 0 if there is none. */
  body: number
  /** The value in the cache, if that is still what the body says. */
  held(): { value: unknown } | undefined
  /** How long the body of the data to come is, for a cache that counts bytes. */
  weighs(bytes: number): void
}

interface Last {
  body: number
  /** What the body was parsed to, or what the cache made of that. */
  value: unknown
}

interface Place extends Previous {
  lasts: Map<string, Last>
  page: string
}

/** Beyond these, an infinite query's oldest pages are parsed again. */
const MAX_PAGES = 100

const queries = new WeakMap<Query, Map<string, Last>>()

/** What is known of the query that `context` belongs to; `undefined` if it belongs to none. */
export function cached({ client, queryKey, ...rest }: QueryContext): Place | undefined {
  const hash = queryKey && client?.defaultQueryOptions({ queryKey }).queryHash
  const query = hash === undefined ? undefined : client?.getQueryCache().get(hash)
  if (!query) return undefined

  let lasts = queries.get(query)
  if (!lasts) queries.set(query, (lasts = new Map()))
  const infinite = 'pageParam' in rest
  const page = infinite ? pageKey(rest.pageParam) : ''
  const last = lasts.get(page)
  return {
    lasts,
    page,
    body: last?.body ?? 0,
    weighs(bytes) {
      if (!infinite) query.bodyBytes = bytes
    },
    held() {
      if (!last) return undefined
      const now = infinite ? pageOf(query.state.data, rest.pageParam) : query.state.data
      // The cache shares what it can with the value before, so it may hold another one that is equal.
      return now === last.value || (now !== undefined && equal(now, last.value)) ? { value: now } : undefined
    },
  }
}

/** Notes that `value` was made of `body`. */
export function remember(engine: Engine, previous: Previous, body: number, value: unknown): void {
  const { lasts, page } = previous as Place
  lasts.delete(page)
  if (body === 0) return
  lasts.set(page, { body, value })
  for (const [oldest, last] of lasts) {
    if (lasts.size <= MAX_PAGES) break
    engine.json_forget(last.body)
    lasts.delete(oldest)
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
