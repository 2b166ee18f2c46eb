// One fetch of a query: the attempts that the engine asks for, until the fetch settles.
import { OUTCOME_ERROR, OUTCOME_SUCCESS, RESUME_NOTHING, RESUME_RUN } from '../boundary/query.js'
import { warnInDevelopment } from './warnInDevelopment.js'
import { callSafely } from './callSafely.js'
import { CancelledError } from './cancelledError.js'
import { CircuitOpenError, TimeoutError } from './errors.js'
import { hostFlags } from './hostFlags.js'
import { Retryer, timeoutCode, type Outcome } from './retryer.js'
import type { FetchSignal } from './fetchSignal.js'
import type { QueryEngine } from './queryEngine.js'
import type { InternalQuery } from './internal.js'
import type { CancelOptions, FetchContext, QueryAction, QueryCacheConfig } from './types.js'

/** @internal What a fetch needs from its query. */
export interface FetchConfig<TData, TError> {
  query: InternalQuery<any, TError, TData, any>
  engine: QueryEngine
  config: QueryCacheConfig
  context: FetchContext<any, TError, TData, any>
  signal: FetchSignal
  /** The engine's id of this fetch. */
  run: number
  /** Calls the query function. */
  call: () => TData
  /** Takes over the query's new state from the engine's buffer, and notifies. */
  update: (action: QueryAction<TData, TError>) => void
  /** Restores the state before the fetch. */
  revert: () => void
  /** The fetch that replaced this one, if any. */
  successor: (fetch: Fetch<TData, TError>) => Fetch<TData, TError> | undefined
  ended: (fetch: Fetch<TData, TError>) => void
}

/** @internal */
export class Fetch<TData = any, TError = any> {
  /** For the caller of `query.fetch`: rejects where the state of the query shows an error. */
  readonly promise: Promise<TData>
  readonly #config: FetchConfig<TData, TError>
  readonly #timeout: number
  readonly #retryer: Retryer<TData, TError>
  /** Whether the timer keeps a Node process alive for this fetch. */
  #waiting = false
  /** The id of an observer that wants to fetch again as soon as this fetch ends; 0 for none. */
  #observerToRefetch = 0

  constructor(fetchConfig: FetchConfig<TData, TError>) {
    const { context, engine, query, run, update } = fetchConfig
    const { exports, machine } = engine
    const { retry, retryDelay, timeout } = context.options
    this.#config = fetchConfig
    this.#timeout = timeoutCode(timeout)
    const retryer = (this.#retryer = new Retryer<TData, TError>({
      fn: () => this.#call(),
      initialPromise: context.fetchOptions?.initialPromise as Promise<TData> | undefined,
      retry,
      retryDelay,
      failed: (verdict, delay, retryAfter) =>
        exports.query_failed(machine, Date.now(), query.id, run, verdict, delay, retryAfter),
      ended: (outcome) => this.#end(outcome),
      onCancel: (error) => {
        if (error.revert) fetchConfig.revert()
        fetchConfig.signal.abort()
      },
      onFail: (failureCount, error) => {
        this.#setWaiting(true)
        update({ type: 'failed', failureCount, error })
      },
      resume: () => {
        const next = exports.query_resume(machine, Date.now(), query.id, run, hostFlags())
        if (next === RESUME_NOTHING) return
        update({ type: 'continue' })
        if (next === RESUME_RUN) retryer.attempt()
        else retryer.giveUp()
      },
    }))
    this.promise = this.#settle()
  }

  /** The data of the attempt that succeeds, before it is stored. */
  get result(): Promise<TData> {
    return this.#retryer.promise
  }

  attempt(): void {
    this.#retryer.attempt()
  }

  onEngineFailed(): void {
    this.#retryer.onEngineFailed()
  }

  giveUp(): void {
    this.#retryer.giveUp()
  }

  /** Continues after a pause, if its reason is over. */
  continue(): void {
    void this.#retryer.continue()
  }

  cancel(options?: CancelOptions): void {
    this.#retryer.cancel(options)
  }

  /** The attempt exceeded the `timeout`. */
  timeOut(): void {
    const { query, signal } = this.#config
    const error = new TimeoutError(this.#timeout, query.queryHash)
    signal.abort(error)
    this.#retryer.failed(error)
  }

  #call(): TData {
    const { engine, query, run, call } = this.#config
    if (engine.error) throw engine.error
    // A process stays alive for an attempt with a `timeout`; for one without, the pending request decides.
    const limited = this.#timeout !== Infinity
    this.#setWaiting(limited)
    if (limited) engine.rearm()
    const origin = engine.breakers?.guard(query, run)
    if (origin !== undefined) {
      const until = engine.exports.query_admit(engine.machine, Date.now(), run)
      if (until) throw new CircuitOpenError(origin, until)
    }
    return call()
  }

  #setWaiting(now: boolean): void {
    if (now !== this.#waiting) this.#config.engine.timer.keepAlive(now ? 1 : -1)
    this.#waiting = now
  }

  #end(outcome: Outcome): void {
    const { engine, query, run } = this.#config
    this.#setWaiting(false)
    this.#observerToRefetch ||= engine.exports.query_end(engine.machine, Date.now(), run, outcome)
    // The query is idle now, and may be evicted unless an observer is expected.
    engine.evict(query.id)
    engine.rearm()
  }

  async #settle(): Promise<TData> {
    const { config, engine, query, successor, update, ended } = this.#config
    const anyQuery = query as InternalQuery<any, any, any, any>
    try {
      const data = await this.#retryer.promise
      if (data === undefined) {
        warnInDevelopment(() => {
          if (process.env.NODE_ENV !== 'production') {
            console.error(
              'Query data cannot be undefined. Please make sure to return a value other than undefined from ' +
                `your query function. Affected query key: ${query.queryHash}`,
            )
          }
        })
        throw new Error(`${query.queryHash} data is undefined`)
      }
      query.setData(data)
      // An option of an observer that threw while data was set is the query's error: the caller of `fetch` must learn of it.
      const failure = query.observers.find((observer) => observer.failure)?.failure
      if (failure) throw failure.error
      // The fetch ends before the callbacks, which may fetch again.
      this.#end(OUTCOME_SUCCESS)
      callSafely(() => config.onSuccess?.(data, anyQuery))
      callSafely(() => config.onSettled?.(data, query.state.error as any, anyQuery))
      return data
    } catch (error) {
      if (error instanceof CancelledError) {
        if (error.silent) {
          // Callers of a replaced fetch wait for the one that replaced it.
          const next = successor(this)
          if (next) return next.promise
          throw error
        }
        if (error.revert) {
          if (query.state.data === undefined) throw error
          return query.state.data
        }
      }
      this.#end(OUTCOME_ERROR)
      engine.exports.query_set_error(engine.machine, Date.now(), query.id)
      update({ type: 'error', error: error as TError })
      callSafely(() => config.onError?.(error as any, anyQuery))
      callSafely(() => config.onSettled?.(query.state.data, error as any, anyQuery))
      throw error
    } finally {
      ended(this)
      if (this.#observerToRefetch) engine.observers.get(this.#observerToRefetch)?.onFetchDue()
    }
  }
}
