// A promise for a function that is run by an engine's word: now, again, later, or no more.
import {
  DELAY_BY_OPTIONS,
  DELAY_EXPONENTIAL,
  FAILURE_RETRIED,
  NETWORK_MODE_ALWAYS,
  NETWORK_MODE_OFFLINE_FIRST,
  NETWORK_MODE_ONLINE,
  OUTCOME_CANCELLED,
  OUTCOME_ERROR,
  OUTCOME_SUCCESS,
  VERDICT_BY_OPTIONS,
  VERDICT_NO,
  VERDICT_PERMANENT,
  VERDICT_YES,
} from '../boundary/query.js'
import { environmentManager } from './environmentManager.js'
import { CancelledError } from './cancelledError.js'
import { noop } from './utils.js'
import type { CancelOptions, NetworkMode } from './types.js'
import type { Exports } from './wasm.js'

export type RetryValue<TError> = boolean | number | ((failureCount: number, error: TError) => boolean)
export type RetryDelayValue<TError> = number | ((failureCount: number, error: TError) => number)

/** @internal The retry options as the engine reads them: see `run` in crates/npm/src/query/codes.rs. */
export function retryCode(exports: Exports, retry: RetryValue<any> | undefined): number {
  if (retry == null) return exports.query_default_retry(+environmentManager.isServer())
  // With a function, each failure brings its verdict.
  return retry === true ? Infinity : typeof retry === 'number' && retry > 0 ? Math.ceil(retry) : 0
}

/** As `retryCode`; what is no number of ms is none, as timers have it. */
export function delayCode(delay: RetryDelayValue<any> | undefined): number {
  return delay == null || typeof delay === 'function' ? DELAY_EXPONENTIAL : Math.max(Number(delay), 0) || 0
}

export function jitterCode(jitter: boolean | number | undefined): number {
  return jitter === true ? 0.5 : Math.max(Number(jitter) || 0, 0)
}

/** `Infinity` for none. */
export function timeoutCode(timeout: number | undefined): number {
  return typeof timeout === 'number' && timeout > 0 ? timeout : Infinity
}

/** What an error may say of itself, whoever made it. */
interface Informative {
  /** `false`: the same request would fail again. */
  retryable?: unknown
  /** For how many ms the server asks not to be asked again. */
  retryAfter?: unknown
}

export function modeCode(mode: NetworkMode | undefined): number {
  return mode === undefined || mode === 'online' ? NETWORK_MODE_ONLINE : mode === 'always' ? NETWORK_MODE_ALWAYS : NETWORK_MODE_OFFLINE_FIRST
}

/** How a run ended. */
export type Outcome = typeof OUTCOME_SUCCESS | typeof OUTCOME_ERROR | typeof OUTCOME_CANCELLED

interface RetryerConfig<TData, TError> {
  fn: () => TData | Promise<TData>
  initialPromise?: Promise<TData>
  retry?: RetryValue<TError>
  retryDelay?: RetryDelayValue<TError>
  /** Tells the engine of a failure; gives one of `FAILURE_*`. */
  failed: (verdict: number, delay: number, retryAfter: number) => number
  /** Tells the engine that the run is over. */
  ended: (outcome: Outcome) => void
  onCancel?: (error: CancelledError) => void
  onFail: (failureCount: number, error: TError) => void
  /** Asks the engine whether a paused run goes on, and lets it. */
  resume: () => void
}

export class Retryer<TData = unknown, TError = any> {
  readonly promise: Promise<TData>
  status: 'pending' | 'resolved' | 'rejected' = 'pending'
  #config: RetryerConfig<TData, TError>
  #failures = 0
  #attempts = 0
  /** Whether an attempt is under way. */
  #trying = false
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

  /** Calls the function: the engine said so. */
  attempt(): void {
    if (this.status !== 'pending') return
    const { fn, initialPromise } = this.#config
    const attempt = ++this.#attempts
    this.#trying = true
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

  /** Nobody says any more when to try: what is not under way is tried now, and fails. */
  onBroke(): void {
    if (!this.#trying) this.attempt()
  }

  /** The last error stands. */
  giveUp(): void {
    this.#settle('rejected', this.#error)
  }

  /** Goes on after a pause, if the engine finds that it can; what else is happening now comes first. */
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

  /** The attempt failed. Whatever its function answers later counts no more. */
  failed(error: any): void {
    if (this.status !== 'pending') return
    this.#attempts++
    this.#trying = false
    this.#error = error
    const { retry, retryDelay } = this.#config
    let delay: number = DELAY_BY_OPTIONS
    let verdict: number = VERDICT_BY_OPTIONS
    try {
      if (typeof retryDelay === 'function') delay = Math.max(retryDelay(this.#failures, error), 0) || 0
      if (typeof retry === 'function') verdict = retry(this.#failures, error) ? VERDICT_YES : VERDICT_NO
    } catch (thrown) {
      // Who was to say whether and when to try again has failed too: that is what there is to mend.
      this.#error = thrown
      verdict = VERDICT_NO
    }
    const { retryable, retryAfter } = (error ?? {}) as Informative
    const permanent = retryable === false ? VERDICT_PERMANENT : 0
    if (this.#config.failed(verdict | permanent, delay, typeof retryAfter === 'number' ? retryAfter : 0) === FAILURE_RETRIED) {
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
