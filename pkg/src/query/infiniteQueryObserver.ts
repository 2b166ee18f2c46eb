import { hasMorePages } from './infiniteQueryBehavior.js'
import { QueryObserverBase } from './queryObserver.js'
import type {
  DefaultError,
  DefaultedInfiniteQueryObserverOptions,
  FetchNextPageOptions,
  FetchPreviousPageOptions,
  InfiniteData,
  InfiniteQueryObserverBaseResult,
  InfiniteQueryObserverOptions,
  InfiniteQueryObserverResult,
  Query,
  QueryClient,
  QueryKey,
} from './types.js'

/** Observes an infinite query: adds the pages' fields to its result, and fetches more pages. */
export class InfiniteQueryObserver<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = InfiniteData<TQueryFnData>,
  TQueryKey extends QueryKey = QueryKey,
  TPageParam = unknown,
> extends QueryObserverBase<TQueryFnData, TError, TData, InfiniteData<TQueryFnData, TPageParam>, TQueryKey> {
  declare subscribe: (listener: (result: InfiniteQueryObserverResult<TData, TError>) => void) => () => void
  declare getCurrentResult: () => InfiniteQueryObserverResult<TData, TError>
  declare protected fetch: (options: any) => Promise<InfiniteQueryObserverResult<TData, TError>>

  constructor(client: QueryClient, options: InfiniteQueryObserverOptions<TQueryFnData, TError, TData, TQueryKey, TPageParam>) {
    super(client, options as any)
  }

  protected override bindMethods(): void {
    super.bindMethods()
    this.fetchNextPage = this.fetchNextPage.bind(this)
    this.fetchPreviousPage = this.fetchPreviousPage.bind(this)
  }

  override setOptions(options: InfiniteQueryObserverOptions<TQueryFnData, TError, TData, TQueryKey, TPageParam>): void {
    options._type = 'infinite'
    super.setOptions(options as any)
  }

  override getOptimisticResult(
    options: DefaultedInfiniteQueryObserverOptions<TQueryFnData, TError, TData, TQueryKey, TPageParam>,
  ): InfiniteQueryObserverResult<TData, TError> {
    options._type = 'infinite'
    return super.getOptimisticResult(options as any) as InfiniteQueryObserverResult<TData, TError>
  }

  fetchNextPage(options?: FetchNextPageOptions): Promise<InfiniteQueryObserverResult<TData, TError>> {
    return this.fetch({ ...options, meta: { fetchMore: { direction: 'forward' } } })
  }

  fetchPreviousPage(options?: FetchPreviousPageOptions): Promise<InfiniteQueryObserverResult<TData, TError>> {
    return this.fetch({ ...options, meta: { fetchMore: { direction: 'backward' } } })
  }

  protected override createResult(
    query: Query<TQueryFnData, TError, InfiniteData<TQueryFnData, TPageParam>, TQueryKey>,
    options: InfiniteQueryObserverOptions<TQueryFnData, TError, TData, TQueryKey, TPageParam>,
  ): InfiniteQueryObserverResult<TData, TError> {
    const { state } = query
    let result = super.createResult(query, options as any)
    let hasNext = false
    let hasPrevious = false
    try {
      hasNext = hasMorePages(options, state.data)
      hasPrevious = hasMorePages(options, state.data, true)
    } catch (error) {
      result = this.failedResult(query, options as any, error, state.data)
    }
    const { isFetching, isRefetching, isError, isRefetchError } = result
    const direction = state.fetchMeta?.fetchMore?.direction
    const next = direction === 'forward'
    const previous = direction === 'backward'
    const more = next || previous
    return {
      ...result,
      fetchNextPage: this.fetchNextPage,
      fetchPreviousPage: this.fetchPreviousPage,
      hasNextPage: hasNext,
      hasPreviousPage: hasPrevious,
      isFetchNextPageError: isError && next,
      isFetchingNextPage: isFetching && next,
      isFetchPreviousPageError: isError && previous,
      isFetchingPreviousPage: isFetching && previous,
      isRefetchError: isRefetchError && !more,
      isRefetching: isRefetching && !more,
    } as InfiniteQueryObserverBaseResult<TData, TError> as InfiniteQueryObserverResult<TData, TError>
  }
}
