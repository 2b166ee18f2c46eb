import {
  FETCH_STATUS_PAUSED,
  INTENT_JOIN,
  INTENT_REPLACE,
  OBSERVER_ENABLED,
  RUN_PARTIAL,
  STATE_FETCH_STATUS,
  TRIGGER_FOCUS,
  TRIGGER_RECONNECT,
} from '../boundary/query.js'
import { warnInDevelopment } from './warnInDevelopment.js'
import { resolveGcTime } from './gcTime.js'
import { Fetch } from './fetch.js'
import { createFetchContext } from './fetchContext.js'
import { FetchSignal } from './fetchSignal.js'
import { hostFlags } from './hostFlags.js'
import { infiniteQueryBehavior } from './infiniteQueryBehavior.js'
import { getDefaultState } from './queryState.js'
import { notifyManager } from './notifyManager.js'
import { retryDelayCode, retryJitterCode, networkModeCode, retryCode, timeoutCode } from './retryer.js'
import { replaceData, type Shared } from './structuralSharing.js'
import { staleTimeCode, type RefetchTrigger } from './observerOptions.js'
import { skipToken } from './types.js'
import { noop } from './utils.js'
import type { QueryEngine } from './queryEngine.js'
import type { AnyObserver, InternalQuery, InternalQueryCache, InternalQueryClient } from './internal.js'
import type * as Types from './types.js'
import type {
  BodyBytes,
  CancelOptions,
  DefaultError,
  FetchOptions,
  QueryAction,
  QueryBehavior,
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

/**
 * Holds the values, promises and observers of a query; the engine decides what happens to them. Public members are documented
 * in `types/classes.ts`, the others in `internal.ts`.
 */
export const Query: {
  new <TQueryFnData = unknown, TError = DefaultError, TData = TQueryFnData, TQueryKey extends QueryKey = QueryKey>(
    config: QueryConfig<TQueryFnData, TError, TData, TQueryKey>,
  ): Types.Query<TQueryFnData, TError, TData, TQueryKey>
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
  readonly sequence = ++sequence
  #client: InternalQueryClient
  #cache: InternalQueryCache
  /** The engine's id; 0 while the engine does not know the query, which is then removed and idle. */
  #id = 0
  #evicted = false
  #run = 0
  #defaultOptions?: QueryOptions<TQueryFnData, TError, TData, TQueryKey>
  #initialState: QueryState<TData, TError>
  #revertState?: QueryState<TData, TError>
  #queryType?: 'infinite'
  #fetch?: Fetch<TData, TError>
  /** Counts the fetches. */
  #fetchCount = 0
  /** Whether the query function read the abort signal of the current fetch. */
  #signalUsed = false

  constructor(config: QueryConfig<TQueryFnData, TError, TData, TQueryKey>) {
    this.#client = config.client as InternalQueryClient
    this.#cache = this.#client.getQueryCache()
    this.#defaultOptions = config.defaultOptions
    this.queryKey = config.queryKey
    this.queryHash = config.queryHash
    this.#setOptions(config.options)
    this.#initialState = getDefaultState(this.options)
    this.state = config.state ?? this.#initialState
    this.#attach()
  }

  /** The cache's engine. It is replaced by `releaseMemory`, but only while no query has an id. */
  get #engine(): QueryEngine {
    return this.#cache.engine
  }

  get meta(): QueryMeta | undefined {
    return this.options.meta
  }

  get queryType(): 'infinite' | undefined {
    return this.#queryType
  }

  get promise(): Promise<TData> | undefined {
    return this.#fetch?.result
  }

  get resetState(): QueryState<TData, TError> {
    return this.#initialState
  }

  get id(): number {
    return this.#id || this.#attach()
  }

  setOptions(options?: QueryOptions<TQueryFnData, TError, TData, TQueryKey>): void {
    this.#setOptions(options)
    if (this.state.data !== undefined) return
    const initial = getDefaultState(this.options)
    if (initial.data === undefined) return
    this.setState({
      data: initial.data,
      dataUpdatedAt: initial.dataUpdatedAt,
      error: null,
      isInvalidated: false,
      status: 'success',
    })
    this.#initialState = initial
  }

  #setOptions(options?: QueryOptions<TQueryFnData, TError, TData, TQueryKey>): void {
    this.options = Object.assign({}, this.#defaultOptions, options) as typeof this.options
    if (options?._type) this.#queryType = options._type
    const { exports, machine } = this.#engine
    const gcTime = resolveGcTime(exports, this.options.gcTime)
    if (this.#id === 0) this.gcTime = Math.max(this.gcTime, gcTime)
    else if (gcTime !== this.gcTime) this.gcTime = exports.query_raise_gc_time(machine, this.#id, gcTime)
  }

  #attach(): number {
    const engine = this.#engine
    engine.writeState(this.state)
    this.#id = engine.exports.query_create(engine.machine, Date.now(), this.gcTime)
    engine.queries.set(this.#id, this)
    return this.#id
  }

  link(): void {
    this.#engine.link(this.id, this.queryKey)
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
    const manual = !!options?.manual
    const { exports, machine } = this.#engine
    exports.query_set_data(machine, now, this.id, options?.updatedAt ?? now, +manual)
    const { fetchFailureReason, fetchMeta } = this.state
    this.state = this.#engine.readState<TData, TError>(data, null, manual ? fetchFailureReason : null, fetchMeta)
    this.#revertState = manual ? this.state : undefined
    // A `structuralSharing` function may return `undefined`.
    if (data === undefined) this.#writeState()
    this.#dispatch({ type: 'success', data, dataUpdatedAt: options?.updatedAt, manual: options?.manual })
    return data
  }

  setState(state: Partial<QueryState<TData, TError>>): void {
    this.state = { ...this.state, ...state }
    this.#writeState()
    this.#dispatch({ type: 'setState', state })
  }

  /** Passes the state to the engine. */
  #writeState(): void {
    this.#engine.writeState(this.state)
    // The buffer is written before `this.id` is read: that may create the query in the engine, which writes the same state.
    const { exports, machine } = this.#engine
    if (exports.query_set_state(machine, Date.now(), this.id)) this.#revertState = this.state
  }

  /** Restores the state before a cancelled fetch. The engine decides which fields still hold. */
  #revert(): void {
    const { exports, machine } = this.#engine
    exports.query_revert(machine, Date.now(), this.id)
    const { data, error, fetchFailureReason, fetchMeta } = this.#revertState ?? this.state
    this.state = this.#engine.readState(data, error, fetchFailureReason, fetchMeta)
    this.#dispatch({ type: 'setState', state: this.state })
  }

  holdFetch(): void {
    const { exports, machine } = this.#engine
    if (!this.observers.length) exports.query_hold(machine, this.id)
  }

  cancel(options?: CancelOptions): Promise<void> {
    const promise = this.#fetch?.result
    this.#fetch?.cancel(options)
    // After a silent cancel the state stays as it was, `fetchStatus` too: the engine has set it to idle and gets it back.
    if (promise && options?.silent && !options.revert) this.#writeState()
    return promise ? promise.then(noop, noop) : Promise.resolve()
  }

  destroy(): void {
    this.#fetch?.cancel({ silent: true })
  }

  reset(): void {
    this.destroy()
    this.setState(this.resetState)
  }

  #syncObservers(trigger?: RefetchTrigger): void {
    for (const observer of this.observers) observer.sync(trigger)
  }

  isActive(): boolean {
    if (!this.observers.length) return false
    this.#syncObservers()
    return this.#engine.exports.query_is_active(this.#engine.machine, this.id) !== 0
  }

  isDisabled(): boolean {
    if (this.getObserversCount() > 0) return !this.isActive()
    return this.options.queryFn === skipToken || !this.isFetched()
  }

  isFetched(): boolean {
    return this.state.dataUpdateCount + this.state.errorUpdateCount > 0
  }

  isStatic(): boolean {
    if (!this.observers.length) return false
    this.#syncObservers()
    return this.#engine.exports.query_is_static(this.#engine.machine, this.id) !== 0
  }

  isStale(): boolean {
    if (this.getObserversCount() > 0) {
      return this.observers.some((observer) => observer.getCurrentResult().isStale)
    }
    return this.state.data === undefined || this.state.isInvalidated
  }

  isStaleByTime(staleTime: StaleTime = 0): boolean {
    const { exports, machine } = this.#engine
    return exports.query_is_stale(machine, Date.now(), this.id, OBSERVER_ENABLED, staleTimeCode(staleTime)) !== 0
  }

  onFocus(): void {
    this.#trigger(TRIGGER_FOCUS)
  }

  onOnline(): void {
    this.#trigger(TRIGGER_RECONNECT)
  }

  #trigger(trigger: typeof TRIGGER_FOCUS | typeof TRIGGER_RECONNECT): void {
    if (this.observers.length) {
      this.#syncObservers(trigger === TRIGGER_RECONNECT ? 'refetchOnReconnect' : 'refetchOnWindowFocus')
      const { exports, machine } = this.#engine
      const observer = exports.query_triggered_observer(machine, Date.now(), this.id, trigger)
      this.#engine.observers.get(observer)?.refetch({ cancelRefetch: false })
    }
    this.#fetch?.continue()
  }

  addObserver(observer: AnyObserver): void {
    if (this.observers.includes(observer)) return
    this.observers.push(observer)
    observer.attach(this.#engine, this.id)
    this.#cache.trackOrphan(this, observer)
    this.#cache.notify({ type: 'observerAdded', query: this, observer })
  }

  removeObserver(observer: AnyObserver): void {
    const index = this.observers.indexOf(observer)
    if (index === -1) return
    this.observers.splice(index, 1)
    // The engine returns whether nobody else needs the fetch and its function can be aborted.
    if (observer.detach(this.#engine)) this.#fetch?.cancel({ revert: true })
    this.#cache.trackOrphan(this, observer)
    this.#cache.notify({ type: 'observerRemoved', query: this, observer })
    this.#engine.evict(this.#id)
  }

  getObserversCount(): number {
    return this.observers.length
  }

  invalidate(): void {
    this.#engine.exports.query_invalidate(this.#engine.machine, Date.now(), this.id)
    if (!this.state.isInvalidated) this.#applyState({ type: 'invalidate' })
  }

  async fetch(
    options?: QueryOptions<TQueryFnData, TError, TData, TQueryKey>,
    fetchOptions?: FetchOptions<TQueryFnData>,
  ): Promise<TData> {
    const { exports, machine } = this.#engine
    const intent = exports.query_intent(machine, this.id, fetchOptions?.cancelRefetch ? 1 : 0)
    if (intent === INTENT_JOIN && this.#fetch) return this.#fetch.promise
    if (intent === INTENT_REPLACE) this.destroy()

    // Each fetch must read its own signal to be abortable. Only one that starts paused, without a call yet, inherits the flag.
    const signalUsedBefore = this.#signalUsed
    this.#signalUsed = false
    const fetchNumber = ++this.#fetchCount
    const signal = new FetchSignal(() => {
      if (fetchNumber !== this.#fetchCount) return
      this.#signalUsed = true
      exports.query_set_abortable(machine, this.#id, 1)
    })
    const createContext = () =>
      createFetchContext<TQueryFnData, TError, TData, TQueryKey>(this, this.#client, signal, fetchOptions, () => {
        this.#signalUsed = false
        exports.query_set_abortable(machine, this.#id, 0)
      })
    const prepare = () => {
      if (options) this.setOptions(options)
      if (!this.options.queryFn) {
        // Hydration and `setQueryData` create queries without a `queryFn`; an observer may have one.
        const observer = this.observers.find((observer) => observer.options.queryFn)
        if (observer) this.setOptions(observer.options)
      }
      const context = createContext()
      const behavior =
        this.#queryType === 'infinite'
          ? infiniteQueryBehavior((this.options as { pages?: number }).pages)
          : this.options.behavior
      ;(behavior as QueryBehavior<any, any, any, any> | undefined)?.onFetch(context, this as unknown as Types.Query)
      return context
    }
    let context: ReturnType<typeof createContext>
    try {
      context = prepare()
    } catch (error) {
      // An option that throws fails the fetch.
      context = createContext()
      context.options = { ...context.options, retry: 0 }
      context.fetchFn = () => Promise.reject(error)
    }
    if (!Array.isArray(this.options.queryKey)) {
      warnInDevelopment(() => {
        if (process.env.NODE_ENV !== 'production') {
          console.error(
            'As of v4, queryKey needs to be an Array. ' +
              "If you are using a string like 'repoData', please change it to an Array, e.g. ['repoData']",
          )
        }
      })
    }

    this.#revertState = this.state
    const { retry, retryDelay, retryJitter, networkMode, timeout } = context.options
    const meta = fetchOptions?.meta
    // `fetchNextPage` adds a page and does not refetch the others.
    const isPartial = meta?.fetchMore && (this.state.data as { pages?: unknown[] } | undefined)?.pages?.length
    const run = exports.query_begin(
      machine,
      Date.now(),
      this.id,
      hostFlags(),
      retryCode(exports, retry),
      retryDelayCode(retryDelay),
      networkModeCode(networkMode) | (isPartial ? RUN_PARTIAL : 0),
      retryJitterCode(retryJitter),
      timeoutCode(timeout),
    )
    this.#run = run
    const paused = this.#engine.state[STATE_FETCH_STATUS] === FETCH_STATUS_PAUSED
    if (this.state.fetchStatus === 'idle' || this.state.fetchMeta !== meta) this.#applyState({ type: 'fetch', meta })

    const fetch = (this.#fetch = new Fetch<TData, TError>({
      query: this,
      engine: this.#engine,
      config: this.#cache.config,
      context,
      signal,
      run,
      call: () => {
        // An infinite query function stays abortable from page to page.
        if (this.#signalUsed) exports.query_set_abortable(machine, this.#id, 1)
        return context.fetchFn() as TData
      },
      update: (action) => this.#applyState(action),
      revert: () => this.#revert(),
      successor: (fetch) => (this.#fetch === fetch ? undefined : this.#fetch),
      ended: (fetch) => {
        if (this.#fetch === fetch) this.#fetch = undefined
      },
    }))
    if (paused) {
      if (signalUsedBefore || this.#signalUsed) exports.query_set_abortable(machine, this.#id, 1)
      // A listener of the 'fetch' action may have overwritten the buffer.
      exports.query_read(machine, this.id)
      this.#applyState({ type: 'pause' })
    } else {
      fetch.attempt()
    }
    return fetch.promise
  }

  onFetchEffect(run: number, effect: 'attempt' | 'pause' | 'giveUp' | 'timeOut'): void {
    if (run !== this.#run) return
    if (effect === 'attempt') this.#fetch?.attempt()
    else if (effect === 'giveUp') this.#fetch?.giveUp()
    else if (effect === 'timeOut') this.#fetch?.timeOut()
    else this.#applyState({ type: 'pause' })
  }

  onEngineFailed(): void {
    this.#fetch?.onEngineFailed()
  }

  /** Takes over the state that the engine has just written into its buffer, and notifies. */
  #applyState(action: QueryAction<TData, TError>): void {
    let { data, error, fetchFailureReason, fetchMeta } = this.state
    switch (action.type) {
      case 'fetch':
        if (data === undefined) error = null
        fetchFailureReason = null
        fetchMeta = action.meta ?? null
        break
      case 'failed':
        fetchFailureReason = action.error
        break
      case 'error':
        error = fetchFailureReason = action.error
    }
    this.state = this.#engine.readState(data, error, fetchFailureReason, fetchMeta)
    this.#dispatch(action)
  }

  #dispatch(action: QueryAction<TData, TError>): void {
    this.#engine.rearm()
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

export type Query<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
> = Types.Query<TQueryFnData, TError, TData, TQueryKey>
