// How an infinite query is fetched: page by page.
import { FETCH_SIGNAL, ensureQueryFn, withSignal, type GetSignal } from './ensureQueryFn.js'
import { addToEnd, addToStart } from './utils.js'
import type { InfiniteData, InfiniteQueryPageParamsOptions, QueryBehavior, QueryFunctionContext } from './types.js'

type PageOptions = InfiniteQueryPageParamsOptions<any, any>

/** Fetches one more page for `fetchNextPage` and `fetchPreviousPage`, otherwise all that exist, or as many as `pages` says. */
export function infiniteQueryBehavior(pages?: number): QueryBehavior<any, any, InfiniteData<any>, any> {
  return {
    onFetch(context, query) {
      const options = context.options as typeof context.options & PageOptions
      const { state, fetchOptions, client, queryKey } = context
      const direction = fetchOptions?.meta?.fetchMore?.direction
      const before = pagesOf(state.data)
      // A retry continues with the page that failed: these survive from attempt to attempt.
      let data: InfiniteData<unknown> = { pages: [], pageParams: [] }
      let fetched = 0
      let attempts = 0

      const fetchFn = async () => {
        const attempt = ++attempts
        const { [FETCH_SIGNAL]: signal } = context as unknown as { [FETCH_SIGNAL]: GetSignal }
        const over = signal()
        const queryFn = ensureQueryFn(options, fetchOptions)

        const fetchPage = async (held: () => InfiniteData<unknown>, param: unknown, previous?: boolean) => {
          // Stops a cancelled fetch even if the query function never read its signal.
          if (over.aborted) throw over.reason
          if (param == null && held().pages.length) return held()
          const direction = previous ? 'backward' : 'forward'
          const pageContext = { client, queryKey, pageParam: param, direction, meta: options.meta }
          const page = await queryFn(withSignal(pageContext, (used) => (used ? signal(used) : over)) as QueryFunctionContext<any, any>)
          const add = previous ? addToStart : addToEnd
          const { maxPages } = options
          const data = held()
          return { pages: add(data.pages, page, maxPages), pageParams: add(data.pageParams, param, maxPages) }
        }

        if (direction && before.pages.length) {
          const previous = direction === 'backward'
          // What is written while the page is loading stays.
          const held = () => pagesOf(query.state.data as typeof state.data, before)
          const param = previous ? previousPageParam(options, held()) : nextPageParam(options, held())
          return fetchPage(held, param, previous)
        }

        const wanted = pages ?? before.pages.length
        do {
          const first = before.pageParams[0] === undefined ? options.initialPageParam : before.pageParams[0]
          const param = fetched === 0 ? first : nextPageParam(options, data)
          if (fetched > 0 && param == null) break
          const held = data
          const more = await fetchPage(() => held, param)
          // An attempt that timed out must not add pages.
          if (attempt !== attempts) break
          data = more
        } while (++fetched < wanted)
        return data
      }

      const { persister, meta } = options
      context.fetchFn = persister
        ? () => persister(fetchFn as any, { client, queryKey, meta, signal: context.signal } as any, query)
        : fetchFn
    },
  }
}

/** The pages of `data`, or `otherwise` if it has none. */
function pagesOf(
  data: Partial<InfiniteData<unknown>> | undefined,
  otherwise: InfiniteData<unknown> = { pages: [], pageParams: [] },
): InfiniteData<unknown> {
  const { pages = otherwise.pages, pageParams = otherwise.pageParams } = data ?? {}
  return { pages, pageParams }
}

function nextPageParam(options: PageOptions, { pages, pageParams }: InfiniteData<unknown>): unknown {
  const last = pages.length - 1
  return last < 0 ? undefined : options.getNextPageParam(pages[last], pages, pageParams[last], pageParams)
}

function previousPageParam(options: PageOptions, { pages, pageParams }: InfiniteData<unknown>): unknown {
  return pages.length ? options.getPreviousPageParam?.(pages[0], pages, pageParams[0], pageParams) : undefined
}

/** Whether `getNextPageParam` gives a page. */
export function hasNextPage(options: PageOptions, data?: InfiniteData<unknown>): boolean {
  return !!data && nextPageParam(options, data) != null
}

/** Whether `getPreviousPageParam` gives a page. */
export function hasPreviousPage(options: PageOptions, data?: InfiniteData<unknown>): boolean {
  return !!data && !!options.getPreviousPageParam && previousPageParam(options, data) != null
}
