import {
  ANSWER_FETCHES,
  ANSWER_IS_STALE,
  NOTE_READ,
  TRIGGER_FOCUS,
  TRIGGER_MASK,
  TRIGGER_MOUNT,
  TRIGGER_OPTIONS,
  TRIGGER_RECONNECT,
} from '../boundary/query.js'
import { DETACHED_CANCEL_FETCH, query_ask, query_attach, query_detach, query_set_options } from '../rules/query.js'
import { networkModeCode } from './retryer.js'
import { notifyManager } from './notifyManager.js'
import { onlineManager } from './onlineManager.js'
import { replaceData, shallowEqualObjects } from './structuralSharing.js'
import { Subscribable } from './subscribable.js'
import { engineOptions, readOptions, type EngineOptions } from './observerOptions.js'
import { noop, resolveQueryValue } from './utils.js'
import { isWatched } from './notifyOnChange.js'
import type { InternalQuery, InternalQueryCache, InternalQueryClient } from './internal.js'
import type * as Types from './types.js'
import type {
  DefaultError,
  DefaultedQueryObserverOptions,
  FetchOptions,
  PlaceholderDataFunction,
  Query,
  QueryClient,
  QueryKey,
  QueryObserverBaseResult,
  QueryObserverOptions,
  QueryObserverResult,
  QueryState,
  RefetchOptions,
} from './types.js'

interface ObserverFetchOptions extends FetchOptions {
  throwOnError?: boolean
}

/** The engine's options of an observer that does nothing. */
const NOTHING = /* @__PURE__ */ engineOptions(false, 0)

// Public members are documented in `types/classes.ts`, those for this folder in `internal.ts`.
/** Observes one query under its own options and notifies its listeners of changes. */
export class QueryObserverBase<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
>
  extends Subscribable<(result: QueryObserverResult<TData, TError>) => void>
  implements Types.QueryObserver<TQueryFnData, TError, TData, TQueryData, TQueryKey>
{
  options: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>
  #client: InternalQueryClient
  #cache: InternalQueryCache
  #query: InternalQuery<TQueryFnData, TError, TQueryData, TQueryKey> = undefined!
  /** The query's state when the observer began to observe it. */
  #stateBefore: QueryState<TQueryData, TError> = undefined!
  #result: QueryObserverResult<TData, TError> = undefined!
  /** The options that the result comes from. */
  #resultOptions?: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>
  /** The state that the result comes from, if the result is what `updateResult` makes of it. */
  #computedFrom?: QueryState<TQueryData, TError>
  #selectError?: { error: unknown }
  #selectFn?: (data: TQueryData) => TData
  /** What `select` was called with: optimistic results are of other queries too. */
  #selectInput?: unknown
  #selected?: TData
  #lastQueryWithData?: InternalQuery<TQueryFnData, TError, TQueryData, TQueryKey>
  #trackedProps?: Set<keyof QueryObserverResult>
  /** @internal */
  optionFailure?: { error: unknown }
  #lastOptionError?: { about: unknown; error: unknown }
  /** The engine's id while the observer has listeners, and the options that the engine has. */
  #id = 0
  #engineOptions: EngineOptions = NOTHING
  /** The options as the engine has them, if none is a function. */
  #constantOptions?: EngineOptions

  constructor(client: QueryClient, options: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>) {
    super()
    this.#client = client as InternalQueryClient
    this.#cache = this.#client.getQueryCache()
    this.options = options
    this.bindMethods()
    this.setOptions(options)
  }

  protected bindMethods(): void {
    this.refetch = this.refetch.bind(this)
  }

  protected override onSubscribe(): void {
    if (this.listeners.size !== 1) return
    // A cache with limits may have evicted the query since the observer was created.
    if (this.#query.readmit()) this.#updateQuery()
    this.#query.addObserver(this)
    this.#catchOptionErrors(() => {
      const answer = this.#ask(TRIGGER_MOUNT | NOTE_READ)
      if (answer & ANSWER_FETCHES) void this.#executeFetch()
      else if (!this.#isCurrent((answer & ANSWER_IS_STALE) !== 0)) this.updateResult()
    })
    this.syncOptions()
  }

  protected override onUnsubscribe(): void {
    if (!this.hasListeners()) this.destroy()
  }

  shouldFetchOnReconnect(): boolean {
    return (this.#ask(TRIGGER_RECONNECT) & ANSWER_FETCHES) !== 0
  }

  shouldFetchOnWindowFocus(): boolean {
    return (this.#ask(TRIGGER_FOCUS) & ANSWER_FETCHES) !== 0
  }

  destroy(): void {
    this.listeners = new Set()
    this.#query.removeObserver(this)
  }

  setOptions(options: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>): void {
    const before = this.options
    const queryBefore = this.#query
    this.options = this.#client.defaultQueryOptions(options)
    this.#constantOptions = undefined

    const { enabled } = this.options
    if (enabled !== undefined && typeof enabled !== 'boolean' && typeof enabled !== 'function') {
      throw new Error('Expected enabled to be a boolean or a callback that returns a boolean')
    }

    this.#updateQuery()
    this.#query.setOptions(this.options)
    if (before._defaulted && !shallowEqualObjects(before, this.options)) {
      this.#cache.notify({ type: 'observerOptionsUpdated', query: this.#query as any, observer: this })
    }

    if (!this.hasListeners()) {
      // A `refetchInterval` that throws does so here, not when the observer mounts.
      resolveQueryValue(this.options.refetchInterval, this.#query)
    } else {
      const fetches = this.#fetchesOnChange(this.#query, queryBefore, this.options, before, NOTE_READ)
      // Before the fetch, whose function may ask whether the query is active.
      this.#sync()
      if (fetches) void this.#executeFetch()
    }
    this.updateResult()
  }

  getOptimisticResult(
    options: DefaultedQueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>,
  ): QueryObserverResult<TData, TError> {
    const query = this.#cache.build(this.#client, options)
    // The caller renders this result and may subscribe later: the query must not be evicted meanwhile.
    this.#cache.engine.expectObserver(query.id)
    const result = this.createResult(query, options)
    // The next result is compared and shared with the one that was rendered.
    if (!shallowEqualObjects(this.getCurrentResult(), result)) {
      this.#result = result
      this.#resultOptions = options
      this.#computedFrom = undefined
    }
    return result
  }

  getCurrentResult(): QueryObserverResult<TData, TError> {
    return this.#result
  }

  trackResult(
    result: QueryObserverResult<TData, TError>,
    onPropTracked?: (key: keyof QueryObserverResult) => void,
  ): QueryObserverResult<TData, TError> {
    return new Proxy(result, {
      get: (target, key: keyof QueryObserverResult) => {
        this.trackProp(key)
        onPropTracked?.(key)
        return target[key]
      },
    })
  }

  trackProp(key: keyof QueryObserverResult): void {
    ;(this.#trackedProps ??= new Set()).add(key)
  }

  getCurrentQuery(): Query<TQueryFnData, TError, TQueryData, TQueryKey> {
    return this.#query
  }

  refetch({ ...options }: RefetchOptions = {}): Promise<QueryObserverResult<TData, TError>> {
    return this.fetch(options)
  }

  fetchOptimistic(
    options: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>,
  ): Promise<QueryObserverResult<TData, TError>> {
    const defaulted = this.#client.defaultQueryOptions(options)
    const query = this.#cache.build(this.#client, defaulted)
    // A streamed query has data before its fetch ends.
    return new Promise((resolve, reject) => {
      const show = () => {
        try {
          resolve(this.createResult(query, defaulted))
        } catch (error) {
          reject(error)
        }
      }
      const leave = this.#cache.subscribe((event) => {
        if (event.type === 'updated' && event.query.queryHash === query.queryHash && query.state.data !== undefined) {
          leave()
          show()
        }
      })
      query.fetch(defaulted).then(show, reject).finally(leave)
      query.holdFetch()
    })
  }

  protected fetch(options: ObserverFetchOptions): Promise<QueryObserverResult<TData, TError>> {
    return this.#executeFetch({ ...options, cancelRefetch: options.cancelRefetch ?? true }).then(() => {
      this.#catchOptionErrors(() => this.updateResult())
      return this.#result
    })
  }

  #executeFetch(options?: Omit<ObserverFetchOptions, 'initialPromise'>): Promise<TQueryData | undefined> {
    let promise: Promise<TQueryData | undefined>
    try {
      // The query may have been removed and replaced.
      this.#updateQuery()
      promise = this.#query.fetch(this.options as any, options)
    } catch (error) {
      this.#showOptionError(error)
      promise = Promise.reject(error)
    }
    return options?.throwOnError ? promise : promise.catch(noop)
  }

  #read(
    query: InternalQuery<TQueryFnData, TError, TQueryData, TQueryKey>,
    options: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>,
    trigger?: number,
  ): EngineOptions {
    const known = options === this.options
    if (known && this.#constantOptions) return this.#constantOptions
    const read = readOptions(options, query, trigger)
    if (known && !read.hasFunctions$) this.#constantOptions = read
    return read
  }

  /** Asks the engine what one of `TRIGGER_*` does to an observer with these options. */
  #ask(trigger: number, query = this.#query, options = this.options): number {
    const read = this.#read(query, options, trigger & TRIGGER_MASK)
    return this.#cache.engine.applyRule(query_ask, Date.now(), query.id, trigger, read)
  }

  /** With `NOTE_READ`, another query counts as read. */
  #fetchesOnChange(
    query: InternalQuery<TQueryFnData, TError, TQueryData, TQueryKey>,
    queryBefore: InternalQuery<TQueryFnData, TError, TQueryData, TQueryKey>,
    options: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>,
    before: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>,
    note: number,
  ): boolean {
    const { state } = query
    // What rendering made in place of a removed query nobody has fetched: it counts as another one.
    const switched = query !== queryBefore || (state.data === undefined && state === query.resetState)
    if (!switched && resolveQueryValue(before.enabled, query) !== false) return false
    return (this.#ask(TRIGGER_OPTIONS | (switched ? note : 0), query, options) & ANSWER_FETCHES) !== 0
  }

  /** The result for `query` under `options`. Subclasses add their fields. */
  protected createResult(
    query: Query<TQueryFnData, TError, TQueryData, TQueryKey>,
    options: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>,
  ): QueryObserverResult<TData, TError> {
    return this.#createResult(query as InternalQuery<TQueryFnData, TError, TQueryData, TQueryKey>, options)
  }

  /** Shows what an option threw, unless the query has an error. */
  #createResult(
    query: InternalQuery<TQueryFnData, TError, TQueryData, TQueryKey>,
    options: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>,
    thrown?: { error: unknown },
  ): QueryObserverResult<TData, TError> {
    const resultBefore = this.#result as QueryObserverResult<TData, TError> | undefined
    const stateBefore = query !== this.#query ? query.state : this.#stateBefore
    const { state } = query
    let error: TError | null = state.error
    let { status, fetchStatus, errorUpdatedAt, fetchFailureCount, fetchFailureReason } = state
    let isPlaceholderData = false
    let select = options.select

    if (options._optimisticResults) {
      const fetches = this.hasListeners()
        ? this.#fetchesOnChange(query, this.#query, options, this.options, 0)
        : this.#ask(TRIGGER_MOUNT, query, options) & ANSWER_FETCHES
      if (fetches) {
        // The optimistic result already shows the fetch that is about to start.
        fetchStatus = networkModeCode(query.options.networkMode) || onlineManager.isOnline() ? 'fetching' : 'paused'
        fetchFailureCount = 0
        fetchFailureReason = null
        if (state.data === undefined) {
          error = null
          status = 'pending'
        }
      }
      if (options._optimisticResults === 'isRestoring') fetchStatus = 'idle'
    }

    let data = state.data as unknown as TData | undefined
    const { placeholderData } = options
    if (placeholderData !== undefined && data === undefined && status === 'pending') {
      let placeholder: unknown = placeholderData
      const isShown = resultBefore?.isPlaceholderData && Object.is(placeholderData, this.#resultOptions?.placeholderData)
      if (isShown) {
        // The placeholder went through `select` when it was first shown.
        placeholder = resultBefore.data
        select = undefined
      } else if (typeof placeholderData === 'function') {
        placeholder = (placeholderData as unknown as PlaceholderDataFunction<TQueryData>)(
          this.#lastQueryWithData?.state.data,
          this.#lastQueryWithData as any,
        )
      }
      // `select` may have made `undefined` of it.
      if (isShown || placeholder !== undefined) {
        status = 'success'
        data = replaceData(select ? this.#selectInput : resultBefore?.data, placeholder, options as any) as TData
        isPlaceholderData = true
      }
    }

    if (select && data !== undefined) {
      if (select === this.#selectFn && Object.is(data, this.#selectInput)) {
        data = this.#selected
      } else {
        try {
          this.#selectFn = select
          this.#selectInput = data
          data = replaceData<TData>(resultBefore?.data, select(data as unknown as TQueryData), options as any)
          this.#selected = data
          this.#selectError = undefined
        } catch (error) {
          this.#selectError = { error }
        }
      }
    } else if (data === undefined) {
      // An error of `select` concerned other data.
      this.#selectInput = this.#selectError = undefined
    }
    if (this.#selectError) data = this.#selected
    else if (status === 'error') thrown = undefined
    thrown = this.#selectError ?? thrown
    if (thrown) {
      error = thrown.error as TError
      errorUpdatedAt = resultBefore && Object.is(resultBefore.error, error) ? resultBefore.errorUpdatedAt : Date.now()
      status = 'error'
      isPlaceholderData = false
    }

    const isEnabled = resolveQueryValue(options.enabled, query) !== false
    const isFetching = fetchStatus === 'fetching'
    const isPending = status === 'pending'
    const isError = status === 'error'
    const isLoading = isPending && isFetching
    const hasData = data !== undefined
    const result: QueryObserverBaseResult<TData, TError> = {
      // What changes most often comes first: comparing two results ends at the first difference.
      data,
      dataUpdatedAt: state.dataUpdatedAt,
      fetchStatus,
      status,
      isPending,
      isSuccess: status === 'success',
      isError,
      isInitialLoading: isLoading,
      isLoading,
      error,
      errorUpdatedAt,
      failureCount: fetchFailureCount,
      failureReason: fetchFailureReason,
      errorUpdateCount: state.errorUpdateCount,
      isFetched: query.isFetched(),
      isFetchedAfterMount:
        state.dataUpdateCount > stateBefore.dataUpdateCount || state.errorUpdateCount > stateBefore.errorUpdateCount,
      isFetching,
      isRefetching: isFetching && !isPending,
      isLoadingError: isError && !hasData,
      isPaused: fetchStatus === 'paused',
      isPlaceholderData,
      isRefetchError: isError && hasData,
      isStale: isEnabled && query.isStaleByTime(resolveQueryValue(options.staleTime, query)),
      refetch: this.refetch,
      isEnabled,
    }
    return result as QueryObserverResult<TData, TError>
  }

  /** @internal Whether the query's state changed since the last result. */
  isOutdated(): boolean {
    return this.#computedFrom !== this.#query.state
  }

  /** Whether a new result would be the same: neither the state nor the options changed, and no option is a function. */
  #isCurrent(isStale: boolean): boolean {
    const { options } = this
    return (
      !this.isOutdated() &&
      this.#resultOptions === options &&
      !!this.#constantOptions &&
      !options._optimisticResults &&
      options.placeholderData === undefined &&
      this.#result.isStale === isStale
    )
  }

  updateResult(): void {
    const before = this.#result as QueryObserverResult<TData, TError> | undefined
    const result = this.createResult(this.#query, this.options)
    const { state } = this.#query
    this.#computedFrom = state
    this.#resultOptions = this.options
    if (state.data !== undefined) this.#lastQueryWithData = this.#query
    if (shallowEqualObjects(result, before)) return
    this.#result = result
    this.#notify(!before || isWatched(this.options, this.#trackedProps, before, result))
  }

  #notify(listenersToo: boolean): void {
    notifyManager.batch(() => {
      if (listenersToo) this.notifyListeners(this.#result)
      this.#cache.notify({ type: 'observerResultsUpdated', query: this.#query as any })
    })
  }

  /** Runs code that may call options that are functions. What they throw becomes the error of the result. */
  #catchOptionErrors(callback: () => void): void {
    try {
      callback()
    } catch (error) {
      this.#showOptionError(error)
    }
  }

  /** Puts an error that an option threw into the result, beside the state of the query. */
  #showOptionError(error: unknown): void {
    const before = this.#result
    const { data, isEnabled, isPlaceholderData, isStale } = before
    const { select } = this.options
    // The options that are functions are not called again.
    const options = {
      ...this.options,
      _optimisticResults: undefined,
      enabled: isEnabled,
      placeholderData: undefined,
      select: select && (() => (isPlaceholderData ? undefined : data) as TData),
      staleTime: isStale ? 0 : ('static' as const),
      structuralSharing: false,
    }
    this.#result = { ...before, ...(this.#createResult(this.#query, options, (this.optionFailure = { error })) as any) }
    this.#computedFrom = undefined
    if (!shallowEqualObjects(this.#result, before)) this.#notify(true)
  }

  /**
   * @internal The result with an error that an option threw. For the same data (`about`) the first error stays: a new error object at
   * each update would notify the listeners for ever.
   */
  protected failedResult(
    query: Query<TQueryFnData, TError, TQueryData, TQueryKey>,
    options: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>,
    error: unknown,
    about: unknown,
  ): QueryObserverResult<TData, TError> {
    if (this.#lastOptionError?.about !== about) this.#lastOptionError = { about, error }
    return this.#createResult(query as any, options, (this.optionFailure = this.#lastOptionError))
  }

  #updateQuery(): void {
    const query = this.#cache.build(this.#client, this.options)
    if (query === this.#query) return
    const before = this.#query as InternalQuery<TQueryFnData, TError, TQueryData, TQueryKey> | undefined
    this.#query = query
    this.#stateBefore = query.state
    if (this.hasListeners()) {
      before?.removeObserver(this)
      query.addObserver(this)
    }
  }

  /** @internal */
  observeCachedQuery(): void {
    this.#updateQuery()
    // A query without data is about to be fetched or set, which updates the result.
    if (this.#query.state.data !== undefined) this.updateResult()
  }

  onQueryUpdate(): void {
    this.optionFailure = undefined
    try {
      this.updateResult()
    } catch (error) {
      this.#showOptionError(error)
    }
    if (this.hasListeners()) this.syncOptions()
  }

  /** @internal */
  onFetchDue(): void {
    void this.#executeFetch()
  }

  /** @internal */
  onStale(): void {
    if (!this.#result.isStale) this.#catchOptionErrors(() => this.updateResult())
  }

  /** @internal */
  attachTo(query: number): void {
    // Those of an observer that is disabled, if its own options throw.
    let read = NOTHING
    this.#catchOptionErrors(() => (read = this.#read(this.#query, this.options)))
    this.#engineOptions = read
    const { engine } = this.#cache
    this.#id = engine.applyRule(query_attach, Date.now(), query, read)
    engine.observers.set(this.#id, this)
  }

  /** @internal */
  detachFrom(): boolean {
    const { engine } = this.#cache
    engine.observers.delete(this.#id)
    const detached = engine.applyRule(query_detach, Date.now(), this.#id)
    this.#id = 0
    return detached === DETACHED_CANCEL_FETCH
  }

  /** @internal */
  syncOptions(): EngineOptions {
    if (!this.#constantOptions) this.#catchOptionErrors(() => this.#sync())
    return this.#engineOptions
  }

  #sync(): void {
    if (this.#id === 0) return
    const read = this.#read(this.#query, this.options)
    if (shallowEqualObjects(read, this.#engineOptions)) return
    this.#engineOptions = read
    this.#cache.engine.applyRule(query_set_options, Date.now(), this.#id, read)
  }

  /** @internal */
  fetchesOn(trigger: number): boolean {
    let fetches = 0
    this.#catchOptionErrors(() => (fetches = this.#ask(trigger) & ANSWER_FETCHES))
    return fetches !== 0
  }
}

/** Observes one query under its own options and notifies its listeners of changes. */
export const QueryObserver = QueryObserverBase
export type QueryObserver<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
> = Types.QueryObserver<TQueryFnData, TError, TData, TQueryData, TQueryKey>
