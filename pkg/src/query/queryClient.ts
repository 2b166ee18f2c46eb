import type { BreakerInfo } from './breaker.js'
import { OBSERVER_ENABLED } from '../boundary/query.js'
import { focusManager } from './focusManager.js'
import { hashKey, hashKeyByOptions, partialMatchKey } from './keys.js'
import { MutationCache } from './mutationCache.js'
import { notifyManager } from './notifyManager.js'
import { onlineManager } from './onlineManager.js'
import { QueryCache } from './queryCache.js'
import { timeoutManager, type ManagedTimerId } from './timeoutManager.js'
import { staleTimeCode } from './terms.js'
import { functionalUpdate, noop, resolveQueryValue, skipToken, type Updater } from './utils.js'
import { renew } from './wasm.js'
import type { MutationFilters, QueryFilters } from './matching.js'
import type { Query, QueryState } from './query.js'
import type { QueryStats } from './stats.js'
import type {
  CancelOptions,
  DefaultError,
  DefaultOptions,
  DefaultedQueryObserverOptions,
  EnsureInfiniteQueryDataOptions,
  EnsureQueryDataOptions,
  FetchInfiniteQueryOptions,
  FetchQueryOptions,
  InferDataFromTag,
  InferErrorFromTag,
  InfiniteData,
  InfiniteQueryExecuteOptions,
  InvalidateOptions,
  InvalidateQueryFilters,
  MutationKey,
  MutationObserverOptions,
  MutationOptions,
  OmitKeyof,
  QueryClientConfig,
  QueryExecuteOptions,
  QueryKey,
  QueryObserverOptions,
  RefetchOptions,
  RefetchQueryFilters,
  ResetOptions,
  SetDataOptions,
} from './types.js'

/** So long queries wait for mutations that go on when the page is focused or the network is back, in ms. */
const PATIENCE = 5_000

/** Defaults for the keys that begin with a key. */
type Defaults<TKey> = Map<string, { key: TKey; options: object }>

function defaultsFor(defaults: Defaults<QueryKey> | undefined, key: QueryKey): any {
  const merged = {}
  if (!defaults) return merged
  for (const known of defaults.values()) {
    if (partialMatchKey(key, known.key)) Object.assign(merged, known.options)
  }
  return merged
}

/** A query cache, a mutation cache, and what applications do with them. */
export class QueryClient {
  #queryCache: QueryCache
  #mutationCache: MutationCache
  #defaultOptions: DefaultOptions
  #queryDefaults?: Defaults<QueryKey>
  #mutationDefaults?: Defaults<MutationKey>
  #mounts = 0
  #unsubscribe?: (() => void)[]

  constructor(config: QueryClientConfig = {}) {
    this.#queryCache = config.queryCache || new QueryCache()
    this.#mutationCache = config.mutationCache || new MutationCache()
    this.#defaultOptions = config.defaultOptions || {}
    const { seed, breaker } = config
    this.#queryCache.limit(config)
    if (seed !== undefined) this.#queryCache.setup.seed = this.#mutationCache.setup.seed = seed
    if (breaker) this.#queryCache.setup.breaker = breaker === true ? {} : breaker
  }

  /** Begins to listen to the page's focus and network; adapters call it. */
  mount(): void {
    if (++this.#mounts !== 1) return
    this.#unsubscribe = [
      focusManager.subscribe(async (focused) => {
        if (!focused) return
        await this.#resumed()
        this.#queryCache.onFocus()
      }),
      onlineManager.subscribe(async (online) => {
        if (!online) return
        await this.#resumed()
        this.#queryCache.onOnline()
      }),
    ]
  }

  /** Data is fetched after paused mutations have changed it, but one that hangs does not keep it from being fetched. */
  async #resumed(): Promise<void> {
    let timer: ManagedTimerId | undefined
    const enough = new Promise<void>((resolve) => (timer = timeoutManager.setTimeout(resolve, PATIENCE)))
    await Promise.race([this.resumePausedMutations(), enough])
    timeoutManager.clearTimeout(timer)
  }

  unmount(): void {
    if (--this.#mounts !== 0) return
    this.#unsubscribe?.splice(0).forEach((unsubscribe) => unsubscribe())
  }

  /** How many queries are fetching. */
  isFetching(filters?: Omit<QueryFilters<any>, 'fetchStatus'>): number {
    return this.#queryCache.findAll({ ...filters, fetchStatus: 'fetching' }).length
  }

  /** How many mutations are pending. */
  isMutating<TMutationFilters extends MutationFilters<any, any> = MutationFilters<any, any>>(
    filters?: NoInfer<Omit<TMutationFilters, 'status'>>,
  ): number {
    return this.#mutationCache.findAll({ ...filters, status: 'pending' } as MutationFilters).length
  }

  /** The data of a key, where there is any. */
  getQueryData<
    TQueryFnData = unknown,
    TTaggedQueryKey extends QueryKey = QueryKey,
    TInferredQueryFnData = InferDataFromTag<TQueryFnData, TTaggedQueryKey>,
  >(queryKey: TTaggedQueryKey): TInferredQueryFnData | undefined {
    return this.#known<TInferredQueryFnData>(queryKey)?.state.data
  }

  /** The state of a key. */
  getQueryState<
    TQueryFnData = unknown,
    TError = DefaultError,
    TTaggedQueryKey extends QueryKey = QueryKey,
    TInferredQueryFnData = InferDataFromTag<TQueryFnData, TTaggedQueryKey>,
    TInferredError = InferErrorFromTag<TError, TTaggedQueryKey>,
  >(queryKey: TTaggedQueryKey): QueryState<TInferredQueryFnData, TInferredError> | undefined {
    return this.#known<TInferredQueryFnData, TInferredError>(queryKey)?.state
  }

  #known<TData, TError = DefaultError>(queryKey: QueryKey): Query<TData, TError> | undefined {
    const query = this.#queryCache.get<TData, TError>(this.defaultQueryOptions({ queryKey }).queryHash)
    if (query && this.#queryCache.setup.limits) this.#queryCache.engine.touch(query.id)
    return query
  }

  /** The data of a key, fetched where there is none. */
  ensureQueryData<TQueryFnData, TError = DefaultError, TData = TQueryFnData, TQueryKey extends QueryKey = QueryKey>(
    options: EnsureQueryDataOptions<TQueryFnData, TError, TData, TQueryKey>,
  ): Promise<TData> {
    return rejecting(() => {
      const defaulted = this.defaultQueryOptions(options as any)
      const query = this.#queryCache.build(this, defaulted as any)
      const data = query.state.data as TData | undefined
      this.#queryCache.engine.expect(query.id)
      if (data === undefined) return this.fetchQuery(options)
      if (options.revalidateIfStale && query.isStaleByTime(resolveQueryValue(defaulted.staleTime, query) as number)) {
        void this.prefetchQuery(defaulted as any)
      }
      return Promise.resolve(data)
    })
  }

  /** The data of every query that is meant, by key. */
  getQueriesData<TQueryFnData = unknown, TQueryFilters extends QueryFilters<any> = QueryFilters>(
    filters: TQueryFilters,
  ): Array<[QueryKey, TQueryFnData | undefined]> {
    return this.#queryCache
      .findAll(filters)
      .map(({ queryKey, state }) => [queryKey, state.data as TQueryFnData | undefined])
  }

  /** Writes the data of a key. `undefined` writes nothing. */
  setQueryData<
    TQueryFnData = unknown,
    TTaggedQueryKey extends QueryKey = QueryKey,
    TInferredQueryFnData = InferDataFromTag<TQueryFnData, TTaggedQueryKey>,
  >(
    queryKey: TTaggedQueryKey,
    updater: Updater<
      InferDataFromTag<NoInfer<TQueryFnData>, TTaggedQueryKey> | undefined,
      NoInfer<TInferredQueryFnData> | undefined
    >,
    options?: SetDataOptions,
  ): NoInfer<TInferredQueryFnData> | undefined {
    const defaulted = this.defaultQueryOptions<any, any, unknown, any, QueryKey>({ queryKey })
    const before = this.#queryCache.get<any>(defaulted.queryHash)?.state.data
    const data = functionalUpdate(updater as Updater<any, any>, before)
    if (data === undefined) return undefined
    return this.#queryCache.build(this, defaulted).setData(data, { ...options, manual: true }) as any
  }

  /** Writes the data of every query that is meant. */
  setQueriesData<TQueryFnData, TQueryFilters extends QueryFilters<any> = QueryFilters>(
    filters: TQueryFilters,
    updater: Updater<NoInfer<TQueryFnData> | undefined, NoInfer<TQueryFnData> | undefined>,
    options?: SetDataOptions,
  ): Array<[QueryKey, TQueryFnData | undefined]> {
    return notifyManager.batch(() =>
      this.#queryCache.findAll(filters).map((query) => {
        const data = functionalUpdate(updater as Updater<any, any>, query.state.data)
        // Not by its key: its hash may be one of its own.
        return [query.queryKey, data === undefined ? data : query.setData(data, { ...options, manual: true })]
      }),
    )
  }

  /** Takes queries out of the cache. */
  removeQueries<TTaggedQueryKey extends QueryKey = QueryKey>(filters?: QueryFilters<TTaggedQueryKey>): void {
    const cache = this.#queryCache
    notifyManager.batch(() => cache.findAll(filters).forEach((query) => cache.remove(query)))
  }

  /** Sets queries back to what they began with, and fetches those that are looked at. */
  resetQueries<TTaggedQueryKey extends QueryKey = QueryKey>(
    filters?: QueryFilters<TTaggedQueryKey>,
    options?: ResetOptions,
  ): Promise<void> {
    return notifyManager.batch(() => {
      const { queryKey, exact } = filters ?? {}
      this.#queryCache.adopt(filters)
      const found = new Set(this.#queryCache.findAll(filters))
      found.forEach((query) => query.reset())
      // By key again, so that it costs what it matches; the rest of the filter may no longer hold.
      return this.refetchQueries({ queryKey, exact, type: 'active', predicate: (query) => found.has(query) }, options)
    })
  }

  /** Ends fetches; the state before them comes back. */
  cancelQueries<TTaggedQueryKey extends QueryKey = QueryKey>(
    filters?: QueryFilters<TTaggedQueryKey>,
    cancelOptions: CancelOptions = {},
  ): Promise<void> {
    const options = { revert: true, ...cancelOptions }
    const ended = notifyManager.batch(() => this.#queryCache.findAll(filters).map((query) => query.cancel(options)))
    return Promise.all(ended).then(noop, noop)
  }

  /** The data of queries counts as stale from now on; those that are looked at are fetched. */
  invalidateQueries<TTaggedQueryKey extends QueryKey = QueryKey>(
    filters?: InvalidateQueryFilters<TTaggedQueryKey>,
    options: InvalidateOptions = {},
  ): Promise<void> {
    return notifyManager.batch(() => {
      this.#queryCache.findAll(filters).forEach((query) => query.invalidate())
      if (filters?.refetchType === 'none') return Promise.resolve()
      return this.refetchQueries({ ...filters, type: filters?.refetchType ?? filters?.type ?? 'active' }, options)
    })
  }

  /** Fetches queries, stale or not. */
  refetchQueries<TTaggedQueryKey extends QueryKey = QueryKey>(
    filters?: RefetchQueryFilters<TTaggedQueryKey>,
    options: RefetchOptions = {},
  ): Promise<void> {
    const fetchOptions = { ...options, cancelRefetch: options.cancelRefetch ?? true }
    this.#queryCache.adopt(filters)
    const found = this.#queryCache.findAll(filters)
    if (!found.length) return Promise.resolve()
    const fetches = notifyManager.batch(() =>
      found
        .filter((query) => !query.isDisabled() && !query.isStatic())
        .map((query) => {
          const promise = query.fetch(undefined, fetchOptions)
          const paused = query.state.fetchStatus === 'paused'
          const settled = !fetchOptions.throwOnError || paused ? promise.catch(noop) : promise
          return paused ? Promise.resolve() : settled
        }),
    )
    return Promise.all(fetches).then(noop)
  }

  /** The data of a query, from the cache while it is fresh, through `select`. */
  async query<
    TQueryFnData,
    TError = DefaultError,
    TData = TQueryFnData,
    TQueryData = TQueryFnData,
    TQueryKey extends QueryKey = QueryKey,
    TPageParam = never,
  >(
    options: QueryExecuteOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey, TPageParam>,
  ): Promise<TData> {
    const { data, select } = await this.#read(options as any, true)
    const value = await data
    return (select ? select(value as any) : value) as TData
  }

  /** The data of a query, from the cache while it is fresh. */
  fetchQuery<
    TQueryFnData,
    TError = DefaultError,
    TData = TQueryFnData,
    TQueryKey extends QueryKey = QueryKey,
    TPageParam = never,
  >(options: FetchQueryOptions<TQueryFnData, TError, TData, TQueryKey, TPageParam>): Promise<TData> {
    return rejecting(() => this.#read(options as any, true).data as Promise<TData>)
  }

  /** `waits`: whoever reads waits for the data, whether or not someone looks at it meanwhile. */
  #read(options: QueryObserverOptions<any, any, any, any, any>, waits: boolean) {
    const defaulted = this.defaultQueryOptions(options)
    // Who calls for data once is told of a failure, and may try again himself.
    if (defaulted.retry === undefined) defaulted.retry = false
    const query = this.#queryCache.build(this, defaulted)
    const staleTime = resolveQueryValue(defaulted.staleTime, query)
    const { engine } = this.#queryCache
    engine.exports.query_note_read(engine.machine, Date.now(), query.id, OBSERVER_ENABLED, staleTimeCode(staleTime))
    engine.expect(query.id)
    const data = query.isStaleByTime(staleTime) ? query.fetch(defaulted) : Promise.resolve(query.state.data)
    if (waits) query.hold()
    return { data, select: defaulted.select }
  }

  /** Fetches for later; nobody hears of a failure. */
  prefetchQuery<
    TQueryFnData = unknown,
    TError = DefaultError,
    TData = TQueryFnData,
    TQueryKey extends QueryKey = QueryKey,
  >(options: FetchQueryOptions<TQueryFnData, TError, TData, TQueryKey>): Promise<void> {
    return rejecting(() => this.#read(options as any, false).data).then(noop, noop)
  }

  /** As `query`, for one that grows page by page. */
  infiniteQuery<
    TQueryFnData,
    TError = DefaultError,
    TData = InfiniteData<TQueryFnData>,
    TQueryKey extends QueryKey = QueryKey,
    TPageParam = unknown,
  >(
    options: InfiniteQueryExecuteOptions<TQueryFnData, TError, TData, TQueryKey, TPageParam>,
  ): Promise<
    Array<TData> extends Array<InfiniteData<TQueryFnData>> ? InfiniteData<TQueryFnData, TPageParam> : TData
  > {
    options._type = 'infinite'
    return this.query(options as any)
  }

  /** As `fetchQuery`, for one that grows page by page. */
  fetchInfiniteQuery<
    TQueryFnData,
    TError = DefaultError,
    TData = TQueryFnData,
    TQueryKey extends QueryKey = QueryKey,
    TPageParam = unknown,
  >(
    options: FetchInfiniteQueryOptions<TQueryFnData, TError, TData, TQueryKey, TPageParam>,
  ): Promise<InfiniteData<TData, TPageParam>> {
    options._type = 'infinite'
    return this.fetchQuery(options as any)
  }

  /** As `prefetchQuery`, for one that grows page by page. */
  prefetchInfiniteQuery<
    TQueryFnData,
    TError = DefaultError,
    TData = TQueryFnData,
    TQueryKey extends QueryKey = QueryKey,
    TPageParam = unknown,
  >(options: FetchInfiniteQueryOptions<TQueryFnData, TError, TData, TQueryKey, TPageParam>): Promise<void> {
    options._type = 'infinite'
    return this.prefetchQuery(options as any)
  }

  /** As `ensureQueryData`, for one that grows page by page. */
  ensureInfiniteQueryData<
    TQueryFnData,
    TError = DefaultError,
    TData = TQueryFnData,
    TQueryKey extends QueryKey = QueryKey,
    TPageParam = unknown,
  >(
    options: EnsureInfiniteQueryDataOptions<TQueryFnData, TError, TData, TQueryKey, TPageParam>,
  ): Promise<InfiniteData<TData, TPageParam>> {
    options._type = 'infinite'
    return this.ensureQueryData(options as any)
  }

  /** Lets paused mutations go on, if there is a network. */
  resumePausedMutations(): Promise<unknown> {
    return onlineManager.isOnline() ? this.#mutationCache.resumePausedMutations() : Promise.resolve()
  }

  getQueryCache(): QueryCache {
    return this.#queryCache
  }

  getMutationCache(): MutationCache {
    return this.#mutationCache
  }

  getDefaultOptions(): DefaultOptions {
    return this.#defaultOptions
  }

  setDefaultOptions(options: DefaultOptions): void {
    this.#defaultOptions = options
  }

  /** Defaults for the queries whose key begins so. */
  setQueryDefaults<TQueryFnData = unknown, TError = DefaultError, TData = TQueryFnData, TQueryData = TQueryFnData>(
    queryKey: QueryKey,
    options: Partial<OmitKeyof<QueryObserverOptions<TQueryFnData, TError, TData, TQueryData>, 'queryKey'>>,
  ): void {
    this.#queryDefaults ??= new Map()
    this.#queryDefaults.set(hashKey(queryKey), { key: queryKey, options })
  }

  getQueryDefaults(queryKey: QueryKey): OmitKeyof<QueryObserverOptions<any, any, any, any, any>, 'queryKey'> {
    return defaultsFor(this.#queryDefaults, queryKey)
  }

  /** Defaults for the mutations whose key begins so. */
  setMutationDefaults<TData = unknown, TError = DefaultError, TVariables = void, TOnMutateResult = unknown>(
    mutationKey: MutationKey,
    options: OmitKeyof<MutationObserverOptions<TData, TError, TVariables, TOnMutateResult>, 'mutationKey'>,
  ): void {
    this.#mutationDefaults ??= new Map()
    this.#mutationDefaults.set(hashKey(mutationKey), { key: mutationKey, options })
  }

  getMutationDefaults(
    mutationKey: MutationKey,
  ): OmitKeyof<MutationObserverOptions<any, any, any, any>, 'mutationKey'> {
    return defaultsFor(this.#mutationDefaults, mutationKey)
  }

  /** These options over the client's defaults, as a plain object of their own. */
  defaultQueryOptions<
    TQueryFnData = unknown,
    TError = DefaultError,
    TData = TQueryFnData,
    TQueryData = TQueryFnData,
    TQueryKey extends QueryKey = QueryKey,
    TPageParam = never,
  >(
    options:
      | QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey, TPageParam>
      | DefaultedQueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>,
  ): DefaultedQueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey> {
    if (options._defaulted) return options as any
    // Engines are many times faster at this than at spreading several objects into one.
    const defaulted: any = Object.assign(
      {},
      this.#defaultOptions.queries,
      this.#queryDefaults && this.getQueryDefaults(options.queryKey),
      options,
    )
    defaulted._defaulted = true
    defaulted.queryHash ||= hashKeyByOptions(defaulted.queryKey, defaulted)
    defaulted.refetchOnReconnect ??= defaulted.networkMode !== 'always'
    defaulted.throwOnError ??= !!defaulted.suspense
    if (!defaulted.networkMode && defaulted.persister) defaulted.networkMode = 'offlineFirst'
    if (defaulted.queryFn === skipToken) defaulted.enabled = false
    return defaulted
  }

  /** These options over the client's defaults. */
  defaultMutationOptions<T extends MutationOptions<any, any, any, any>>(options?: T): T {
    if (options?._defaulted) return options
    return {
      ...this.#defaultOptions.mutations,
      ...(options?.mutationKey && this.getMutationDefaults(options.mutationKey)),
      ...options,
      _defaulted: true,
    } as T
  }

  clear(): void {
    this.#queryCache.clear()
    this.#mutationCache.clear()
  }

  /**
   * Gives the memory of its engine back where it holds nothing: no query, looked at or not, no mutation, no breaker that
   * still knows something. Otherwise it is kept for what comes next. Whether it did; if so, `stats()` begins anew.
   */
  releaseMemory(): boolean {
    if (!this.#queryCache.isIdle() || !this.#mutationCache.isIdle()) return false
    this.#queryCache.release()
    this.#mutationCache.release()
    renew()
    return true
  }

  /** The circuit breakers of the origins asked so far; none without the option `breaker`. */
  breakers(): BreakerInfo[] {
    return this.#queryCache.breakers()
  }

  /** What the query cache did so far. */
  stats(): QueryStats {
    return this.#queryCache.stats()
  }
}

/** Who asks for a promise hears by a rejection what there is to hear. */
function rejecting<T>(read: () => Promise<T>): Promise<T> {
  try {
    return read()
  } catch (error) {
    return Promise.reject(error)
  }
}
