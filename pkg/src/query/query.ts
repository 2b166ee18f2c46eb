import {
  ANSWER_IS_STALE,
  INTENT_JOIN,
  INTENT_REPLACE,
  TRIGGER_FOCUS,
  TRIGGER_MOUNT,
  TRIGGER_RECONNECT,
} from '../boundary/query.js'
import {
  query_ask,
  query_hold,
  query_intent,
  query_invalidate,
  query_link,
  query_raise_gc_time,
  query_revert,
  query_set_data,
} from '../rules/query.js'
import { resolveGcTime } from './gcTime.js'
import { Fetch } from './fetch.js'
import { notifyManager } from './notifyManager.js'
import { replaceData, type Shared } from './structuralSharing.js'
import { engineOptions, staleTimeOf } from './observerOptions.js'
import { skipToken } from './types.js'
import { noop } from './utils.js'
import type { QueryEngine } from './queryEngine.js'
import type { AnyObserver, CurrentFetch, InternalQuery, InternalQueryCache, InternalQueryClient } from './internal.js'
import type * as Types from './types.js'
import type {
  BodyBytes,
  CancelOptions,
  DefaultError,
  FetchOptions,
  QueryAction,
  QueryClient,
  QueryKey,
  QueryMeta,
  QueryOptions,
  QueryState,
  SetDataOptions,
  StaleTime,
} from './types.js'

interface QueryConfig<TQueryFnData, TError, TData, TQueryKey extends QueryKey> {
  client: QueryClient
  queryKey: TQueryKey
  queryHash: string
  options?: QueryOptions<TQueryFnData, TError, TData, TQueryKey>
  defaultOptions?: QueryOptions<TQueryFnData, TError, TData, TQueryKey>
  state?: QueryState<TData, TError>
}

let sequence = 0

// Holds the values, promises and observers of a query; the engine decides what happens to them. Public members are documented
// in `types/classes.ts`, the others in `internal.ts`.
/** One query of the cache: its key, its options, its state and its observers. */
export const Query: {
  new <TQueryFnData = unknown, TError = DefaultError, TData = TQueryFnData, TQueryKey extends QueryKey = QueryKey>(
    config: QueryConfig<TQueryFnData, TError, TData, TQueryKey>,
  ): Types.Query<TQueryFnData, TError, TData, TQueryKey>
  readonly prototype: Types.Query<any, any, any, any>
} = class Query<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
> implements InternalQuery<TQueryFnData, TError, TData, TQueryKey> {
  queryKey: TQueryKey
  queryHash: string
  options!: QueryOptions<TQueryFnData, TError, TData, TQueryKey>
  state: QueryState<TData, TError>
  observers: AnyObserver[] = []
  gcTime = 0
  bodyBytes?: number
  /** What the data of the current fetch shares with the data before. */
  #alreadyShared?: Shared
  readonly querySequence = ++sequence
  keySegments?: unknown[]
  currentFetch?: CurrentFetch<TData>
  promise: Promise<TData> | undefined
  signalUsed = false
  revertState?: QueryState<TData, TError>
  queryType: 'infinite' | undefined
  resetState: QueryState<TData, TError>
  #client: InternalQueryClient
  #cache: InternalQueryCache
  /** The engine's id; 0 while the engine does not know the query, which is then removed and idle. */
  #id = 0
  #evicted = false
  #defaultOptions?: QueryOptions<TQueryFnData, TError, TData, TQueryKey>

  constructor(config: QueryConfig<TQueryFnData, TError, TData, TQueryKey>) {
    this.#client = config.client as InternalQueryClient
    this.#cache = this.#client.getQueryCache()
    this.#defaultOptions = config.defaultOptions
    this.queryKey = config.queryKey
    this.queryHash = config.queryHash
    this.#setOptions(config.options)
    this.resetState = this.#initialState()
    this.state = config.state ?? this.resetState
    this.#attach()
  }

  /** The cache's engine. It is replaced by `releaseMemory`, but only while no query has an id. */
  get #engine(): QueryEngine {
    return this.#cache.engine
  }

  get meta(): QueryMeta | undefined {
    return this.options.meta
  }

  get id(): number {
    return this.#id || this.#attach()
  }

  /** The state that a query starts with, from its `initialData`. */
  #initialState(): QueryState<TData, TError> {
    const { initialData, initialDataUpdatedAt } = this.options as { initialData?: unknown; initialDataUpdatedAt?: unknown }
    const data = valueOf(initialData) as TData | undefined
    const has = data !== undefined
    return {
      data,
      dataUpdateCount: 0,
      dataUpdatedAt: has ? ((valueOf(initialDataUpdatedAt) as number) ?? Date.now()) : 0,
      error: null,
      errorUpdateCount: 0,
      errorUpdatedAt: 0,
      fetchFailureCount: 0,
      fetchFailureReason: null,
      fetchMeta: null,
      isInvalidated: false,
      status: has ? 'success' : 'pending',
      fetchStatus: 'idle',
    }
  }

  setOptions(options?: QueryOptions<TQueryFnData, TError, TData, TQueryKey>): void {
    this.#setOptions(options)
    if (this.state.data !== undefined || this.options.initialData === undefined) return
    const initial = this.#initialState()
    const { data, dataUpdatedAt } = initial
    if (data === undefined) return
    this.setState({ data, dataUpdatedAt, error: null, isInvalidated: false, status: 'success' })
    this.resetState = initial
  }

  #setOptions(options?: QueryOptions<TQueryFnData, TError, TData, TQueryKey>): void {
    // With the defaults in them already, options need no copy: thousands of observers make as many.
    this.options = (options?._defaulted ? options : Object.assign({}, this.#defaultOptions, options)) as typeof this.options
    if (options?._type) this.queryType = options._type
    const gcTime = resolveGcTime(this.options.gcTime)
    if (!this.#id) this.gcTime = Math.max(this.gcTime, gcTime)
    else if (gcTime !== this.gcTime) this.gcTime = this.#engine.applyRule(query_raise_gc_time, this.#id, gcTime)
  }

  #attach(): number {
    return (this.#id = this.#engine.create(this, this.gcTime))
  }

  linkToEngine(): void {
    this.#engine.applyRule(query_link, Date.now(), this.id)
    this.#reportSize()
  }

  unlink(): void {
    if (this.#id !== 0 && this.#engine.remove(this.#id)) this.#id = 0
  }

  evict(): void {
    this.#evicted = true
    this.#cache.remove(this)
  }

  readmit(): boolean {
    if (this.#evicted) this.#cache.add(this)
    const known = this.#cache.get(this.queryHash) as unknown
    this.#evicted &&= known !== this
    return known !== undefined && known !== this
  }

  #reportSize(): void {
    this.#engine.setSize(this.id, this.state.data, this.bodyBytes)
    this.bodyBytes = undefined
  }

  onGarbageCollected(): void {
    this.#id = 0
    this.optionalRemove()
  }

  protected optionalRemove(): void {
    if (!this.observers.length && this.state.fetchStatus === 'idle') this.#cache.remove(this)
  }

  alreadyShared(before: unknown, data: unknown): void {
    ;(this.#alreadyShared ??= new Map()).set(data, before)
  }

  countBytes(bytes: BodyBytes): void {
    this.#engine.countBytes(bytes)
  }

  setData(newData: TData, options?: SetDataOptions & { manual: boolean }): TData {
    const data = replaceData(this.state.data, newData, this.options, this.#alreadyShared)
    this.#alreadyShared = undefined
    const now = Date.now()
    const { manual, updatedAt } = options ?? {}
    this.#engine.applyRule(query_set_data, now, this.id, updatedAt ?? now, !!manual)
    this.applyState({ type: 'success', data, dataUpdatedAt: updatedAt, manual })
    return data
  }

  setState(state: Partial<QueryState<TData, TError>>): void {
    this.state = { ...this.state, ...state }
    this.#writeState()
    this.#dispatch({ type: 'setState', state })
  }

  /** Passes the state to the engine. */
  #writeState(): void {
    if (this.#engine.writeState(this.id, this.state)) this.revertState = this.state
  }

  revert(): void {
    this.#engine.applyRule(query_revert, Date.now(), this.id)
    this.state = this.#engine.readState(this.#id, this.revertState ?? this.state)
    this.#dispatch({ type: 'setState', state: this.state })
  }

  holdFetch(): void {
    if (!this.observers.length) this.#engine.applyRule(query_hold, this.id)
  }

  cancel(options?: CancelOptions): Promise<void> {
    const { promise } = this
    this.currentFetch?.cancel(options)
    // After a silent cancel the state stays as it was, `fetchStatus` too: the engine has set it to idle and gets it back.
    if (promise && options?.silent && !options.revert) this.#writeState()
    return Promise.resolve(promise).then(noop, noop)
  }

  destroy(): void {
    this.currentFetch?.cancel({ silent: true })
  }

  reset(): void {
    this.destroy()
    this.setState(this.resetState)
  }

  isActive(): boolean {
    return this.observers.some((observer) => observer.syncOptions().enabled$)
  }

  isDisabled(): boolean {
    if (this.observers.length) return !this.isActive()
    return this.options.queryFn === skipToken || !this.isFetched()
  }

  isFetched(): boolean {
    return this.state.dataUpdateCount + this.state.errorUpdateCount > 0
  }

  isStatic(): boolean {
    return this.state.data !== undefined && this.observers.some((observer) => observer.syncOptions().staleTime$ === undefined)
  }

  isStale(): boolean {
    if (this.observers.length) return this.observers.some((observer) => observer.getCurrentResult().isStale)
    return this.state.data === undefined || this.state.isInvalidated
  }

  isStaleByTime(staleTime: StaleTime = 0, note = 0): boolean {
    const options = engineOptions(true, staleTimeOf(staleTime))
    const answer = this.#engine.applyRule(query_ask, Date.now(), this.id, TRIGGER_MOUNT | note, options)
    return (answer & ANSWER_IS_STALE) !== 0
  }

  onFocus(): void {
    this.#trigger(TRIGGER_FOCUS)
  }

  onOnline(): void {
    this.#trigger(TRIGGER_RECONNECT)
  }

  #trigger(trigger: number): void {
    this.observers.find((observer) => observer.fetchesOn(trigger))?.refetch({ cancelRefetch: false })
    this.currentFetch?.continue()
  }

  addObserver(observer: AnyObserver): void {
    if (this.observers.includes(observer)) return
    this.observers.push(observer)
    observer.attachTo(this.id)
    this.#cache.trackOrphan(this, observer)
    this.#cache.notify({ type: 'observerAdded', query: this, observer })
  }

  removeObserver(observer: AnyObserver): void {
    const index = this.observers.indexOf(observer)
    if (index === -1) return
    this.observers.splice(index, 1)
    // The engine returns whether nobody else needs the fetch and its function can be aborted.
    if (observer.detachFrom()) this.currentFetch?.cancel({ revert: true })
    this.#cache.trackOrphan(this, observer)
    this.#cache.notify({ type: 'observerRemoved', query: this, observer })
    this.#engine.evict(this.#id)
  }

  getObserversCount(): number {
    return this.observers.length
  }

  invalidate(): void {
    this.#engine.applyRule(query_invalidate, Date.now(), this.id)
    if (!this.state.isInvalidated) this.applyState({ type: 'invalidate' })
  }

  fetch(
    options?: QueryOptions<TQueryFnData, TError, TData, TQueryKey>,
    fetchOptions?: FetchOptions<TQueryFnData>,
  ): Promise<TData> {
    const intent = this.#engine.applyRule(query_intent, this.id, !!fetchOptions?.cancelRefetch)
    if (intent === INTENT_JOIN && this.currentFetch) return this.currentFetch.promise
    if (intent === INTENT_REPLACE) this.destroy()
    return new Fetch<TData, TError>(this as any, this.#client, options, fetchOptions).promise
  }

  applyState(action: QueryAction<TData, TError>): void {
    const state = (this.state = this.#engine.readState(this.#id, this.state))
    switch (action.type) {
      case 'success':
        state.data = action.data
        state.error = null
        if (!action.manual) state.fetchFailureReason = null
        this.revertState = action.manual ? state : undefined
        // A `structuralSharing` function may return `undefined`.
        if (action.data === undefined) this.#writeState()
        break
      case 'fetch':
        if (state.data === undefined) state.error = null
        state.fetchFailureReason = null
        state.fetchMeta = action.meta ?? null
        break
      case 'error':
        state.error = action.error
      // falls through
      case 'failed':
        state.fetchFailureReason = action.error
    }
    this.#dispatch(action)
  }

  #dispatch(action: QueryAction<TData, TError>): void {
    if (action.type === 'success' || action.type === 'setState') {
      this.#reportSize()
      this.#engine.evict(this.#id)
    }
    // Without observers there is nothing to batch.
    if (!this.observers.length) return this.#cache.notify({ query: this, type: 'updated', action })
    notifyManager.batch(() => {
      // A copy, since a listener may add or remove observers.
      for (const observer of this.observers.slice()) observer.onQueryUpdate()
      this.#cache.notify({ query: this, type: 'updated', action })
    })
  }
}

function valueOf(option: unknown): unknown {
  return typeof option === 'function' ? option() : option
}

export type Query<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
> = Types.Query<TQueryFnData, TError, TData, TQueryKey>
