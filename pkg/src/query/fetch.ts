// One fetch of a query: the attempts that the engine asks for, until the fetch settles.
import { OUTCOME_CANCELLED, OUTCOME_ERROR, OUTCOME_SUCCESS, RESUME_NOTHING, RESUME_RUN } from '../boundary/query.js'
import {
  EFFECT_GAVE_UP,
  EFFECT_PAUSED,
  EFFECT_RUN,
  query_begin,
  query_end,
  query_failed,
  query_state,
  query_resume,
  query_set_abortable,
  query_set_error,
  type Verdict,
} from '../rules/query.js'
import { callSafely } from './callSafely.js'
import { CancelledError } from './cancelledError.js'
import { ensureQueryFn, withSignal } from './ensureQueryFn.js'
import { TimeoutError } from './errors.js'
import { host } from './host.js'
import { infiniteQueryBehavior } from './infiniteQueryBehavior.js'
import { Retryer, runOptions, timeoutCode, type Outcome } from './retryer.js'
import type { CurrentFetch, InternalQuery, InternalQueryCache, InternalQueryClient } from './internal.js'
import type { CancelOptions, FetchOptions, QueryBehavior, QueryFunctionContext, QueryOptions } from './types.js'

/** @internal */
export class Fetch<TData = any, TError = any> extends Retryer<TData, TError> implements CurrentFetch<TData> {
  /** For the caller of `query.fetch`: rejects where the state of the query shows an error. */
  readonly promise: Promise<TData>
  readonly #query: InternalQuery<any, TError, TData, any>
  readonly #client: InternalQueryClient
  readonly #cache: InternalQueryCache
  readonly #options?: FetchOptions<any>
  #call!: () => unknown
  /** The engine's id of this fetch. */
  #run?: number
  #timeout = Infinity
  /** Created on first use, since most functions do not use its signal and it costs as much as all the rest. */
  #controller?: AbortController
  /** Whether the timer keeps a Node process alive for this fetch. */
  #waiting = false
  /** The id of an observer that wants to fetch again as soon as this fetch ends. */
  #observerToRefetch?: number

  /** Starts at once. */
  constructor(
    query: InternalQuery<any, TError, TData, any>,
    client: InternalQueryClient,
    options?: QueryOptions<any, any, any, any>,
    fetchOptions?: FetchOptions<any>,
  ) {
    super()
    this.#query = query
    this.#client = client
    this.#cache = client.getQueryCache()
    this.#options = fetchOptions
    this.initialPromise = fetchOptions?.initialPromise
    this.promise = this.#settled()
    query.currentFetch = this
    // Each fetch must read its own signal to be abortable. Only one that starts paused, without a call yet, inherits the flag.
    const signalUsedBefore = query.signalUsed
    query.signalUsed = false

    const context = { options: query.options, fetchFn: this.#callQueryFn }
    try {
      if (options) query.setOptions(options)
      if (!query.options.queryFn) {
        // Hydration and `setQueryData` create queries without a `queryFn`; an observer may have one.
        const observer = query.observers.find((observer) => observer.options.queryFn)
        if (observer) query.setOptions(observer.options)
      }
      context.options = query.options
      const behavior: QueryBehavior<any, any, any, any> | undefined =
        query.queryType === 'infinite'
          ? infiniteQueryBehavior((query.options as { pages?: number }).pages)
          : query.options.behavior
      if (behavior) {
        const { queryKey, state } = query
        const more = { fetchOptions, queryKey, client, state }
        behavior.onFetch(withSignal(Object.assign(context, more), this.#signal), query as any)
      }
    } catch (error) {
      // An option that throws fails the fetch.
      context.options = { ...query.options, retry: 0 }
      context.fetchFn = () => Promise.reject(error)
    }
    try {
      if (process.env.NODE_ENV !== 'production' && !Array.isArray(query.options.queryKey)) {
        console.error(
          'As of v4, queryKey needs to be an Array. ' +
            "If you are using a string like 'repoData', please change it to an Array, e.g. ['repoData']",
        )
      }
    } catch {}
    this.#call = context.fetchFn
    this.retry = context.options.retry
    this.retryDelay = context.options.retryDelay
    this.#timeout = timeoutCode(context.options.timeout)
    query.revertState = query.state

    const { engine } = this.#cache
    const meta = fetchOptions?.meta
    // `fetchNextPage` adds a page and does not refetch the others.
    const isPartial = meta?.fetchMore && (query.state.data as { pages?: unknown[] } | undefined)?.pages?.length
    const run = runOptions(context.options, this.#timeout, !!isPartial)
    this.#run = engine.applyRule(query_begin, Date.now(), query.id, host(), run)
    const paused = query_state(engine.engineMachine, query.id)?.fetchStatus === 'paused'
    if (query.state.fetchStatus === 'idle' || query.state.fetchMeta !== meta) query.applyState({ type: 'fetch', meta })
    // Not before: who streams queries from a server waits for an event of one that has it.
    query.promise = this.result
    if (paused) {
      if (signalUsedBefore || query.signalUsed) this.#setAbortable(true)
      query.applyState({ type: 'pause' })
    } else this.attemptNow()
  }

  readonly #callQueryFn = () => {
    const { options, queryKey, meta } = this.#query
    const queryFn = ensureQueryFn(options, this.#options)
    const context: QueryFunctionContext<any> = withSignal({ client: this.#client, queryKey, meta }, this.#signal)
    if (this.#query.signalUsed) this.#setAbortable(false)
    return options.persister ? options.persister(queryFn, context, this.#query as any) : queryFn(context)
  }

  readonly #signal = (used?: boolean) => {
    if (used && this.#query.currentFetch === this) this.#setAbortable(true)
    return this.#control().signal
  }

  #control(): AbortController {
    return (this.#controller ??= new AbortController())
  }

  /** Tells the engine whether the query function read the abort signal. */
  #setAbortable(now: boolean): void {
    this.#query.signalUsed = now
    this.#cache.engine.applyRule(query_set_abortable, this.#query.id, now)
  }

  onEffect(run: number, effect: number): void {
    if (run !== this.#run) return
    if (effect === EFFECT_RUN) return this.attemptNow()
    if (effect === EFFECT_GAVE_UP) return this.giveUp()
    if (effect === EFFECT_PAUSED) return this.#query.applyState({ type: 'pause' })
    // The attempt exceeded the `timeout`. The next one gets a new signal.
    const error = new TimeoutError(this.#timeout, this.#query.queryHash)
    this.#controller?.abort(error)
    this.#controller = undefined
    this.attemptFailed(error)
  }

  cancel(options?: CancelOptions): void {
    const error = new CancelledError(options)
    if (!this.settleResult(OUTCOME_CANCELLED, error)) return
    if (error.revert) this.#query.revert()
    this.#control().abort()
  }

  protected override callFunction(): TData {
    const { engine } = this.#cache
    // A process stays alive for an attempt with a `timeout`; for one without, the pending request decides.
    this.#setWaiting(this.#timeout !== Infinity)
    engine.breakers?.guardRun(this.#query, this.#run!)
    // An infinite query function stays abortable from page to page.
    if (this.#query.signalUsed) this.#setAbortable(true)
    return this.#call() as TData
  }

  protected override tellFailure(verdict: Verdict): boolean {
    return this.#cache.engine.applyRule(query_failed, Date.now(), this.#run!, verdict)
  }

  protected override tellRetry(failureCount: number, error: TError): void {
    this.#setWaiting(true)
    this.#query.applyState({ type: 'failed', failureCount, error })
  }

  protected override askResume(): void {
    const next = this.#cache.engine.applyRule(query_resume, Date.now(), this.#run!, host())
    if (next === RESUME_NOTHING) return
    this.#query.applyState({ type: 'continue' })
    if (next === RESUME_RUN) this.attemptNow()
    else this.giveUp()
  }

  protected override tellEnd(outcome: Outcome): void {
    const { engine } = this.#cache
    this.#setWaiting(false)
    this.#observerToRefetch ||= engine.applyRule(query_end, Date.now(), this.#run!, outcome)
    // The query is idle now, and may be evicted unless an observer is expected.
    engine.evict(this.#query.id)
  }

  #setWaiting(now: boolean): void {
    this.#cache.engine.engineTimer.keepAlive(+now - +this.#waiting)
    this.#waiting = now
  }

  async #settled(): Promise<TData> {
    const query = this.#query as InternalQuery<any, any, any, any>
    const { config } = this.#cache
    try {
      const data = await this.result
      if (data === undefined) {
        try {
          if (process.env.NODE_ENV !== 'production') {
            console.error(
              'Query data cannot be undefined. Please make sure to return a value other than undefined from ' +
                `your query function. Affected query key: ${query.queryHash}`,
            )
          }
        } catch {}
        throw new Error(`${query.queryHash} data is undefined`)
      }
      query.setData(data)
      // An option of an observer that threw while data was set is the query's error: the caller of `fetch` must learn of it.
      const failure = query.observers.find((observer) => observer.optionFailure)?.optionFailure
      if (failure) throw failure.error
      // The fetch ends before the callbacks, which may fetch again.
      this.tellEnd(OUTCOME_SUCCESS)
      callSafely(() => config.onSuccess?.(data, query))
      callSafely(() => config.onSettled?.(data, query.state.error, query))
      return data
    } catch (error: any) {
      if (error instanceof CancelledError) {
        // Callers of a replaced fetch wait for the one that replaced it.
        const next = query.currentFetch
        if (error.silent && next && next !== this) return next.promise
        const { data } = query.state
        if (error.silent || (error.revert && data === undefined)) throw error
        if (error.revert) return data
      }
      this.tellEnd(OUTCOME_ERROR)
      this.#cache.engine.applyRule(query_set_error, Date.now(), query.id)
      query.applyState({ type: 'error', error })
      callSafely(() => config.onError?.(error, query))
      callSafely(() => config.onSettled?.(query.state.data, error, query))
      throw error
    } finally {
      if (query.currentFetch === this) query.currentFetch = query.promise = undefined
      this.#cache.engine.observers.get(this.#observerToRefetch!)?.onFetchDue()
    }
  }
}
