// How an infinite query is fetched: page by page.
import { FETCH_SIGNAL, ensureQueryFn, withSignal, type GetSignal } from './ensureQueryFn.js'
import { addToEnd, addToStart } from './utils.js'
import type { InfiniteData, InfiniteQueryPageParamsOptions, QueryBehavior, QueryFunctionContext } from './types.js'

type PageOptions = InfiniteQueryPageParamsOptions<any, any>

/** Fetches one more page for `fetchNextPage` and `fetchPreviousPage`, otherwise all that exist, or as many as `wanted`. */
export function infiniteQueryBehavior(wanted?: number): QueryBehavior<any, any, InfiniteData<any>, any> {
  return {
    onFetch(context, query) {
      const { state, fetchOptions, client, queryKey } = context
      const options = context.options as typeof context.options & PageOptions
      const { persister, meta, maxPages } = options
      const direction = fetchOptions?.meta?.fetchMore?.direction
      const before = pagesOf(state.data)
      // A retry continues with the page that failed: these survive from attempt to attempt.
      let data = pagesOf()
      let fetched = 0
      let attempts = 0

      const fetchFn = async () => {
        const attempt = ++attempts
        const { [FETCH_SIGNAL]: signal } = context as unknown as { [FETCH_SIGNAL]: GetSignal }
        const over = signal()
        const queryFn = ensureQueryFn(options, fetchOptions)

        const fetchPage = async (held: () => InfiniteData<unknown>, pageParam: unknown, direction = 'forward') => {
          // Stops a cancelled fetch even if the query function never read its signal.
          if (over.aborted) throw over.reason
          if (pageParam == null && held().pages.length) return held()
          const pageContext = withSignal({ client, queryKey, pageParam, direction, meta }, (used) => (used ? signal(used) : over))
          const page = await queryFn(pageContext as QueryFunctionContext<any, any>)
          const add = direction === 'forward' ? addToEnd : addToStart
          const { pages, pageParams } = held()
          return { pages: add(pages, page, maxPages), pageParams: add(pageParams, pageParam, maxPages) }
        }

        if (direction && before.pages.length) {
          // What is written while the page is loading stays.
          const held = () => pagesOf(query.state.data as typeof state.data, before)
          return fetchPage(held, pageParamOf(options, held(), direction === 'backward'), direction)
        }

        do {
          const [first = options.initialPageParam] = before.pageParams
          const param = fetched ? pageParamOf(options, data) : first
          if (fetched && param == null) break
          const held = data
          const more = await fetchPage(() => held, param)
          // An attempt that timed out must not add pages.
          if (attempt !== attempts) break
          data = more
        } while (++fetched < (wanted ?? before.pages.length))
        return data
      }

      context.fetchFn = persister
        ? () => persister(fetchFn as any, { client, queryKey, meta, signal: context.signal } as any, query)
        : fetchFn
    },
  }
}

/** The pages of `data`, or `otherwise` if it has none. */
function pagesOf(
  data?: Partial<InfiniteData<unknown>>,
  otherwise: InfiniteData<unknown> = { pages: [], pageParams: [] },
): InfiniteData<unknown> {
  const { pages = otherwise.pages, pageParams = otherwise.pageParams } = data ?? {}
  return { pages, pageParams }
}

/** The parameter of the next page, or of the previous one; nothing before there are pages. */
function pageParamOf(options: PageOptions, { pages, pageParams }: InfiniteData<unknown>, previous?: boolean): unknown {
  if (!pages.length) return undefined
  const at = previous ? 0 : pages.length - 1
  const args = [pages[at], pages, pageParams[at], pageParams] as const
  return previous ? options.getPreviousPageParam?.(...args) : options.getNextPageParam(...args)
}

/** Whether `getNextPageParam`, or `getPreviousPageParam`, gives a page. */
export function hasMorePages(options: PageOptions, data?: InfiniteData<unknown>, previous?: boolean): boolean {
  return !!data && pageParamOf(options, data, previous) != null
}
