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
  type OUTCOME_CANCELLED,
  OUTCOME_ERROR,
  OUTCOME_SUCCESS,
  SERVER_RETRY,
  VERDICT_BY_OPTIONS,
  VERDICT_NO,
  VERDICT_PERMANENT,
  VERDICT_YES,
} from '../boundary/query.js'
import { environmentManager } from './environmentManager.js'
import { noop } from './utils.js'
import type { NetworkMode, RetryDelayValue, RetryValue } from './types.js'

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

/** What it asks, and whom it tells, are members of the same object: the fetch itself, or what a mutation adds. */
export abstract class Retryer<TData = unknown, TError = any> {
  /** The data of the attempt that succeeds, before it is stored. */
  readonly result: Promise<TData>
  /** Takes the place of the first attempt. */
  declare initialPromise?: Promise<TData>
  declare retry?: RetryValue<TError>
  declare retryDelay?: RetryDelayValue<TError>
  #settled = false
  #failures = 0
  /** The running attempt. What others answer is ignored. */
  #attempt?: object
  #error: unknown
  /** What settles the result, by `OUTCOME_SUCCESS` and `OUTCOME_ERROR`. */
  #settle!: [(data: any) => void, (error: unknown) => void]

  constructor() {
    this.result = new Promise((...settle) => {
      this.#settle = settle
    })
    this.result.catch(noop)
  }

  /** Calls the function. The engine decides when. */
  attempt(): void {
    if (this.#settled) return
    const mine = (this.#attempt = {})
    let answer: TData | Promise<TData>
    try {
      answer = (!this.#failures && this.initialPromise) || this.fn()
    } catch (error) {
      answer = Promise.reject(error)
    }
    Promise.resolve(answer).then(
      (data) => this.#attempt === mine && this.settle(OUTCOME_SUCCESS, data),
      (error) => this.#attempt === mine && this.failed(error),
    )
  }

  /** The engine has failed, so nobody decides about retries: if no attempt is running, one is made now, and fails. */
  onEngineFailed(): void {
    if (!this.#attempt) this.attempt()
  }

  /** Rejects with the last error. */
  giveUp(): void {
    this.settle(OUTCOME_ERROR, this.#error)
  }

  /** Continues after a pause, if the engine agrees. Runs after the current task's other changes. */
  continue(): Promise<TData> {
    queueMicrotask(() => {
      if (!this.#settled) this.resume()
    })
    return this.result
  }

  /** The attempt failed. A later answer of its function is ignored. */
  failed(error: any): void {
    if (this.#settled) return
    this.#attempt = undefined
    this.#error = error
    const { retry, retryDelay } = this
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
    if (this.tellFailure(verdict, delay, typeof retryAfter === 'number' ? retryAfter : 0) === FAILURE_RETRIED) {
      this.onFail(++this.#failures, error)
    } else {
      this.giveUp()
    }
  }

  /** Settles the result. Returns whether it was open. */
  protected settle(outcome: Outcome, value: any): boolean {
    if (this.#settled) return false
    this.#settled = true
    this.#attempt = undefined
    if (outcome !== OUTCOME_SUCCESS) this.ended(outcome)
    this.#settle[outcome && OUTCOME_ERROR](value)
    return true
  }

  protected abstract fn(): TData | Promise<TData>

  /** Tells the engine of a failed attempt. Returns one of `FAILURE_*`. */
  protected abstract tellFailure(verdict: number, delay: number, retryAfter: number): number

  /** Tells the engine that the fetch is over. After a success it is told when the data is stored. */
  protected abstract ended(outcome: Outcome): void

  protected abstract onFail(failureCount: number, error: TError): void

  /** Asks the engine whether a paused fetch continues, and continues it. */
  protected abstract resume(): void
}
