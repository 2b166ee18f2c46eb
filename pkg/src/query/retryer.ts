// A promise for a function that is called when the engine says so: now, after a delay, or not again. And the encoding of the
// options that decide about it.
import {
  DEFAULT_RETRY,
  DELAY_BY_OPTIONS,
  DELAY_EXPONENTIAL,
  FAILURE_RETRIED,
  NETWORK_MODE_ALWAYS,
  NETWORK_MODE_OFFLINE_FIRST,
  NETWORK_MODE_ONLINE,
  OUTCOME_CANCELLED,
  OUTCOME_ERROR,
  type OUTCOME_SUCCESS,
  SERVER_RETRY,
  VERDICT_BY_OPTIONS,
  VERDICT_NO,
  VERDICT_PERMANENT,
  VERDICT_YES,
} from '../boundary/query.js'
import { environmentManager } from './environmentManager.js'
import { CancelledError } from './cancelledError.js'
import { noop } from './utils.js'
import type { CancelOptions, NetworkMode, RetryDelayValue, RetryValue } from './types.js'

export function networkModeCode(mode: NetworkMode | undefined): number {
  if (mode === undefined || mode === 'online') return NETWORK_MODE_ONLINE
  return mode === 'always' ? NETWORK_MODE_ALWAYS : NETWORK_MODE_OFFLINE_FIRST
}

interface RunOptions {
  retry?: RetryValue<any>
  retryDelay?: RetryDelayValue<any>
  retryJitter?: boolean | number
  networkMode?: NetworkMode
}

/** The options of a run as the engine takes them; `flag` goes beside the network mode. What is not a number of ms counts as 0. */
export function runOptions(
  { retry, retryDelay, retryJitter, networkMode }: RunOptions,
  flag = 0,
): [retry: number, delay: number, mode: number, jitter: number] {
  retry ??= environmentManager.isServer() ? SERVER_RETRY : DEFAULT_RETRY
  return [
    // For a function the engine gets its verdict with each failure.
    retry === true ? Infinity : typeof retry === 'number' ? Math.ceil(positive(retry)) : 0,
    retryDelay == null || typeof retryDelay === 'function' ? DELAY_EXPONENTIAL : positive(retryDelay),
    networkModeCode(networkMode) | flag,
    retryJitter === true ? 0.5 : positive(retryJitter),
  ]
}

function positive(value: unknown): number {
  return Math.max(Number(value), 0) || 0
}

/** `timeout` as a number for the engine; `Infinity` for none. */
export function timeoutCode(timeout: number | undefined): number {
  return typeof timeout === 'number' && timeout > 0 ? timeout : Infinity
}

/** What any error may say about its retry; `HttpError` does. */
interface ErrorHints {
  /** `false`: the same request would fail again. */
  retryable?: unknown
  /** How long the server asks clients to wait, in ms. */
  retryAfter?: unknown
}

/** How a fetch ended. */
export type Outcome = typeof OUTCOME_SUCCESS | typeof OUTCOME_ERROR | typeof OUTCOME_CANCELLED

interface RetryerConfig<TData, TError> {
  fn(): TData | Promise<TData>
  /** Takes the place of the first attempt. */
  readonly initialPromise?: Promise<TData>
  readonly retry?: RetryValue<TError>
  readonly retryDelay?: RetryDelayValue<TError>
  /** Tells the engine of a failed attempt. Returns one of `FAILURE_*`. */
  tellFailure(verdict: number, delay: number, retryAfter: number): number
  /** Tells the engine that the fetch is over. */
  ended(outcome: Outcome): void
  onCancel?(error: CancelledError): void
  onFail(failureCount: number, error: TError): void
  /** Asks the engine whether a paused fetch continues, and continues it. */
  resume(): void
}

export class Retryer<TData = unknown, TError = any> {
  readonly promise: Promise<TData>
  readonly #config: RetryerConfig<TData, TError>
  #settled = false
  #failures = 0
  /** The running attempt. What others answer is ignored. */
  #attempt?: object
  #error: unknown
  #resolve!: (data: TData) => void
  #reject!: (error: unknown) => void

  constructor(config: RetryerConfig<TData, TError>) {
    this.#config = config
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.promise.catch(noop)
  }

  /** Calls the function. The engine decides when. */
  attempt(): void {
    if (this.#settled) return
    const config = this.#config
    const mine = (this.#attempt = {})
    let answer: TData | Promise<TData>
    try {
      answer = (!this.#failures && config.initialPromise) || config.fn()
    } catch (error) {
      answer = Promise.reject(error)
    }
    Promise.resolve(answer).then(
      (data) => {
        if (this.#attempt !== mine) return
        this.#settle()
        this.#resolve(data)
      },
      (error) => {
        if (this.#attempt === mine) this.failed(error)
      },
    )
  }

  /** The engine has failed, so nobody decides about retries: if no attempt is running, one is made now, and fails. */
  onEngineFailed(): void {
    if (!this.#attempt) this.attempt()
  }

  /** Rejects with the last error. */
  giveUp(): void {
    this.#fail(this.#error)
  }

  /** Continues after a pause, if the engine agrees. Runs after the current task's other changes. */
  continue(): Promise<TData> {
    queueMicrotask(() => {
      if (!this.#settled) this.#config.resume()
    })
    return this.promise
  }

  cancel(options?: CancelOptions): void {
    if (this.#settled) return
    const error = new CancelledError(options)
    this.#fail(error)
    this.#config.onCancel?.(error)
  }

  /** The attempt failed. A later answer of its function is ignored. */
  failed(error: any): void {
    if (this.#settled) return
    this.#attempt = undefined
    this.#error = error
    const { retry, retryDelay } = this.#config
    let delay: number = DELAY_BY_OPTIONS
    let verdict: number = VERDICT_BY_OPTIONS
    try {
      if (typeof retryDelay === 'function') delay = positive(retryDelay(this.#failures, error))
      if (typeof retry === 'function') verdict = retry(this.#failures, error) ? VERDICT_YES : VERDICT_NO
    } catch (thrown) {
      // `retry` or `retryDelay` threw: that error is the one to report.
      this.#error = thrown
      verdict = VERDICT_NO
    }
    const { retryable, retryAfter } = (error ?? {}) as ErrorHints
    if (retryable === false) verdict |= VERDICT_PERMANENT
    if (this.#config.tellFailure(verdict, delay, typeof retryAfter === 'number' ? retryAfter : 0) === FAILURE_RETRIED) {
      this.#config.onFail(++this.#failures, error)
    } else {
      this.giveUp()
    }
  }

  #settle(): void {
    this.#settled = true
    this.#attempt = undefined
  }

  #fail(error: unknown): void {
    if (this.#settled) return
    this.#settle()
    this.#config.ended(error instanceof CancelledError ? OUTCOME_CANCELLED : OUTCOME_ERROR)
    this.#reject(error)
  }
}
