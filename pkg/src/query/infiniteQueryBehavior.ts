// How an infinite query is fetched: page by page.
import { FETCH_SIGNAL, addSignal, queryFnOf } from './queryFn.js'
import { addToEnd, addToStart } from './utils.js'
import type { QueryBehavior } from './query.js'
import type { InfiniteData, InfiniteQueryPageParamsOptions, QueryFunctionContext } from './types.js'

type PageOptions = InfiniteQueryPageParamsOptions<any, any>

/** Fetches one more page where the fetch says so, and otherwise again all that there are, or `pages`. */
export function infiniteQueryBehavior(pages?: number): QueryBehavior<any, any, InfiniteData<any>, any> {
  return {
    onFetch(context, query) {
      const options = context.options as typeof context.options & PageOptions
      const { state, fetchOptions } = context
      const direction = fetchOptions?.meta?.fetchMore?.direction
      const before: InfiniteData<unknown> = {
        pages: state.data?.pages ?? [],
        pageParams: state.data?.pageParams ?? [],
      }
      // A retry goes on with the page that failed: these are kept from one attempt to the next.
      let data: InfiniteData<unknown> = { pages: [], pageParams: [] }
      let fetched = 0
      let attempts = 0

      const fetchFn = async () => {
        const attempt = ++attempts
        let aborted = false
        const queryFn = queryFnOf(context.options, fetchOptions)

        const fetchPage = async (data: InfiniteData<unknown>, param: unknown, previous?: boolean) => {
          if (aborted) return Promise.reject(context.signal.reason)
          if (param == null && data.pages.length) return data
          const pageContext = addSignal(
            {
              client: context.client,
              queryKey: context.queryKey,
              pageParam: param,
              direction: previous ? 'backward' : 'forward',
              meta: context.options.meta,
            },
            () => context.signal,
            () => (aborted = true),
            (context as { [FETCH_SIGNAL]?: AbortSignal })[FETCH_SIGNAL],
          )
          const page = await queryFn(pageContext as unknown as QueryFunctionContext<any, any>)
          const add = previous ? addToStart : addToEnd
          const { maxPages } = context.options
          return { pages: add(data.pages, page, maxPages), pageParams: add(data.pageParams, param, maxPages) }
        }

        if (direction && before.pages.length) {
          const previous = direction === 'backward'
          const param = previous ? previousPageParam(options, before) : nextPageParam(options, before)
          return fetchPage(before, param, previous)
        }

        const wanted = pages ?? before.pages.length
        do {
          const first = before.pageParams[0] === undefined ? options.initialPageParam : before.pageParams[0]
          const param = fetched === 0 ? first : nextPageParam(options, data)
          if (fetched > 0 && param == null) break
          const more = await fetchPage(data, param)
          // What comes of an attempt that has taken too long counts no more.
          if (attempt !== attempts) break
          data = more
        } while (++fetched < wanted)
        return data
      }

      const { persister } = context.options
      context.fetchFn = !persister
        ? fetchFn
        : () =>
            persister(
              fetchFn as any,
              {
                client: context.client,
                queryKey: context.queryKey,
                meta: context.options.meta,
                signal: context.signal,
              } as any,
              query,
            )
    },
  }
}

function nextPageParam(options: PageOptions, { pages, pageParams }: InfiniteData<unknown>): unknown {
  const last = pages.length - 1
  return last < 0 ? undefined : options.getNextPageParam(pages[last], pages, pageParams[last], pageParams)
}

function previousPageParam(options: PageOptions, { pages, pageParams }: InfiniteData<unknown>): unknown {
  return pages.length ? options.getPreviousPageParam?.(pages[0], pages, pageParams[0], pageParams) : undefined
}

/** Whether there is a page after the last. */
export function hasNextPage(options: PageOptions, data?: InfiniteData<unknown>): boolean {
  return !!data && nextPageParam(options, data) != null
}

/** Whether there is a page before the first. */
export function hasPreviousPage(options: PageOptions, data?: InfiniteData<unknown>): boolean {
  return !!data && !!options.getPreviousPageParam && previousPageParam(options, data) != null
}
