// What the classes of this folder call on one another beyond their public interfaces. `QueryClient` hands out its caches
// by their public types, and this folder casts them to these interfaces.
import type { EngineObserver, EngineQuery, QueryEngine } from './queryEngine.js'
import type { EngineMutation, MutationEngine } from './mutationEngine.js'
import type { EngineOptions } from './observerOptions.js'
import type { EngineConfig } from './startEngine.js'
import type {
  BodyBytes,
  CacheLimits,
  CancelOptions,
  DefaultError,
  Mutation,
  MutationCache,
  MutationOptions,
  MutationState,
  Query,
  QueryAction,
  QueryCache,
  QueryClient,
  QueryFilters,
  QueryKey,
  QueryObserver,
  QueryOptions,
  QueryState,
  StaleTime,
  WithRequired,
} from './types.js'

export type AnyQuery = InternalQuery<any, any, any, any>
export type AnyObserver = InternalQueryObserver<any, any, any, any, any>
export type AnyMutation = InternalMutation<any, any, any, any>

/** The fetch of a query, as the query uses it. */
export interface CurrentFetch<TData> {
  /** For the caller of `query.fetch`: rejects where the state of the query shows an error. */
  readonly promise: Promise<TData>
  /** The data of the attempt that succeeds, before it is stored. */
  readonly result: Promise<TData>
  /** The engine decided about the fetch `run`: one of `EFFECT_*`. */
  onEffect(run: number, effect: number): void
  /** Continues after a pause, if its reason is over. */
  continue(): void
  cancel(options?: CancelOptions): void
}

export interface InternalQuery<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
>
  extends Query<TQueryFnData, TError, TData, TQueryKey>, EngineQuery {
  queryKey: TQueryKey
  state: QueryState<TData, TError>
  observers: AnyObserver[]
  /** Counts the queries in the order of their creation, which is also the order in which they are listed. */
  readonly querySequence: number
  /** Where it is in the index of keys. */
  keySegments?: unknown[]
  /** The size of the body that the data of the current fetch was parsed from, in bytes. */
  bodyBytes?: number
  /** The engine's id. A removed query that is used again gets a new one. */
  readonly id: number
  currentFetch?: CurrentFetch<TData>
  /** The `result` of `currentFetch`, once that is announced. */
  promise: Promise<TData> | undefined
  /** Whether the query function read the abort signal of the current fetch. */
  signalUsed: boolean
  /** What a cancelled fetch goes back to. */
  revertState?: QueryState<TData, TError>
  /** Takes over the state that the engine has now, and notifies. */
  applyState(action: QueryAction<TData, TError>): void
  /** Restores the state before a cancelled fetch. The engine decides which fields still hold. */
  revert(): void
  /** With `NOTE_READ` it also counts as a read. */
  isStaleByTime(staleTime?: StaleTime, note?: number): boolean
  /** The cache holds the query from now on. */
  linkToEngine(): void
  /** Removes the query from the engine. */
  unlink(): void
  /** Puts an evicted query back into the cache. Returns whether another query has taken its place. */
  readmit(): boolean
  /** Called by `jsonQuery`: `data`, or a page of it, shares all that is equal in `before`. */
  alreadyShared(before: unknown, data: unknown): void
  /** Called by `jsonQuery`: counts the bytes of a body. */
  countBytes(bytes: BodyBytes): void
  addObserver(observer: AnyObserver): void
  removeObserver(observer: AnyObserver): void
  /** A caller awaits the current fetch without observing. If there is an observer already, the fetch belongs to that. */
  holdFetch(): void
}

export interface InternalQueryObserver<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
>
  extends QueryObserver<TQueryFnData, TError, TData, TQueryData, TQueryKey>, EngineObserver {
  refetch: QueryObserver<TQueryFnData, TError, TData, TQueryData, TQueryKey>['refetch']
  /** What an option that is a function threw when the query last changed. */
  optionFailure?: { error: unknown }
  /** Registers the observer with the engine. */
  attachTo(query: number): void
  /** Unregisters the observer. Returns whether the current fetch is to be cancelled. */
  detachFrom(): boolean
  /** Evaluates options that are functions and tells the engine if their values changed. Returns what the engine has. */
  syncOptions(): EngineOptions
  /** Whether one of `TRIGGER_*` fetches the query for it. */
  fetchesOn(trigger: number): boolean
  /** The observed query was removed: observes the cached query of the same key, which is created if there is none. */
  observeCachedQuery(): void
}

export interface InternalQueryCache extends QueryCache {
  readonly engineConfig: EngineConfig
  /** Started on first use. */
  readonly engine: QueryEngine
  /** Sets how much the cache holds, if the engine has not started yet. */
  limitTo(limits: CacheLimits): void
  build<TQueryFnData = unknown, TError = DefaultError, TData = TQueryFnData, TQueryKey extends QueryKey = QueryKey>(
    client: QueryClient,
    options: WithRequired<QueryOptions<TQueryFnData, TError, TData, TQueryKey>, 'queryKey'>,
    state?: QueryState<TData, TError>,
  ): InternalQuery<TQueryFnData, TError, TData, TQueryKey>
  get<TQueryFnData = unknown, TError = DefaultError, TData = TQueryFnData, TQueryKey extends QueryKey = QueryKey>(
    queryHash: string,
  ): InternalQuery<TQueryFnData, TError, TData, TQueryKey> | undefined
  getAll(): InternalQuery[]
  findAll(filters?: QueryFilters<any>): InternalQuery[]
  /** Keeps the set of observers whose query was removed. Called when an observer comes or leaves, or a query is removed. */
  trackOrphan(query: AnyQuery, observer: AnyObserver): void
  /** Observers of removed queries that match go on with new queries. */
  adoptOrphans(filters?: QueryFilters<any>): void
  /** Whether nothing needs the engine. */
  isUnused(): boolean
  /** Drops the engine. The next use starts another. */
  releaseEngine(): void
}

export interface InternalMutation<TData = unknown, TError = DefaultError, TVariables = unknown, TOnMutateResult = unknown>
  extends Mutation<TData, TError, TVariables, TOnMutateResult>, EngineMutation {
  state: MutationState<TData, TError, TVariables, TOnMutateResult>
  /** The engine's id; 0 for a mutation that is not in the cache. */
  readonly id: number
  /** Removes the mutation from the engine, when it has finished. */
  unlink(): void
  /** Fails a mutation that was running when it was dehydrated; the next of its scope goes on. */
  interrupt(error: TError): Promise<void>
}

export interface InternalMutationCache extends MutationCache {
  readonly engineConfig: EngineConfig
  /** Started on first use. */
  readonly engine: MutationEngine
  build<TData, TError, TVariables, TOnMutateResult>(
    client: QueryClient,
    options: MutationOptions<TData, TError, TVariables, TOnMutateResult>,
    state?: MutationState<TData, TError, TVariables, TOnMutateResult>,
  ): InternalMutation<TData, TError, TVariables, TOnMutateResult>
  getAll(): InternalMutation[]
  /** Whether nothing needs the engine. */
  isUnused(): boolean
  /** Drops the engine. The next use starts another. */
  releaseEngine(): void
}

export interface InternalQueryClient extends QueryClient {
  getQueryCache(): InternalQueryCache
  getMutationCache(): InternalMutationCache
}
