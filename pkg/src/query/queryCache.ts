import { QueryEngine } from './queryEngine.js'
import { hashKey, hashKeyByOptions } from './hashKey.js'
import { KeyIndex } from './keyIndex.js'
import { matchQuery, matchQueryByState } from './filters.js'
import { notifyManager } from './notifyManager.js'
import { Query } from './query.js'
import { type EngineConfig } from './startEngine.js'
import { readStats } from './stats.js'
import { Subscribable } from './subscribable.js'
import type { AnyObserver, AnyQuery, InternalQuery, InternalQueryCache } from './internal.js'
import type * as Types from './types.js'
import type {
  BreakerInfo,
  CacheLimits,
  DefaultError,
  QueryCacheConfig,
  QueryCacheNotifyEvent,
  QueryClient,
  QueryFilters,
  QueryKey,
  QueryOptions,
  QueryState,
  QueryStats,
  WithRequired,
} from './types.js'

// Public members are documented in `types/classes.ts`, the others in `internal.ts`.
/** All queries, by the hash of their key. */
export const QueryCache: {
  new (config?: QueryCacheConfig): Types.QueryCache
  readonly prototype: Types.QueryCache
} = class QueryCache extends Subscribable<(event: QueryCacheNotifyEvent) => void> implements InternalQueryCache {
  config: QueryCacheConfig
  #queries = new Map<string, AnyQuery>()
  #index = new KeyIndex<AnyQuery>()
  /** Whether there was a query with a `queryKeyHashFn`, which is not found by the usual hash of its key. */
  #hashesDiffer = false
  /** Observers of removed queries, by the hash of the query. */
  #orphans = new Map<string, Set<AnyObserver>>()
  readonly engineConfig: EngineConfig = {}
  #engine?: QueryEngine

  constructor(config: QueryCacheConfig = {}) {
    super()
    this.config = config
    this.limitTo(config)
  }

  limitTo({ maxEntries, maxBytes }: CacheLimits): void {
    if ((maxEntries ?? maxBytes) !== undefined) this.engineConfig.limits = { maxEntries, maxBytes }
  }

  get engine(): QueryEngine {
    return (this.#engine ??= new QueryEngine(this.engineConfig))
  }

  isUnused(): boolean {
    const engine = this.#engine
    return !engine || !(this.engineConfig.ruleTap || engine.engineItems.size || engine.observers.size || this.breakers().length)
  }

  releaseEngine(): void {
    this.#engine?.engineTimer.set(Infinity)
    this.#engine = undefined
  }

  build<TQueryFnData = unknown, TError = DefaultError, TData = TQueryFnData, TQueryKey extends QueryKey = QueryKey>(
    client: QueryClient,
    options: WithRequired<QueryOptions<TQueryFnData, TError, TData, TQueryKey>, 'queryKey'>,
    state?: QueryState<TData, TError>,
  ): InternalQuery<TQueryFnData, TError, TData, TQueryKey> {
    const { queryKey } = options
    const queryHash = options.queryHash ?? hashKeyByOptions(queryKey, options)
    let query = this.get<TQueryFnData, TError, TData, TQueryKey>(queryHash)
    if (!query) {
      query = new Query({
        client,
        queryKey,
        queryHash,
        options: client.defaultQueryOptions(options as any) as any,
        state,
        defaultOptions: client.getQueryDefaults(queryKey) as any,
      }) as InternalQuery<TQueryFnData, TError, TData, TQueryKey>
      this.add(query)
    }
    return query
  }

  add(query: AnyQuery): void {
    if (this.#queries.has(query.queryHash)) return
    this.#queries.set(query.queryHash, query)
    if (query.options.queryKeyHashFn) this.#hashesDiffer = true
    this.#index.add(query)
    query.linkToEngine()
    this.notify({ type: 'added', query })
    const orphans = this.#orphans.get(query.queryHash)
    this.#orphans.delete(query.queryHash)
    orphans?.forEach((observer) => observer.observeCachedQuery())
    this.engine.evict(query.id)
  }

  remove(query: AnyQuery): void {
    if (this.#queries.get(query.queryHash) !== query) return
    query.destroy()
    this.#queries.delete(query.queryHash)
    this.#index.remove(query)
    query.unlink()
    query.observers.forEach((observer) => this.trackOrphan(query, observer))
    this.notify({ type: 'removed', query })
  }

  trackOrphan(query: AnyQuery, observer: AnyObserver): void {
    const { queryHash } = query
    if (this.#queries.get(queryHash) === query) return
    const orphans = this.#orphans.get(queryHash) ?? new Set()
    if (query.observers.includes(observer)) this.#orphans.set(queryHash, orphans.add(observer))
    else if (orphans.delete(observer) && !orphans.size) this.#orphans.delete(queryHash)
  }

  /** Removed queries that still have observers. */
  #orphaned(): Set<AnyQuery> {
    const found = new Set<AnyQuery>()
    for (const observers of this.#orphans.values()) {
      for (const observer of observers) found.add(observer.getCurrentQuery() as AnyQuery)
    }
    return found
  }

  adoptOrphans(filters: QueryFilters<any> = {}): void {
    for (const query of this.#orphaned()) {
      if (query.isActive() && matchQuery(filters, query))
        query.observers.slice().forEach((observer) => observer.observeCachedQuery())
    }
  }

  clear(): void {
    notifyManager.batch(() => this.getAll().forEach((query) => this.remove(query)))
  }

  get<TQueryFnData = unknown, TError = DefaultError, TData = TQueryFnData, TQueryKey extends QueryKey = QueryKey>(
    queryHash: string,
  ): InternalQuery<TQueryFnData, TError, TData, TQueryKey> | undefined {
    return this.#queries.get(queryHash)
  }

  getAll(): InternalQuery[] {
    return [...this.#queries.values()]
  }

  find<TQueryFnData = unknown, TError = DefaultError, TData = TQueryFnData>(
    filters: WithRequired<QueryFilters, 'queryKey'>,
  ): InternalQuery<TQueryFnData, TError, TData> | undefined {
    return this.findAll({ exact: true, ...filters })[0] as InternalQuery<TQueryFnData, TError, TData> | undefined
  }

  findAll(filters: QueryFilters<any> = {}): InternalQuery[] {
    const { queryKey, exact, type } = filters
    let found: (AnyQuery | undefined)[] | undefined
    if (queryKey && exact && !this.#hashesDiffer) found = [this.#queries.get(hashKey(queryKey))]
    // An active query is an observed one.
    if (queryKey && !exact) found = this.#index.matching(queryKey, type === 'active')
    return found
      ? (found.filter((query) => query && matchQueryByState(filters, query)) as AnyQuery[])
      : this.getAll().filter((query) => matchQuery(filters, query))
  }

  notify(event: QueryCacheNotifyEvent): void {
    if (!this.listeners.size) return
    notifyManager.batch(() => this.notifyListeners(event))
  }

  onFocus(): void {
    this.#each((query) => query.onFocus())
  }

  onOnline(): void {
    this.#each((query) => query.onOnline())
  }

  #each(call: (query: AnyQuery) => void): void {
    notifyManager.batch(() => [...this.getAll(), ...this.#orphaned()].forEach(call))
  }

  breakers(): BreakerInfo[] {
    return this.#engine?.breakers?.list() ?? []
  }

  stats(): QueryStats {
    return readStats(this.#engine)
  }
}

export type QueryCache = Types.QueryCache
