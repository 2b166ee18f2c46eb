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
import { advise } from './advise.js'
import { gcTimeOf } from './gcTime.js'
import { Fetch } from './fetch.js'
import { fetchContext } from './fetchContext.js'
import { FetchSignal } from './fetchSignal.js'
import { host } from './host.js'
import { infiniteQueryBehavior } from './infiniteQueryBehavior.js'
import { initialState } from './queryState.js'
import { notifyManager } from './notifyManager.js'
import { delayCode, jitterCode, modeCode, retryCode, timeoutCode } from './retryer.js'
import { replaceData, type Shared } from './sharing.js'
import { staleTimeCode, type Occasion } from './terms.js'
import { noop, skipToken } from './utils.js'
import type { BodyBytes } from './stats.js'
import type { QueryEngine } from './engine.js'
import type { QueryCache } from './queryCache.js'
import type { QueryClient } from './queryClient.js'
import type { QueryObserver } from './queryObserver.js'
import type { Action, FetchOptions, QueryBehavior, QueryState } from './queryState.js'
import type {
  CancelOptions,
  DefaultError,
  QueryKey,
  QueryMeta,
  QueryOptions,
  SetDataOptions,
  StaleTime,
} from './types.js'

export type * from './queryState.js'

interface QueryConfig<TQueryFnData, TError, TData, TQueryKey extends QueryKey> {
  client: QueryClient
  queryKey: TQueryKey
  queryHash: string
  options?: QueryOptions<TQueryFnData, TError, TData, TQueryKey>
  defaultOptions?: QueryOptions<TQueryFnData, TError, TData, TQueryKey>
  state?: QueryState<TData, TError>
}

let sequence = 0

/** One query of the cache: its values, its promises and its observers. What to do about them the engine says. */
export class Query<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
> {
  queryKey: TQueryKey
  queryHash: string
  options!: QueryOptions<TQueryFnData, TError, TData, TQueryKey>
  state: QueryState<TData, TError>
  observers: QueryObserver<any, any, any, any, any>[] = []
  /** How long it is kept when nobody looks at it, in ms. */
  gcTime = 0
  /** @internal How long the body was that the data on its way was made of, in bytes. */
  bodyBytes?: number
  /** What the data on its way has in it already. */
  #shared?: Shared
  /** @internal Queries are listed in the order in which they were made. */
  readonly sequence = ++sequence
  #client: QueryClient
  #cache: QueryCache
  /** The engine's id; 0 where it has none, since the query is out of the cache and at rest. */
  #id = 0
  #evicted = false
  #run = 0
  #defaultOptions?: QueryOptions<TQueryFnData, TError, TData, TQueryKey>
  #initialState: QueryState<TData, TError>
  #revertState?: QueryState<TData, TError>
  #queryType?: 'infinite'
  #fetch?: Fetch<TData, TError>
  /** How many fetches began. */
  #begun = 0
  /** Whether the function looked at the abort signal of the last. */
  #signalUsed = false

  constructor(config: QueryConfig<TQueryFnData, TError, TData, TQueryKey>) {
    this.#client = config.client
    this.#cache = config.client.getQueryCache()
    this.#defaultOptions = config.defaultOptions
    this.queryKey = config.queryKey
    this.queryHash = config.queryHash
    this.#setOptions(config.options)
    this.#initialState = initialState(this.options)
    this.state = config.state ?? this.#initialState
    this.#attach()
  }

  /** Another one where the cache has given its memory back; then no query had an id. */
  get #engine(): QueryEngine {
    return this.#cache.engine
  }

  get meta(): QueryMeta | undefined {
    return this.options.meta
  }

  /** `'infinite'` for an infinite query. */
  get queryType(): 'infinite' | undefined {
    return this.#queryType
  }

  /** The fetch on its way. */
  get promise(): Promise<TData> | undefined {
    return this.#fetch?.answer
  }

  /** What it began with. */
  get resetState(): QueryState<TData, TError> {
    return this.#initialState
  }

  /** @internal The engine's id, made anew where a query that was removed is used again. */
  get id(): number {
    return this.#id || this.#attach()
  }

  /** New options, over the defaults of its key; initial data counts where there is no data yet. */
  setOptions(options?: QueryOptions<TQueryFnData, TError, TData, TQueryKey>): void {
    this.#setOptions(options)
    if (this.state.data !== undefined) return
    const initial = initialState(this.options)
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
    const gcTime = gcTimeOf(exports, this.options.gcTime)
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

  /** @internal The cache lets it be found. */
  link(): void {
    this.#engine.link(this.id, this.queryKey)
    this.#weigh()
  }

  /** @internal The cache has let go of it. */
  unlink(): void {
    if (this.#id !== 0 && this.#engine.remove(this.#id)) this.#id = 0
  }

  /** @internal There is too much in the cache, and nobody needs this. */
  evict(): void {
    this.#evicted = true
    this.#cache.remove(this)
  }

  /** @internal Someone begins to look at it after all: it comes back. Whether another has its place instead. */
  readmit(): boolean {
    if (this.#evicted) this.#cache.add(this)
    const known = this.#cache.get(this.queryHash) as unknown
    this.#evicted &&= known !== this
    return known !== undefined && known !== this
  }

  #weigh(): void {
    this.#engine.weigh(this.id, this.state.data, this.bodyBytes)
    this.bodyBytes = undefined
  }

  /** @internal Nobody needed it for its gc time. */
  onCollected(): void {
    this.#id = 0
    this.optionalRemove()
  }

  protected optionalRemove(): void {
    if (!this.observers.length && this.state.fetchStatus === 'idle') this.#cache.remove(this)
  }

  /** @internal The data on its way, or a page of it, has in it all that is the same in `before`. */
  alreadyShared(before: unknown, data: unknown): void {
    ;(this.#shared ??= new Map()).set(data, before)
  }

  /** @internal A fetch took in these bytes. */
  countBytes(bytes: BodyBytes): void {
    this.#engine.countBytes(bytes)
  }

  /** Stores data. */
  setData(newData: TData, options?: SetDataOptions & { manual: boolean }): TData {
    const data = replaceData(this.state.data, newData, this.options, this.#shared)
    this.#shared = undefined
    const now = Date.now()
    const manual = !!options?.manual
    const { exports, machine } = this.#engine
    exports.query_set_data(machine, now, this.id, options?.updatedAt ?? now, +manual)
    const { fetchFailureReason, fetchMeta } = this.state
    this.state = this.#engine.readState<TData, TError>(data, null, manual ? fetchFailureReason : null, fetchMeta)
    this.#revertState = manual ? this.state : undefined
    // Structural sharing of one's own may leave nothing.
    if (data === undefined) this.#writeBack()
    this.#dispatch({ type: 'success', data, dataUpdatedAt: options?.updatedAt, manual: options?.manual })
    return data
  }

  /** Overwrites parts of the state. */
  setState(state: Partial<QueryState<TData, TError>>): void {
    this.state = { ...this.state, ...state }
    this.#writeBack()
    this.#dispatch({ type: 'setState', state })
  }

  /** Lets the engine know the state. */
  #writeBack(): void {
    this.#engine.writeState(this.state)
    // The buffer is written before the id is asked for, which may write it too: with the same state.
    const { exports, machine } = this.#engine
    if (exports.query_set_state(machine, Date.now(), this.id)) this.#revertState = this.state
  }

  /** Back to the state before the fetch that was cancelled; what of it still holds the engine says. */
  #revert(): void {
    const { exports, machine } = this.#engine
    exports.query_revert(machine, Date.now(), this.id)
    const { data, error, fetchFailureReason, fetchMeta } = this.#revertState ?? this.state
    this.state = this.#engine.readState(data, error, fetchFailureReason, fetchMeta)
    this.#dispatch({ type: 'setState', state: this.state })
  }

  /** @internal Someone waits for the fetch on its way, and looks at nothing. Where someone looks already, it is his. */
  hold(): void {
    const { exports, machine } = this.#engine
    if (!this.observers.length) exports.query_hold(machine, this.id)
  }

  /** Ends the fetch on its way; the promise resolves when it has ended. */
  cancel(options?: CancelOptions): Promise<void> {
    const promise = this.#fetch?.answer
    this.#fetch?.cancel(options)
    // The state goes on to say what it said before.
    if (promise && options?.silent && !options.revert) this.#writeBack()
    return promise ? promise.then(noop, noop) : Promise.resolve()
  }

  /** Ends the fetch on its way, and nobody hears of it. */
  destroy(): void {
    this.#fetch?.cancel({ silent: true })
  }

  /** Back to what it began with. */
  reset(): void {
    this.destroy()
    this.setState(this.resetState)
  }

  #sync(occasion?: Occasion): void {
    for (const observer of this.observers) observer.sync(occasion)
  }

  /** Whether some observer is enabled. */
  isActive(): boolean {
    if (!this.observers.length) return false
    this.#sync()
    return this.#engine.exports.query_is_active(this.#engine.machine, this.id) !== 0
  }

  /** Whether it is not fetched of its own accord. */
  isDisabled(): boolean {
    if (this.getObserversCount() > 0) return !this.isActive()
    return this.options.queryFn === skipToken || !this.isFetched()
  }

  /** Whether data was set, or a fetch failed. */
  isFetched(): boolean {
    return this.state.dataUpdateCount + this.state.errorUpdateCount > 0
  }

  /** Whether to some observer the data never turns stale. */
  isStatic(): boolean {
    if (!this.observers.length) return false
    this.#sync()
    return this.#engine.exports.query_is_static(this.#engine.machine, this.id) !== 0
  }

  /** Whether the data is stale to some observer, or, where there is none, missing or invalidated. */
  isStale(): boolean {
    if (this.getObserversCount() > 0) {
      return this.observers.some((observer) => observer.getCurrentResult().isStale)
    }
    return this.state.data === undefined || this.state.isInvalidated
  }

  /** Whether the data is older than this, or invalidated. */
  isStaleByTime(staleTime: StaleTime = 0): boolean {
    const { exports, machine } = this.#engine
    return exports.query_is_stale(machine, Date.now(), this.id, OBSERVER_ENABLED, staleTimeCode(staleTime)) !== 0
  }

  /** The page came to the front. */
  onFocus(): void {
    this.#occasion(TRIGGER_FOCUS)
  }

  /** The network came back. */
  onOnline(): void {
    this.#occasion(TRIGGER_RECONNECT)
  }

  #occasion(trigger: typeof TRIGGER_FOCUS | typeof TRIGGER_RECONNECT): void {
    if (this.observers.length) {
      this.#sync(trigger === TRIGGER_RECONNECT ? 'refetchOnReconnect' : 'refetchOnWindowFocus')
      const { exports, machine } = this.#engine
      const observer = exports.query_triggered_observer(machine, Date.now(), this.id, trigger)
      this.#engine.observers.get(observer)?.refetch({ cancelRefetch: false })
    }
    this.#fetch?.continue()
  }

  /** Someone begins to look at it. */
  addObserver(observer: QueryObserver<any, any, any, any, any>): void {
    if (this.observers.includes(observer)) return
    this.observers.push(observer)
    observer.attachTo(this.#engine, this.id)
    this.#cache.track(this, observer)
    this.#cache.notify({ type: 'observerAdded', query: this, observer })
  }

  /** Someone looks no more. */
  removeObserver(observer: QueryObserver<any, any, any, any, any>): void {
    const index = this.observers.indexOf(observer)
    if (index === -1) return
    this.observers.splice(index, 1)
    // The engine finds that nobody waits for the fetch any more, and that stopping it saves work.
    if (observer.detachFrom(this.#engine)) this.#fetch?.cancel({ revert: true })
    this.#cache.track(this, observer)
    this.#cache.notify({ type: 'observerRemoved', query: this, observer })
    this.#engine.evict(this.#id)
  }

  getObserversCount(): number {
    return this.observers.length
  }

  /** The data counts as stale from now on, until a fetch that begins after this succeeds. */
  invalidate(): void {
    this.#engine.exports.query_invalidate(this.#engine.machine, Date.now(), this.id)
    if (!this.state.isInvalidated) this.#update({ type: 'invalidate' })
  }

  /** Fetches, or joins the fetch on its way. */
  async fetch(
    options?: QueryOptions<TQueryFnData, TError, TData, TQueryKey>,
    fetchOptions?: FetchOptions<TQueryFnData>,
  ): Promise<TData> {
    const { exports, machine } = this.#engine
    const intent = exports.query_intent(machine, this.id, fetchOptions?.cancelRefetch ? 1 : 0)
    if (intent === INTENT_JOIN && this.#fetch) return this.#fetch.promise
    if (intent === INTENT_REPLACE) this.destroy()

    // That an earlier fetch could be stopped says nothing of this one, unless it waits and has called nobody yet.
    const usedBefore = this.#signalUsed
    this.#signalUsed = false
    const begun = ++this.#begun
    const signal = new FetchSignal(() => {
      if (begun !== this.#begun) return
      this.#signalUsed = true
      exports.query_set_abortable(machine, this.#id, 1)
    })
    const contextOf = () =>
      fetchContext<TQueryFnData, TError, TData, TQueryKey>(this, this.#client, signal, fetchOptions, () => {
        this.#signalUsed = false
        exports.query_set_abortable(machine, this.#id, 0)
      })
    const prepare = () => {
      if (options) this.setOptions(options)
      if (!this.options.queryFn) {
        // Made by hydration or by setting data: then an observer knows how to fetch it.
        const observer = this.observers.find((observer) => observer.options.queryFn)
        if (observer) this.setOptions(observer.options)
      }
      const context = contextOf()
      const behavior =
        this.#queryType === 'infinite'
          ? infiniteQueryBehavior((this.options as { pages?: number }).pages)
          : this.options.behavior
      ;(behavior as QueryBehavior<any, any, any, any> | undefined)?.onFetch(context, this as unknown as Query)
      return context
    }
    let context: ReturnType<typeof contextOf>
    try {
      context = prepare()
    } catch (error) {
      // What an option throws is how the fetch fails.
      context = contextOf()
      context.options = { ...context.options, retry: 0 }
      context.fetchFn = () => Promise.reject(error)
    }
    if (!Array.isArray(this.options.queryKey)) {
      advise(() => {
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
    // One more page: those that are there are not fetched.
    const isPartial = meta?.fetchMore && (this.state.data as { pages?: unknown[] } | undefined)?.pages?.length
    const run = exports.query_begin(
      machine,
      Date.now(),
      this.id,
      host(),
      retryCode(exports, retry),
      delayCode(retryDelay),
      modeCode(networkMode) | (isPartial ? RUN_PARTIAL : 0),
      jitterCode(retryJitter),
      timeoutCode(timeout),
    )
    this.#run = run
    const paused = this.#engine.state[STATE_FETCH_STATUS] === FETCH_STATUS_PAUSED
    if (this.state.fetchStatus === 'idle' || this.state.fetchMeta !== meta) this.#update({ type: 'fetch', meta })

    const fetch = (this.#fetch = new Fetch<TData, TError>({
      query: this,
      engine: this.#engine,
      config: this.#cache.config,
      context,
      signal,
      run,
      call: () => {
        // What grows page by page stays one that can be stopped.
        if (this.#signalUsed) exports.query_set_abortable(machine, this.#id, 1)
        return context.fetchFn() as TData
      },
      update: (action) => this.#update(action),
      revert: () => this.#revert(),
      successor: (fetch) => (this.#fetch === fetch ? undefined : this.#fetch),
      ended: (fetch) => {
        if (this.#fetch === fetch) this.#fetch = undefined
      },
    }))
    if (paused) {
      if (usedBefore || this.#signalUsed) exports.query_set_abortable(machine, this.#id, 1)
      // Listeners of the fetch may have used the buffer since.
      exports.query_read(machine, this.id)
      this.#update({ type: 'pause' })
    } else {
      fetch.attempt()
    }
    return fetch.promise
  }

  /** @internal The engine decided about the fetch on its way. */
  onRun(run: number, what: 'attempt' | 'pause' | 'giveUp' | 'timeOut'): void {
    if (run !== this.#run) return
    if (what === 'attempt') this.#fetch?.attempt()
    else if (what === 'giveUp') this.#fetch?.giveUp()
    else if (what === 'timeOut') this.#fetch?.timeOut()
    else this.#update({ type: 'pause' })
  }

  /** @internal The engine is no more: a fetch that waits for its word fails. */
  onBroke(): void {
    this.#fetch?.onBroke()
  }

  /** The engine has the new state in its buffer: takes it over, and tells. */
  #update(action: Action<TData, TError>): void {
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

  #dispatch(action: Action<TData, TError>): void {
    this.#engine.rearm()
    if (action.type === 'success' || action.type === 'setState') {
      this.#weigh()
      this.#engine.evict(this.#id)
    }
    // Where nobody looks there is nothing to batch.
    if (!this.observers.length) return this.#cache.notify({ query: this, type: 'updated', action })
    notifyManager.batch(() => {
      // A listener may unsubscribe, or subscribe another.
      for (const observer of this.observers.slice()) observer.onQueryUpdate()
      this.#cache.notify({ query: this, type: 'updated', action })
    })
  }
}
