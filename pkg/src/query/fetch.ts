// One fetch of a query: attempts on the engine's word, until it is over.
import { OUTCOME_ERROR, OUTCOME_SUCCESS, RESUME_NOTHING, RESUME_RUN } from '../boundary/query.js'
import { advise } from './advise.js'
import { attempt } from './attempt.js'
import { CancelledError } from './cancelledError.js'
import { CircuitOpenError, TimeoutError } from './errors.js'
import { host } from './host.js'
import { Retryer, timeoutCode, type Outcome } from './retryer.js'
import type { FetchSignal } from './fetchSignal.js'
import type { Query } from './query.js'
import type { QueryCacheConfig } from './queryCache.js'
import type { QueryEngine } from './engine.js'
import type { Action, FetchContext } from './queryState.js'
import type { CancelOptions } from './types.js'

/** @internal What a fetch needs of its query. */
export interface FetchSetup<TData, TError> {
  query: Query<any, TError, TData, any>
  engine: QueryEngine
  config: QueryCacheConfig
  context: FetchContext<any, TError, TData, any>
  signal: FetchSignal
  /** The engine's id of this fetch. */
  run: number
  /** Calls the query's function. */
  call: () => TData
  /** The engine has the query's new state: takes it over, and tells. */
  update: (action: Action<TData, TError>) => void
  /** The state before the fetch comes back. */
  revert: () => void
  /** The fetch that has taken its place, if one has. */
  successor: (fetch: Fetch<TData, TError>) => Fetch<TData, TError> | undefined
  ended: (fetch: Fetch<TData, TError>) => void
}

/** @internal */
export class Fetch<TData = any, TError = any> {
  /** For who asked the query to fetch: rejects where the query's state shows an error. */
  readonly promise: Promise<TData>
  readonly #setup: FetchSetup<TData, TError>
  readonly #timeout: number
  readonly #retryer: Retryer<TData, TError>
  /** Whether it keeps a Node process alive. */
  #waiting = false
  /** The observer for which to fetch again at once. */
  #again = 0

  constructor(setup: FetchSetup<TData, TError>) {
    const { context, engine, query, run, update } = setup
    const { exports, machine } = engine
    const { retry, retryDelay, timeout } = context.options
    this.#setup = setup
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
        if (error.revert) setup.revert()
        setup.signal.abort()
      },
      onFail: (failureCount, error) => {
        this.#wait(true)
        update({ type: 'failed', failureCount, error })
      },
      resume: () => {
        const next = exports.query_resume(machine, Date.now(), query.id, run, host())
        if (next === RESUME_NOTHING) return
        update({ type: 'continue' })
        if (next === RESUME_RUN) retryer.attempt()
        else retryer.giveUp()
      },
    }))
    this.promise = this.#settle()
  }

  /** What comes of its attempts. */
  get answer(): Promise<TData> {
    return this.#retryer.promise
  }

  attempt(): void {
    this.#retryer.attempt()
  }

  onBroke(): void {
    this.#retryer.onBroke()
  }

  giveUp(): void {
    this.#retryer.giveUp()
  }

  /** What it was paused for may be over. */
  continue(): void {
    void this.#retryer.continue()
  }

  cancel(options?: CancelOptions): void {
    this.#retryer.cancel(options)
  }

  /** The attempt took too long. */
  timeOut(): void {
    const { query, signal } = this.#setup
    const error = new TimeoutError(this.#timeout, query.queryHash)
    signal.abort(error)
    this.#retryer.failed(error)
  }

  #call(): TData {
    const { engine, query, run, call } = this.#setup
    if (engine.error) throw engine.error
    // What is due to be given up some time is waited for, whoever else is not.
    const limited = this.#timeout !== Infinity
    this.#wait(limited)
    if (limited) engine.rearm()
    const origin = engine.breakers?.guard(query, run)
    if (origin !== undefined) {
      const until = engine.exports.query_admit(engine.machine, Date.now(), run)
      if (until) throw new CircuitOpenError(origin, until)
    }
    return call()
  }

  #wait(now: boolean): void {
    if (now !== this.#waiting) this.#setup.engine.alarm.hold(now ? 1 : -1)
    this.#waiting = now
  }

  #end(outcome: Outcome): void {
    const { engine, query, run } = this.#setup
    this.#wait(false)
    this.#again ||= engine.exports.query_end(engine.machine, Date.now(), run, outcome)
    // It is at rest now, for as long as someone is expected to look.
    engine.evict(query.id)
    engine.rearm()
  }

  async #settle(): Promise<TData> {
    const { config, engine, query, successor, update, ended } = this.#setup
    const about = query as Query<any, any, any, any>
    try {
      const data = await this.#retryer.promise
      if (data === undefined) {
        advise(() => {
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
      // An option of an observer that throws is the query's failure: otherwise those who fetch would not hear of it.
      const failure = query.observers.find((observer) => observer.failure)?.failure
      if (failure) throw failure.error
      // Over before anyone hears of it: a callback may fetch again.
      this.#end(OUTCOME_SUCCESS)
      attempt(() => config.onSuccess?.(data, about))
      attempt(() => config.onSettled?.(data, query.state.error as any, about))
      return data
    } catch (error) {
      if (error instanceof CancelledError) {
        if (error.silent) {
          // Who waited for this one waits for the newer one.
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
      attempt(() => config.onError?.(error as any, about))
      attempt(() => config.onSettled?.(query.state.data, error as any, about))
      throw error
    } finally {
      ended(this)
      if (this.#again) engine.observers.get(this.#again)?.onFetchDue()
    }
  }
}
