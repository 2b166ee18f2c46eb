import { MOUNT_FETCHES, MOUNT_IS_STALE, OBSERVER_ENABLED, TRIGGER_FOCUS, TRIGGER_RECONNECT } from '../boundary/query.js'
import { modeCode } from './retryer.js'
import { notifyManager } from './notifyManager.js'
import { onlineManager } from './onlineManager.js'
import { replaceData, shallowEqualObjects } from './sharing.js'
import { Subscribable } from './subscribable.js'
import { areDynamic, sameTerms, termsOf, type Occasion, type Terms } from './terms.js'
import { noop, resolveQueryValue } from './utils.js'
import { allChangesBetween, changesBetween, tells, wants } from './telling.js'
import type { QueryEngine } from './engine.js'
import type { FetchOptions, Query, QueryState } from './query.js'
import type { QueryClient } from './queryClient.js'
import type {
  DefaultError,
  DefaultedQueryObserverOptions,
  PlaceholderDataFunction,
  QueryKey,
  QueryObserverBaseResult,
  QueryObserverOptions,
  QueryObserverResult,
  RefetchOptions,
} from './types.js'

/** Which option counts when an observer of the query mounts now. */
function mounting({ state }: Query<any, any, any, any>): Occasion | undefined {
  if (state.data !== undefined) return 'refetchOnMount'
  return state.status === 'error' ? 'retryOnMount' : undefined
}

/** How an observer stands to a query that it cannot ask its options about. */
const DISABLED: Terms = { flags: 0, staleTime: 0, interval: 0 }

interface ObserverFetchOptions extends FetchOptions {
  throwOnError?: boolean
}

/** Looks at one query on its own terms, and tells its listeners what it sees. */
export class QueryObserver<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
> extends Subscribable<(result: QueryObserverResult<TData, TError>) => void> {
  options: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>
  #client: QueryClient
  #query: Query<TQueryFnData, TError, TQueryData, TQueryKey> = undefined!
  /** The query's state when the observer turned to it. */
  #stateBefore: QueryState<TQueryData, TError> = undefined!
  #result: QueryObserverResult<TData, TError> = undefined!
  #resultState?: QueryState<TQueryData, TError>
  #resultOptions?: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>
  /** The state and the options that `updateResult` last saw. */
  #lookedAt?: QueryState<TQueryData, TError>
  #lookedOn?: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>
  #selectError: TError | null = null
  #selectFn?: (data: TQueryData) => TData
  #selected?: TData
  #lastQueryWithData?: Query<TQueryFnData, TError, TQueryData, TQueryKey>
  #trackedProps?: Set<keyof QueryObserverResult>
  /** @internal What an option that is a function threw when the query last changed. */
  failure?: { error: unknown }
  #puzzle?: { about: unknown; error: unknown }
  /** The engine's id while it looks at a query, and the terms that the engine knows. */
  #id = 0
  #terms?: Terms
  /** Whether some of its terms are functions; if not, they are what `#ownTerms` found. */
  #dynamic = false
  #fixedTerms?: Terms
  #engine?: QueryEngine

  constructor(
    client: QueryClient,
    options: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>,
  ) {
    super()
    this.#client = client
    this.options = options
    this.bindMethods()
    this.setOptions(options)
  }

  protected bindMethods(): void {
    this.refetch = this.refetch.bind(this)
  }

  protected override onSubscribe(): void {
    if (this.listeners.size !== 1) return
    // A cache of limited size may have let go of it since the observer was made.
    if (this.#query.readmit()) this.#updateQuery()
    const query = this.#query
    query.addObserver(this)
    this.#watchful(() => {
      const { flags, staleTime } = this.#termsFor(query, this.options, mounting(query))
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

  /** Whether it would be fetched for this observer if the network came back now. */
  shouldFetchOnReconnect(): boolean {
    return this.#fetchesOn(TRIGGER_RECONNECT)
  }

  /** Whether it would be fetched for this observer if the page came to the front now. */
  shouldFetchOnWindowFocus(): boolean {
    return this.#fetchesOn(TRIGGER_FOCUS)
  }

  #fetchesOn(trigger: typeof TRIGGER_FOCUS | typeof TRIGGER_RECONNECT): boolean {
    const terms = this.#termsFor(
      this.#query,
      this.options,
      trigger === TRIGGER_RECONNECT ? 'refetchOnReconnect' : 'refetchOnWindowFocus',
    )
    const { flags, staleTime } = terms
    const { exports, machine } = this.#client.getQueryCache().engine
    return exports.query_fetches_on(machine, Date.now(), this.#query.id, trigger, flags, staleTime) !== 0
  }

  /** Stops looking; all listeners go. */
  destroy(): void {
    this.listeners = new Set()
    this.#query.removeObserver(this)
  }

  setOptions(options: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>): void {
    const before = this.options
    const queryBefore = this.#query
    this.options = this.#client.defaultQueryOptions(options)
    this.#dynamic = areDynamic(this.options)
    this.#fixedTerms = undefined

    const { enabled } = this.options
    if (enabled !== undefined && typeof enabled !== 'boolean' && typeof enabled !== 'function') {
      throw new Error('Expected enabled to be a boolean or a callback that returns a boolean')
    }

    this.#updateQuery()
    this.#query.setOptions(this.options)
    if (before._defaulted && before !== this.options && !shallowEqualObjects(this.options, before)) {
      this.#client
        .getQueryCache()
        .notify({ type: 'observerOptionsUpdated', query: this.#query as Query<any, any, any, any>, observer: this })
    }

    const mounted = this.hasListeners()
    if (mounted && this.#query !== queryBefore) this.#noteRead()
    if (mounted && this.#fetchesOnChange(this.#query, queryBefore, this.options, before)) {
      void this.#executeFetch()
    }
    // What an option throws is heard of here, not when it is first needed.
    if (!mounted) resolveQueryValue(this.options.refetchInterval, this.#query)
    try {
      this.updateResult()
    } finally {
      if (mounted) this.#sync()
    }
  }

  /** What it would see under these options, were they its own. */
  getOptimisticResult(
    options: DefaultedQueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>,
  ): QueryObserverResult<TData, TError> {
    const cache = this.#client.getQueryCache()
    const query = cache.build(this.#client, options)
    // Who draws it may mount when what else he draws has come.
    cache.engine.expect(query.id)
    const result = this.createResult(query, options)
    // What was shown is what the next result is shared with and compared to.
    if (!shallowEqualObjects(this.getCurrentResult(), result)) {
      this.#result = result
      this.#resultOptions = this.options
      this.#resultState = this.#query.state
      this.#lookedAt = undefined
    }
    return result
  }

  getCurrentResult(): QueryObserverResult<TData, TError> {
    return this.#result
  }

  /** The result, noting which fields are read: from then on only their change is told. */
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

  /** Fetches under these options, and gives what would be seen then. */
  fetchOptimistic(
    options: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>,
  ): Promise<QueryObserverResult<TData, TError>> {
    const defaulted = this.#client.defaultQueryOptions(options)
    const cache = this.#client.getQueryCache()
    const query = cache.build(this.#client, defaulted)
    // Data may come before the fetch ends, as it does when it is streamed.
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
      query.hold()
    })
  }

  protected fetch(options: ObserverFetchOptions): Promise<QueryObserverResult<TData, TError>> {
    return this.#executeFetch({ ...options, cancelRefetch: options.cancelRefetch ?? true }).then(() => {
      this.#watchful(() => this.updateResult())
      return this.#result
    })
  }

  #executeFetch(options?: Omit<ObserverFetchOptions, 'initialPromise'>): Promise<TQueryData | undefined> {
    let promise: Promise<TQueryData | undefined>
    try {
      // The query may have been removed, and another made in its place.
      this.#updateQuery()
      promise = this.#query.fetch(this.options as any, options)
    } catch (error) {
      this.#fail(error)
      promise = Promise.reject(error)
    }
    return options?.throwOnError ? promise : promise.catch(noop)
  }

  #termsFor(
    query: Query<TQueryFnData, TError, TQueryData, TQueryKey>,
    options: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>,
    occasion?: Occasion,
  ): Terms {
    if (this.#dynamic || options !== this.options) return termsOf(options, query, occasion)
    return (this.#fixedTerms ??= termsOf(options, query))
  }

  /** Begins to look at its query: a hit or a miss, unless it is disabled. */
  #noteRead(): void {
    const { flags, staleTime } = this.#termsFor(this.#query, this.options)
    const { exports, machine } = this.#client.getQueryCache().engine
    if (flags & OBSERVER_ENABLED) exports.query_note_read(machine, Date.now(), this.#query.id, flags, staleTime)
  }

  #fetchesOnMount(
    query: Query<TQueryFnData, TError, TQueryData, TQueryKey>,
    options: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>,
  ): boolean {
    const { flags, staleTime } = this.#termsFor(query, options, mounting(query))
    const { exports, machine } = this.#client.getQueryCache().engine
    return exports.query_fetches_on_mount(machine, Date.now(), query.id, flags, staleTime) !== 0
  }

  #fetchesOnChange(
    query: Query<TQueryFnData, TError, TQueryData, TQueryKey>,
    queryBefore: Query<TQueryFnData, TError, TQueryData, TQueryKey>,
    options: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>,
    before: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>,
  ): boolean {
    const turned = query !== queryBefore || resolveQueryValue(before.enabled, query) === false
    if (!turned) return false
    const { flags, staleTime } = this.#termsFor(query, options)
    const { exports, machine } = this.#client.getQueryCache().engine
    return exports.query_fetches_on_change(machine, Date.now(), query.id, 1, flags, staleTime) !== 0
  }

  /** What is seen of `query` under `options`. Subclasses add their fields. */
  protected createResult(
    query: Query<TQueryFnData, TError, TQueryData, TQueryKey>,
    options: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>,
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
        ? this.#fetchesOnChange(query, this.#query, options, this.options)
        : this.#fetchesOnMount(query, options)
      if (fetches) {
        // As it will be in a moment, when the fetch has begun.
        fetchStatus = modeCode(query.options.networkMode) || onlineManager.isOnline() ? 'fetching' : 'paused'
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
        // It was selected when it was shown first.
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
      // What select made of other data has nothing to do with this.
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

  /** @internal Whether the query's state is another than the one it last looked at. */
  isBehind(): boolean {
    return this.#lookedAt !== this.#query.state
  }

  /** Whether to look again would show the same: this state was seen, and on terms that no function decides. */
  #isCurrent(isStale: boolean): boolean {
    const { options } = this
    return (
      this.#lookedAt === this.#query.state &&
      this.#lookedOn === options &&
      !this.#dynamic &&
      !options._optimisticResults &&
      options.placeholderData === undefined &&
      this.#result.isStale === isStale
    )
  }

  /** Looks again, and tells where something changed. */
  updateResult(): void {
    const before = this.#result as QueryObserverResult<TData, TError> | undefined
    const result = this.createResult(this.#query, this.options)
    this.#resultState = this.#lookedAt = this.#query.state
    this.#resultOptions = this.#lookedOn = this.options
    if (this.#resultState.data !== undefined) this.#lastQueryWithData = this.#query

    const plain = this.createResult === QueryObserver.prototype.createResult
    const changed = !before || (plain ? changesBetween(before, result) : allChangesBetween(before, result))
    if (!changed) return
    this.#result = result
    const { exports } = this.#client.getQueryCache().engine
    this.#notify(changed === true || tells(exports, wants(this.options, this.#trackedProps), changed))
  }

  #notify(told: boolean): void {
    notifyManager.batch(() => {
      if (told) this.tell(this.#result)
      this.#client
        .getQueryCache()
        .notify({ type: 'observerResultsUpdated', query: this.#query as Query<any, any, any, any> })
    })
  }

  /** Does what may call options that are functions. What they throw is what the observer sees. */
  #watchful(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#fail(error)
    }
  }

  /** Shows what an option threw, beside what is known of the query. */
  #fail(error: unknown): void {
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
    this.#result = this.failed(now, state.error ?? error)
    this.#lookedAt = undefined
    if (!shallowEqualObjects(this.#result, before)) this.#notify(true)
  }

  /**
   * `result` with an error that an option threw, unless the query has one. Data that an option throws about keeps the
   * first: one that is new at each look would be told of for ever.
   */
  protected failed(
    result: QueryObserverResult<TData, TError>,
    thrown: unknown,
    about: unknown = result,
  ): QueryObserverResult<TData, TError> {
    const puzzle = this.#puzzle?.about === about ? this.#puzzle! : { about, error: thrown }
    this.failure = this.#puzzle = puzzle
    if (result.isError) return result
    const { error } = puzzle
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
    const before = this.#query as Query<TQueryFnData, TError, TQueryData, TQueryKey> | undefined
    this.#query = query
    this.#stateBefore = query.state
    if (this.hasListeners()) {
      before?.removeObserver(this)
      query.addObserver(this)
    }
  }

  /** @internal The query it looks at is not in the cache any more: it looks at the one that is, made where none is. */
  follow(): void {
    this.#updateQuery()
    // What has no data yet is about to be fetched or set.
    if (this.#query.state.data !== undefined) this.updateResult()
  }

  /** The query changed. */
  onQueryUpdate(): void {
    this.failure = undefined
    try {
      this.updateResult()
    } catch (error) {
      this.#fail(error)
    }
    if (this.hasListeners()) this.sync()
  }

  /** @internal The engine found the query due for this observer. */
  onFetchDue(): void {
    void this.#executeFetch()
  }

  /** @internal The data turned stale. */
  onStale(): void {
    if (!this.#result.isStale) this.#watchful(() => this.updateResult())
  }

  /** @internal The query it looks at lets the engine know. */
  attachTo(engine: QueryEngine, query: number): void {
    let terms = DISABLED
    this.#watchful(() => (terms = this.#termsFor(this.#query, this.options)))
    this.#terms = terms
    this.#engine = engine
    const { exports, machine } = engine
    this.#id = exports.query_attach(machine, Date.now(), query, terms.flags, terms.staleTime, terms.interval)
    engine.observers.set(this.#id, this)
    engine.rearm()
  }

  /** @internal And that it looks no more; whether the fetch on its way is to be cancelled. */
  detachFrom(engine: QueryEngine): boolean {
    engine.observers.delete(this.#id)
    const cancel = engine.exports.query_detach(engine.machine, Date.now(), this.#id) !== 0
    this.#id = 0
    engine.rearm()
    return cancel
  }

  /** @internal Lets the engine know its terms anew, where they are functions. */
  sync(occasion?: Occasion): void {
    if (this.#dynamic) this.#watchful(() => this.#sync(occasion))
  }

  #sync(occasion?: Occasion): void {
    if (this.#id === 0) return
    const known = this.#terms!
    const terms = this.#termsFor(this.#query, this.options, occasion)
    if (terms === known || sameTerms(terms, known)) return
    this.#terms = terms
    const engine = this.#engine!
    const { exports, machine } = engine
    exports.query_set_options(machine, Date.now(), this.#id, terms.flags, terms.staleTime, terms.interval)
    engine.rearm()
  }
}
