import { MOUNT_FETCHES, MOUNT_IS_STALE, OBSERVER_ENABLED, TRIGGER_FOCUS, TRIGGER_RECONNECT } from '../boundary/query.js'
import { networkModeCode } from './retryer.js'
import { notifyManager } from './notifyManager.js'
import { onlineManager } from './onlineManager.js'
import { replaceData, shallowEqualObjects } from './structuralSharing.js'
import { Subscribable } from './subscribable.js'
import { haveFunctions, areEqualOptions, encodeOptions, type RefetchTrigger, type EncodedOptions } from './observerOptions.js'
import { noop, resolveQueryValue } from './utils.js'
import { changedFieldsByName, changedFields, shouldNotify, watchedFields } from './notifyOnChange.js'
import type { QueryEngine } from './queryEngine.js'
import type { InternalQuery, InternalQueryClient } from './internal.js'
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

/** The option that applies when an observer of this query mounts now. */
function mountTrigger({ state }: InternalQuery<any, any, any, any>): RefetchTrigger | undefined {
  if (state.data !== undefined) return 'refetchOnMount'
  return state.status === 'error' ? 'retryOnMount' : undefined
}

/** Engine options for an observer whose own options throw. */
const DISABLED: EncodedOptions = { flags: 0, staleTime: 0, interval: 0 }

interface ObserverFetchOptions extends FetchOptions {
  throwOnError?: boolean
}

/** Public members are documented in `types/classes.ts`, those for this folder in `internal.ts`. */
export class QueryObserverBase<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
> extends Subscribable<(result: QueryObserverResult<TData, TError>) => void>
  implements Types.QueryObserver<TQueryFnData, TError, TData, TQueryData, TQueryKey>
{
  options: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>
  #client: InternalQueryClient
  #query: InternalQuery<TQueryFnData, TError, TQueryData, TQueryKey> = undefined!
  /** The query's state when the observer began to observe it. */
  #stateBefore: QueryState<TQueryData, TError> = undefined!
  #result: QueryObserverResult<TData, TError> = undefined!
  #resultState?: QueryState<TQueryData, TError>
  #resultOptions?: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>
  /** The state and the options that the last `updateResult` used. */
  #resultComputedFrom?: QueryState<TQueryData, TError>
  #resultComputedUnder?: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>
  #selectError: TError | null = null
  #selectFn?: (data: TQueryData) => TData
  #selected?: TData
  #lastQueryWithData?: InternalQuery<TQueryFnData, TError, TQueryData, TQueryKey>
  #trackedProps?: Set<keyof QueryObserverResult>
  /** @internal */
  failure?: { error: unknown }
  #lastOptionError?: { about: unknown; error: unknown }
  /** The engine's id while the observer has listeners, and the options that the engine has. */
  #id = 0
  #engineOptions?: EncodedOptions
  /** Whether some options are functions. If not, `#constantOptions` holds their encoding. */
  #haveFunctions = false
  #constantOptions?: EncodedOptions
  #engine?: QueryEngine

  constructor(
    client: QueryClient,
    options: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>,
  ) {
    super()
    this.#client = client as InternalQueryClient
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
    const query = this.#query
    query.addObserver(this)
    this.#catchOptionErrors(() => {
      const { flags, staleTime } = this.#encodedOptions(query, this.options, mountTrigger(query))
      const { exports, machine } = this.#client.getQueryCache().engine
      const mounted = exports.query_mount(machine, Date.now(), query.id, flags, staleTime)
      if (mounted & MOUNT_FETCHES) void this.#executeFetch()
      else if (!this.#isCurrent((mounted & MOUNT_IS_STALE) !== 0)) this.updateResult()
    })
    this.sync()
  }

  protected override onUnsubscribe(): void {
    if (!this.hasListeners()) this.destroy()
  }

  shouldFetchOnReconnect(): boolean {
    return this.#fetchesOnTrigger(TRIGGER_RECONNECT)
  }

  shouldFetchOnWindowFocus(): boolean {
    return this.#fetchesOnTrigger(TRIGGER_FOCUS)
  }

  #fetchesOnTrigger(trigger: typeof TRIGGER_FOCUS | typeof TRIGGER_RECONNECT): boolean {
    const encoded = this.#encodedOptions(
      this.#query,
      this.options,
      trigger === TRIGGER_RECONNECT ? 'refetchOnReconnect' : 'refetchOnWindowFocus',
    )
    const { flags, staleTime } = encoded
    const { exports, machine } = this.#client.getQueryCache().engine
    return exports.query_fetches_on(machine, Date.now(), this.#query.id, trigger, flags, staleTime) !== 0
  }

  destroy(): void {
    this.listeners = new Set()
    this.#query.removeObserver(this)
  }

  setOptions(options: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>): void {
    const before = this.options
    const queryBefore = this.#query
    this.options = this.#client.defaultQueryOptions(options)
    this.#haveFunctions = haveFunctions(this.options)
    this.#constantOptions = undefined

    const { enabled } = this.options
    if (enabled !== undefined && typeof enabled !== 'boolean' && typeof enabled !== 'function') {
      throw new Error('Expected enabled to be a boolean or a callback that returns a boolean')
    }

    this.#updateQuery()
    this.#query.setOptions(this.options)
    if (before._defaulted && before !== this.options && !shallowEqualObjects(this.options, before)) {
      this.#client
        .getQueryCache()
        .notify({ type: 'observerOptionsUpdated', query: this.#query as InternalQuery<any, any, any, any>, observer: this })
    }

    const mounted = this.hasListeners()
    if (mounted && this.#query !== queryBefore) this.#countRead()
    if (mounted && this.#fetchesOnChange(this.#query, queryBefore, this.options, before)) {
      void this.#executeFetch()
    }
    // A `refetchInterval` that throws does so here, not when the observer mounts.
    if (!mounted) resolveQueryValue(this.options.refetchInterval, this.#query)
    try {
      this.updateResult()
    } finally {
      if (mounted) this.#sync()
    }
  }

  getOptimisticResult(
    options: DefaultedQueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>,
  ): QueryObserverResult<TData, TError> {
    const cache = this.#client.getQueryCache()
    const query = cache.build(this.#client, options)
    // The caller renders this result and may subscribe later: the query must not be evicted meanwhile.
    cache.engine.expect(query.id)
    const result = this.createResult(query, options)
    // The next result is compared and shared with the one that was rendered.
    if (!shallowEqualObjects(this.getCurrentResult(), result)) {
      this.#result = result
      this.#resultOptions = this.options
      this.#resultState = this.#query.state
      this.#resultComputedFrom = undefined
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
      get: (target, name) => {
        const key = name as keyof QueryObserverResult
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
    const cache = this.#client.getQueryCache()
    const query = cache.build(this.#client, defaulted)
    // A streamed query has data before its fetch ends.
    return new Promise((resolve, reject) => {
      const show = () => {
        try {
          resolve(this.createResult(query, defaulted))
        } catch (error) {
          reject(error)
        }
      }
      const unsubscribe = cache.subscribe((event) => {
        if (event.type === 'updated' && event.query.queryHash === query.queryHash && query.state.data !== undefined) {
          unsubscribe()
          show()
        }
      })
      query.fetch(defaulted).then(show, reject).finally(unsubscribe)
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

  #encodedOptions(
    query: InternalQuery<TQueryFnData, TError, TQueryData, TQueryKey>,
    options: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>,
    trigger?: RefetchTrigger,
  ): EncodedOptions {
    if (this.#haveFunctions || options !== this.options) return encodeOptions(options, query, trigger)
    return (this.#constantOptions ??= encodeOptions(options, query))
  }

  /** Counts a hit or a miss in the statistics, unless the observer is disabled. */
  #countRead(): void {
    const { flags, staleTime } = this.#encodedOptions(this.#query, this.options)
    const { exports, machine } = this.#client.getQueryCache().engine
    if (flags & OBSERVER_ENABLED) exports.query_note_read(machine, Date.now(), this.#query.id, flags, staleTime)
  }

  #fetchesOnMount(
    query: InternalQuery<TQueryFnData, TError, TQueryData, TQueryKey>,
    options: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>,
  ): boolean {
    const { flags, staleTime } = this.#encodedOptions(query, options, mountTrigger(query))
    const { exports, machine } = this.#client.getQueryCache().engine
    return exports.query_fetches_on_mount(machine, Date.now(), query.id, flags, staleTime) !== 0
  }

  #fetchesOnChange(
    query: InternalQuery<TQueryFnData, TError, TQueryData, TQueryKey>,
    queryBefore: InternalQuery<TQueryFnData, TError, TQueryData, TQueryKey>,
    options: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>,
    before: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>,
  ): boolean {
    const turned = query !== queryBefore || resolveQueryValue(before.enabled, query) === false
    if (!turned) return false
    const { flags, staleTime } = this.#encodedOptions(query, options)
    const { exports, machine } = this.#client.getQueryCache().engine
    return exports.query_fetches_on_change(machine, Date.now(), query.id, 1, flags, staleTime) !== 0
  }

  /** The result for `query` under `options`. Subclasses add their fields. */
  protected createResult(
    query: Query<TQueryFnData, TError, TQueryData, TQueryKey>,
    options: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>,
  ): QueryObserverResult<TData, TError> {
    const resultBefore = this.#result as QueryObserverResult<TData, TError> | undefined
    const stateBefore = query !== this.#query ? query.state : this.#stateBefore
    const internal = query as InternalQuery<TQueryFnData, TError, TQueryData, TQueryKey>
    const { state } = query
    let error: TError | null = state.error
    let { status, fetchStatus, errorUpdatedAt, fetchFailureCount, fetchFailureReason } = state
    let isPlaceholderData = false
    let select = options.select

    if (options._optimisticResults) {
      const fetches = this.hasListeners()
        ? this.#fetchesOnChange(internal, this.#query, options, this.options)
        : this.#fetchesOnMount(internal, options)
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
    if (options.placeholderData !== undefined && data === undefined && status === 'pending') {
      let placeholder: unknown
      if (resultBefore?.isPlaceholderData && Object.is(options.placeholderData, this.#resultOptions?.placeholderData)) {
        // The placeholder went through `select` when it was first shown.
        placeholder = resultBefore.data
        select = undefined
      } else {
        placeholder =
          typeof options.placeholderData === 'function'
            ? (options.placeholderData as unknown as PlaceholderDataFunction<TQueryData>)(
                this.#lastQueryWithData?.state.data,
                this.#lastQueryWithData as any,
              )
            : options.placeholderData
      }
      if (placeholder !== undefined) {
        status = 'success'
        data = replaceData(resultBefore?.data as unknown, placeholder, options as any) as TData
        isPlaceholderData = true
      }
    }

    if (select && data !== undefined) {
      if (resultBefore && Object.is(data, this.#resultState?.data) && select === this.#selectFn) {
        data = this.#selected
      } else {
        try {
          this.#selectFn = select
          data = replaceData<TData>(resultBefore?.data, select(data as unknown as TQueryData), options as any)
          this.#selected = data
          this.#selectError = null
        } catch (selectError) {
          this.#selectError = selectError as TError
        }
      }
    } else if (data === undefined) {
      // An error of `select` concerned other data.
      this.#selectError = null
    }
    if (this.#selectError) {
      error = this.#selectError
      data = this.#selected
      errorUpdatedAt = resultBefore?.error === error ? resultBefore.errorUpdatedAt : Date.now()
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
      status,
      fetchStatus,
      isPending,
      isSuccess: status === 'success',
      isError,
      isInitialLoading: isLoading,
      isLoading,
      data,
      dataUpdatedAt: state.dataUpdatedAt,
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
    return this.#resultComputedFrom !== this.#query.state
  }

  /** Whether a new result would be the same: neither the state nor the options changed, and no option is a function. */
  #isCurrent(isStale: boolean): boolean {
    const { options } = this
    return (
      this.#resultComputedFrom === this.#query.state &&
      this.#resultComputedUnder === options &&
      !this.#haveFunctions &&
      !options._optimisticResults &&
      options.placeholderData === undefined &&
      this.#result.isStale === isStale
    )
  }

  updateResult(): void {
    const before = this.#result as QueryObserverResult<TData, TError> | undefined
    const result = this.createResult(this.#query, this.options)
    this.#resultState = this.#resultComputedFrom = this.#query.state
    this.#resultOptions = this.#resultComputedUnder = this.options
    if (this.#resultState.data !== undefined) this.#lastQueryWithData = this.#query

    const hasKnownFields = this.createResult === QueryObserverBase.prototype.createResult
    const changed = !before || (hasKnownFields ? changedFields(before, result) : changedFieldsByName(before, result))
    if (!changed) return
    this.#result = result
    const { exports } = this.#client.getQueryCache().engine
    this.#notify(changed === true || shouldNotify(exports, watchedFields(this.options, this.#trackedProps), changed))
  }

  #notify(listenersToo: boolean): void {
    notifyManager.batch(() => {
      if (listenersToo) this.notifyListeners(this.#result)
      this.#client
        .getQueryCache()
        .notify({ type: 'observerResultsUpdated', query: this.#query as InternalQuery<any, any, any, any> })
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
    const { state } = this.#query
    const selected = before.isPlaceholderData ? undefined : before.data
    const isFetching = state.fetchStatus === 'fetching'
    const now = {
      ...before,
      fetchStatus: state.fetchStatus,
      data: this.options.select ? selected : state.data,
      dataUpdatedAt: state.dataUpdatedAt,
      failureCount: state.fetchFailureCount,
      failureReason: state.fetchFailureReason,
      errorUpdateCount: state.errorUpdateCount,
      isFetched: this.#query.isFetched(),
      isFetching,
      isRefetching: isFetching,
      isPaused: state.fetchStatus === 'paused',
      isError: false,
    } as unknown as QueryObserverResult<TData, TError>
    this.#result = this.withOptionError(now, state.error ?? error)
    this.#resultComputedFrom = undefined
    if (!shallowEqualObjects(this.#result, before)) this.#notify(true)
  }

  /**
   * Adds an error that an option threw to `result`, unless the query has an error. For the same data (`about`) the first
   * error stays: a new error object at each update would notify the listeners for ever.
   */
  protected withOptionError(
    result: QueryObserverResult<TData, TError>,
    thrown: unknown,
    about: unknown = result,
  ): QueryObserverResult<TData, TError> {
    const optionError = this.#lastOptionError?.about === about ? this.#lastOptionError! : { about, error: thrown }
    this.failure = this.#lastOptionError = optionError
    if (result.isError) return result
    const { error } = optionError
    const before = this.#result as QueryObserverResult<TData, TError> | undefined
    const hasData = result.data !== undefined
    return {
      ...result,
      status: 'error',
      error,
      errorUpdatedAt: before && Object.is(before.error, error) ? before.errorUpdatedAt : Date.now(),
      isPending: false,
      isSuccess: false,
      isError: true,
      isInitialLoading: false,
      isLoading: false,
      isLoadingError: !hasData,
      isPlaceholderData: false,
      isRefetchError: hasData,
    } as QueryObserverResult<TData, TError>
  }

  #updateQuery(): void {
    const query = this.#client.getQueryCache().build(this.#client, this.options)
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
    this.failure = undefined
    try {
      this.updateResult()
    } catch (error) {
      this.#showOptionError(error)
    }
    if (this.hasListeners()) this.sync()
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
  attach(engine: QueryEngine, query: number): void {
    let encoded = DISABLED
    this.#catchOptionErrors(() => (encoded = this.#encodedOptions(this.#query, this.options)))
    this.#engineOptions = encoded
    this.#engine = engine
    const { exports, machine } = engine
    this.#id = exports.query_attach(machine, Date.now(), query, encoded.flags, encoded.staleTime, encoded.interval)
    engine.observers.set(this.#id, this)
    engine.rearm()
  }

  /** @internal */
  detach(engine: QueryEngine): boolean {
    engine.observers.delete(this.#id)
    const cancel = engine.exports.query_detach(engine.machine, Date.now(), this.#id) !== 0
    this.#id = 0
    engine.rearm()
    return cancel
  }

  /** @internal */
  sync(trigger?: RefetchTrigger): void {
    if (this.#haveFunctions) this.#catchOptionErrors(() => this.#sync(trigger))
  }

  #sync(trigger?: RefetchTrigger): void {
    if (this.#id === 0) return
    const known = this.#engineOptions!
    const encoded = this.#encodedOptions(this.#query, this.options, trigger)
    if (encoded === known || areEqualOptions(encoded, known)) return
    this.#engineOptions = encoded
    const engine = this.#engine!
    const { exports, machine } = engine
    exports.query_set_options(machine, Date.now(), this.#id, encoded.flags, encoded.staleTime, encoded.interval)
    engine.rearm()
  }
}

export const QueryObserver = QueryObserverBase
export type QueryObserver<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
> = Types.QueryObserver<TQueryFnData, TError, TData, TQueryData, TQueryKey>
