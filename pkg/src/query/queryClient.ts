// Its methods have their types and their documentation in `types/classes.ts`.
import { NOTE_READ } from '../boundary/query.js'
import { focusManager } from './focusManager.js'
import { hashKey, hashKeyByOptions, partialMatchKey } from './hashKey.js'
import { MutationCache } from './mutationCache.js'
import { notifyManager } from './notifyManager.js'
import { onlineManager } from './onlineManager.js'
import { QueryCache } from './queryCache.js'
import { timeoutManager, type ManagedTimerId } from './timeoutManager.js'
import { skipToken } from './types.js'
import { functionalUpdate, noop, resolveQueryValue } from './utils.js'
import type { InternalMutationCache, InternalQuery, InternalQueryCache, InternalQueryClient } from './internal.js'
import type * as Types from './types.js'
import type {
  BreakerInfo,
  CancelOptions,
  DefaultOptions,
  EnsureQueryDataOptions,
  InvalidateOptions,
  InvalidateQueryFilters,
  MutationFilters,
  MutationKey,
  MutationOptions,
  QueryClientConfig,
  QueryFilters,
  QueryKey,
  QueryObserverOptions,
  QueryState,
  QueryStats,
  RefetchOptions,
  RefetchQueryFilters,
  ResetOptions,
  SetDataOptions,
  Updater,
} from './types.js'

/** How long refetching on focus or reconnect waits for paused mutations to finish, in ms. */
const RESUME_TIMEOUT = 5_000

/** Default options by the hash of the key prefix that they were set for. */
type Defaults<TKey> = Map<string, { key: TKey; options: object }>

function defaultsFor(defaults: Defaults<QueryKey> | undefined, key: QueryKey): any {
  const merged = {}
  if (!defaults) return merged
  for (const known of defaults.values()) {
    if (partialMatchKey(key, known.key)) Object.assign(merged, known.options)
  }
  return merged
}

type AnyOptions = QueryObserverOptions<any, any, any, any, any>
/** Options that a method marks as those of an infinite query. */
type InfiniteOptions = { _type?: 'infinite' }

/** The query cache, the mutation cache, and the operations of an application on them. */
export const QueryClient: { new (config?: QueryClientConfig): Types.QueryClient; readonly prototype: Types.QueryClient } =
  class QueryClient implements InternalQueryClient {
    #queryCache: InternalQueryCache
    #mutationCache: InternalMutationCache
    #defaultOptions: DefaultOptions
    #queryDefaults?: Defaults<QueryKey>
    #mutationDefaults?: Defaults<MutationKey>
    #mounts = 0
    #unsubscribe?: (() => void)[]

    constructor(config: QueryClientConfig = {}) {
      this.#queryCache = (config.queryCache || new QueryCache()) as InternalQueryCache
      this.#mutationCache = (config.mutationCache || new MutationCache()) as InternalMutationCache
      this.#defaultOptions = config.defaultOptions || {}
      const { seed, breaker } = config
      this.#queryCache.limitTo(config)
      if (seed !== undefined) this.#queryCache.engineConfig.seed = this.#mutationCache.engineConfig.seed = seed
      if (breaker) this.#queryCache.engineConfig.breaker = breaker === true ? {} : breaker
    }

    mount(): void {
      if (++this.#mounts !== 1) return
      const afterMutations = (run: () => void) => async (now: boolean) => {
        if (!now) return
        await this.#resumeMutations()
        run()
      }
      this.#unsubscribe = [
        focusManager.subscribe(afterMutations(() => this.#queryCache.onFocus())),
        onlineManager.subscribe(afterMutations(() => this.#queryCache.onOnline())),
      ]
    }

    /** Paused mutations change data, so they go before refetching; one that hangs must not block it. */
    async #resumeMutations(): Promise<void> {
      let timer: ManagedTimerId | undefined
      const timeout = new Promise<void>((resolve) => (timer = timeoutManager.setTimeout(resolve, RESUME_TIMEOUT)))
      await Promise.race([this.resumePausedMutations(), timeout])
      timeoutManager.clearTimeout(timer)
    }

    unmount(): void {
      if (--this.#mounts !== 0) return
      this.#unsubscribe?.splice(0).forEach((unsubscribe) => unsubscribe())
    }

    isFetching(filters?: Omit<QueryFilters<any>, 'fetchStatus'>): number {
      return this.#queryCache.findAll({ ...filters, fetchStatus: 'fetching' }).length
    }

    isMutating(filters?: any): number {
      return this.#mutationCache.findAll({ ...filters, status: 'pending' } as MutationFilters).length
    }

    getQueryData(queryKey: QueryKey): any {
      return this.#find(queryKey)?.state.data
    }

    getQueryState(queryKey: QueryKey): QueryState<any, any> | undefined {
      return this.#find(queryKey)?.state
    }

    #find(queryKey: QueryKey): InternalQuery<any, any, any, any> | undefined {
      const query = this.#queryCache.get<any, any>(this.defaultQueryOptions({ queryKey }).queryHash)
      if (query && this.#queryCache.engineConfig.limits) this.#queryCache.engine.touchQuery(query.id)
      return query
    }

    ensureQueryData(options: EnsureQueryDataOptions<any, any, any, any>): Promise<any> {
      return rejecting(() => {
        const defaulted = this.defaultQueryOptions(options as AnyOptions)
        const query = this.#queryCache.build(this, defaulted)
        const { data } = query.state
        this.#queryCache.engine.expectObserver(query.id)
        if (data === undefined) return this.fetchQuery(options)
        if (options.revalidateIfStale && query.isStaleByTime(resolveQueryValue(defaulted.staleTime, query) as number)) {
          void this.prefetchQuery(defaulted)
        }
        return Promise.resolve(data)
      })
    }

    getQueriesData(filters: QueryFilters<any>): Array<[QueryKey, any]> {
      return this.#queryCache.findAll(filters).map(({ queryKey, state }) => [queryKey, state.data])
    }

    setQueryData(queryKey: QueryKey, updater: Updater<any, any>, options?: SetDataOptions): any {
      const defaulted = this.defaultQueryOptions({ queryKey })
      const before = this.#queryCache.get<any>(defaulted.queryHash)?.state.data
      const data = functionalUpdate(updater, before)
      if (data === undefined) return undefined
      return this.#queryCache.build(this, defaulted).setData(data, { ...options, manual: true })
    }

    setQueriesData(filters: QueryFilters<any>, updater: Updater<any, any>, options?: SetDataOptions): Array<[QueryKey, any]> {
      return notifyManager.batch(() =>
        this.#queryCache.findAll(filters).map((query) => {
          const data = functionalUpdate(updater, query.state.data)
          // `setQueryData` would look the query up by the default hash, and this one may have a `queryKeyHashFn`.
          return [query.queryKey, data === undefined ? data : query.setData(data, { ...options, manual: true })]
        }),
      )
    }

    removeQueries(filters?: QueryFilters<any>): void {
      const cache = this.#queryCache
      notifyManager.batch(() => cache.findAll(filters).forEach((query) => cache.remove(query)))
    }

    resetQueries(filters?: QueryFilters<any>, options?: ResetOptions): Promise<void> {
      return notifyManager.batch(() => {
        const { queryKey, exact } = filters ?? {}
        this.#queryCache.adoptOrphans(filters)
        const found = new Set<Types.Query>(this.#queryCache.findAll(filters))
        found.forEach((query) => query.reset())
        // The index finds them by key. The rest of the filter may no longer match after the reset.
        return this.refetchQueries({ queryKey, exact, type: 'active', predicate: (query) => found.has(query) }, options)
      })
    }

    cancelQueries(filters?: QueryFilters<any>, cancelOptions: CancelOptions = {}): Promise<void> {
      const options = { revert: true, ...cancelOptions }
      const ended = notifyManager.batch(() => this.#queryCache.findAll(filters).map((query) => query.cancel(options)))
      return Promise.all(ended).then(noop, noop)
    }

    invalidateQueries(filters?: InvalidateQueryFilters<any>, options: InvalidateOptions = {}): Promise<void> {
      return notifyManager.batch(() => {
        this.#queryCache.findAll(filters).forEach((query) => query.invalidate())
        if (filters?.refetchType === 'none') return Promise.resolve()
        return this.refetchQueries({ ...filters, type: filters?.refetchType ?? filters?.type ?? 'active' }, options)
      })
    }

    refetchQueries(filters?: RefetchQueryFilters<any>, options: RefetchOptions = {}): Promise<void> {
      const fetchOptions = { ...options, cancelRefetch: options.cancelRefetch ?? true }
      this.#queryCache.adoptOrphans(filters)
      const found = this.#queryCache.findAll(filters)
      if (!found.length) return Promise.resolve()
      const fetches = notifyManager.batch(() =>
        found
          .filter((query) => !query.isDisabled() && !query.isStatic())
          .map((query) => {
            const promise = query.fetch(undefined, fetchOptions)
            const settled = promise.catch(noop)
            return query.state.fetchStatus === 'paused' || (fetchOptions.throwOnError ? promise : settled)
          }),
      )
      return Promise.all(fetches).then(noop)
    }

    async query(options: any): Promise<any> {
      const { data, select } = await this.#read(options, true)
      const value = await data
      return select ? select(value) : value
    }

    fetchQuery(options: any): Promise<any> {
      return rejecting(() => this.#read(options, true).data)
    }

    /** With `waits`, the caller gets the data even if observers come and leave meanwhile. */
    #read(options: AnyOptions, waits: boolean) {
      const defaulted = this.defaultQueryOptions(options)
      // The caller is told of a failure and can try again.
      if (defaulted.retry === undefined) defaulted.retry = false
      const query = this.#queryCache.build(this, defaulted)
      const isStale = query.isStaleByTime(resolveQueryValue(defaulted.staleTime, query), NOTE_READ)
      this.#queryCache.engine.expectObserver(query.id)
      const data = isStale ? query.fetch(defaulted) : Promise.resolve(query.state.data)
      if (waits) query.holdFetch()
      return { data, select: defaulted.select }
    }

    prefetchQuery(options: any): Promise<void> {
      return rejecting(() => this.#read(options, false).data).then(noop, noop)
    }

    infiniteQuery(options: InfiniteOptions): Promise<any> {
      options._type = 'infinite'
      return this.query(options)
    }

    fetchInfiniteQuery(options: InfiniteOptions): Promise<any> {
      options._type = 'infinite'
      return this.fetchQuery(options)
    }

    prefetchInfiniteQuery(options: InfiniteOptions): Promise<void> {
      options._type = 'infinite'
      return this.prefetchQuery(options)
    }

    ensureInfiniteQueryData(options: InfiniteOptions): Promise<any> {
      options._type = 'infinite'
      return this.ensureQueryData(options as any)
    }

    resumePausedMutations(): Promise<unknown> {
      return onlineManager.isOnline() ? this.#mutationCache.resumePausedMutations() : Promise.resolve()
    }

    getQueryCache(): InternalQueryCache {
      return this.#queryCache
    }

    getMutationCache(): InternalMutationCache {
      return this.#mutationCache
    }

    getDefaultOptions(): DefaultOptions {
      return this.#defaultOptions
    }

    setDefaultOptions(options: DefaultOptions): void {
      this.#defaultOptions = options
    }

    setQueryDefaults(queryKey: QueryKey, options: object): void {
      this.#queryDefaults ??= new Map()
      this.#queryDefaults.set(hashKey(queryKey), { key: queryKey, options })
    }

    getQueryDefaults(queryKey: QueryKey): any {
      return defaultsFor(this.#queryDefaults, queryKey)
    }

    setMutationDefaults(mutationKey: MutationKey, options: object): void {
      this.#mutationDefaults ??= new Map()
      this.#mutationDefaults.set(hashKey(mutationKey), { key: mutationKey, options })
    }

    getMutationDefaults(mutationKey: MutationKey): any {
      return defaultsFor(this.#mutationDefaults, mutationKey)
    }

    defaultQueryOptions(options: any): any {
      if (options._defaulted) return options
      // `Object.assign` is many times faster in JavaScript engines than spreading several objects into one.
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
      if (defaulted.persister) defaulted.networkMode ||= 'offlineFirst'
      if (defaulted.queryFn === skipToken) defaulted.enabled = false
      return defaulted
    }

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

    releaseMemory(): boolean {
      if (!this.#queryCache.isUnused() || !this.#mutationCache.isUnused()) return false
      this.#queryCache.releaseEngine()
      this.#mutationCache.releaseEngine()
      return true
    }

    breakers(): BreakerInfo[] {
      return this.#queryCache.breakers()
    }

    stats(): QueryStats {
      return this.#queryCache.stats()
    }
  }

export type QueryClient = Types.QueryClient

/** Turns what `read` throws into a rejection. */
function rejecting<T>(read: () => Promise<T>): Promise<T> {
  try {
    return read()
  } catch (error) {
    return Promise.reject(error)
  }
}
