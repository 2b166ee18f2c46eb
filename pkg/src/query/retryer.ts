// A promise for a function that is called when the engine says so: now, after a delay, or not again. And the encoding of the
// options that decide about it.
import {
  DELAY_BY_OPTIONS,
  DELAY_EXPONENTIAL,
  FAILURE_RETRIED,
  NETWORK_MODE_ALWAYS,
  NETWORK_MODE_OFFLINE_FIRST,
  NETWORK_MODE_ONLINE,
  OUTCOME_CANCELLED,
  OUTCOME_ERROR,
  type OUTCOME_SUCCESS,
  VERDICT_BY_OPTIONS,
  VERDICT_NO,
  VERDICT_PERMANENT,
  VERDICT_YES,
} from '../boundary/query.js'
import { environmentManager } from './environmentManager.js'
import { CancelledError } from './cancelledError.js'
import { noop } from './utils.js'
import type { CancelOptions, NetworkMode, RetryDelayValue, RetryValue } from './types.js'
import type { Exports } from './wasm.js'

/** @internal `retry` as a number for the engine. */
export function retryCode(exports: Exports, retry: RetryValue<any> | undefined): number {
  if (retry == null) return exports.query_default_retry(+environmentManager.isServer())
  // For a function the engine gets its verdict with each failure.
  return retry === true ? Infinity : typeof retry === 'number' && retry > 0 ? Math.ceil(retry) : 0
}

/** `retryDelay` as a number for the engine. What is not a number of ms counts as 0, as in `setTimeout`. */
export function retryDelayCode(delay: RetryDelayValue<any> | undefined): number {
  return delay == null || typeof delay === 'function' ? DELAY_EXPONENTIAL : Math.max(Number(delay), 0) || 0
}

export function retryJitterCode(jitter: boolean | number | undefined): number {
  return jitter === true ? 0.5 : Math.max(Number(jitter) || 0, 0)
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

export function networkModeCode(mode: NetworkMode | undefined): number {
  if (mode === undefined || mode === 'online') return NETWORK_MODE_ONLINE
  return mode === 'always' ? NETWORK_MODE_ALWAYS : NETWORK_MODE_OFFLINE_FIRST
}

/** How a fetch ended. */
export type Outcome = typeof OUTCOME_SUCCESS | typeof OUTCOME_ERROR | typeof OUTCOME_CANCELLED

interface RetryerConfig<TData, TError> {
  fn: () => TData | Promise<TData>
  initialPromise?: Promise<TData>
  retry?: RetryValue<TError>
  retryDelay?: RetryDelayValue<TError>
  /** Tells the engine of a failed attempt. Returns one of `FAILURE_*`. */
  failed: (verdict: number, delay: number, retryAfter: number) => number
  /** Tells the engine that the fetch is over. */
  ended: (outcome: Outcome) => void
  onCancel?: (error: CancelledError) => void
  onFail: (failureCount: number, error: TError) => void
  /** Asks the engine whether a paused fetch continues, and continues it. */
  resume: () => void
}

export class Retryer<TData = unknown, TError = any> {
  readonly promise: Promise<TData>
  status: 'pending' | 'resolved' | 'rejected' = 'pending'
  #config: RetryerConfig<TData, TError>
  #failures = 0
  #attempts = 0
  /** Whether an attempt is running. */
  #attempting = false
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
    if (this.status !== 'pending') return
    const { fn, initialPromise } = this.#config
    const attempt = ++this.#attempts
    this.#attempting = true
    let answer: TData | Promise<TData>
    try {
      answer = (this.#failures === 0 && initialPromise) || fn()
    } catch (error) {
      answer = Promise.reject(error)
    }
    Promise.resolve(answer).then(
      (data) => attempt === this.#attempts && this.#settle('resolved', data),
      (error) => attempt === this.#attempts && this.failed(error),
    )
  }

  /** The engine has failed, so nobody decides about retries: if no attempt is running, one is made now, and fails. */
  onEngineFailed(): void {
    if (!this.#attempting) this.attempt()
  }

  /** Rejects with the last error. */
  giveUp(): void {
    this.#settle('rejected', this.#error)
  }

  /** Continues after a pause, if the engine agrees. Runs after the current task's other changes. */
  continue(): Promise<TData> {
    void Promise.resolve().then(() => {
      if (this.status === 'pending') this.#config.resume()
    })
    return this.promise
  }

  cancel(options?: CancelOptions): void {
    if (this.status !== 'pending') return
    const error = new CancelledError(options)
    this.#settle('rejected', error)
    this.#config.onCancel?.(error)
  }

  /** The attempt failed. A later answer of its function is ignored. */
  failed(error: any): void {
    if (this.status !== 'pending') return
    this.#attempts++
    this.#attempting = false
    this.#error = error
    const { retry, retryDelay } = this.#config
    let delay: number = DELAY_BY_OPTIONS
    let verdict: number = VERDICT_BY_OPTIONS
    try {
      if (typeof retryDelay === 'function') delay = Math.max(retryDelay(this.#failures, error), 0) || 0
      if (typeof retry === 'function') verdict = retry(this.#failures, error) ? VERDICT_YES : VERDICT_NO
    } catch (thrown) {
      // `retry` or `retryDelay` threw: that error is the one to report.
      this.#error = thrown
      verdict = VERDICT_NO
    }
    const { retryable, retryAfter } = (error ?? {}) as ErrorHints
    const permanent = retryable === false ? VERDICT_PERMANENT : 0
    const wait = typeof retryAfter === 'number' ? retryAfter : 0
    if (this.#config.failed(verdict | permanent, delay, wait) === FAILURE_RETRIED) {
      this.#failures++
      this.#config.onFail(this.#failures, error)
    } else {
      this.giveUp()
    }
  }

  #settle(status: 'resolved' | 'rejected', value: any): void {
    if (this.status !== 'pending') return
    this.status = status
    if (status === 'resolved') {
      this.#resolve(value)
    } else {
      this.#config.ended(value instanceof CancelledError ? OUTCOME_CANCELLED : OUTCOME_ERROR)
      this.#reject(value)
    }
  }
}
