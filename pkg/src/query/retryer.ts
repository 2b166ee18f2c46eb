// A promise for a function that is called when the engine says so: now, after a delay, or not again. And the encoding of the
// options that decide about it.
import { DEFAULT_RETRY, type OUTCOME_CANCELLED, OUTCOME_ERROR, OUTCOME_SUCCESS, SERVER_RETRY } from '../boundary/query.js'
import {
  NETWORK_MODE_ALWAYS,
  NETWORK_MODE_OFFLINE_FIRST,
  NETWORK_MODE_ONLINE,
  type RunOptions,
  type Verdict,
} from '../rules/query.js'
import { environmentManager } from './environmentManager.js'
import { noop } from './utils.js'
import type { NetworkMode, RetryDelayValue, RetryValue } from './types.js'

export function networkModeCode(mode: NetworkMode | undefined): number {
  if (mode === undefined || mode === 'online') return NETWORK_MODE_ONLINE
  return mode === 'always' ? NETWORK_MODE_ALWAYS : NETWORK_MODE_OFFLINE_FIRST
}

interface Given {
  retry?: RetryValue<any>
  retryDelay?: RetryDelayValue<any>
  retryJitter?: boolean | number
  networkMode?: NetworkMode
}

/** The options of a run as the engine takes them. What is not a number of ms counts as 0. */
export function runOptions(
  { retry, retryDelay, retryJitter, networkMode }: Given,
  timeout = Infinity,
  partial = false,
): RunOptions {
  retry ??= environmentManager.isServer() ? SERVER_RETRY : DEFAULT_RETRY
  return {
    // For a function the engine gets its verdict with each failure. Without a number it retries until it succeeds.
    retry$: retry === true ? undefined : typeof retry === 'number' ? Math.ceil(positive(retry)) : 0,
    delay$: retryDelay == null || typeof retryDelay === 'function' ? undefined : positive(retryDelay),
    jitter$: retryJitter === true ? 0.5 : positive(retryJitter),
    timeout$: timeout,
    networkMode$: networkModeCode(networkMode),
    partial$: partial,
  }
}

/** A span of ms. What is not a number of them counts as 0. */
export function positive(value: unknown): number {
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
  attemptNow(): void {
    if (this.#settled) return
    const mine = (this.#attempt = {})
    let answer: TData | Promise<TData>
    try {
      answer = (!this.#failures && this.initialPromise) || this.callFunction()
    } catch (error) {
      answer = Promise.reject(error)
    }
    Promise.resolve(answer).then(
      (data) => this.#attempt === mine && this.settleResult(OUTCOME_SUCCESS, data),
      (error) => this.#attempt === mine && this.attemptFailed(error),
    )
  }

  /** Rejects with the last error. */
  giveUp(): void {
    this.settleResult(OUTCOME_ERROR, this.#error)
  }

  /** Continues after a pause, if the engine agrees. Runs after the current task's other changes. */
  continue(): Promise<TData> {
    queueMicrotask(() => {
      if (!this.#settled) this.askResume()
    })
    return this.result
  }

  /** The attempt failed. A later answer of its function is ignored. */
  attemptFailed(error: any): void {
    if (this.#settled) return
    this.#attempt = undefined
    this.#error = error
    const { retry, retryDelay } = this
    const { retryable, retryAfter } = (error ?? {}) as ErrorHints
    // What is not said here the run's options decide.
    const verdict: Verdict = {
      retry$: undefined,
      delay$: undefined,
      permanent$: retryable === false,
      retryAfter$: typeof retryAfter === 'number' ? positive(retryAfter) : 0,
    }
    try {
      if (typeof retryDelay === 'function') verdict.delay$ = positive(retryDelay(this.#failures, error))
      if (typeof retry === 'function') verdict.retry$ = !!retry(this.#failures, error)
    } catch (thrown) {
      // `retry` or `retryDelay` threw: that error is the one to report.
      this.#error = thrown
      verdict.retry$ = false
    }
    if (this.tellFailure(verdict)) {
      this.tellRetry(++this.#failures, error)
    } else {
      this.giveUp()
    }
  }

  /** Settles the result. Returns whether it was open. */
  protected settleResult(outcome: Outcome, value: any): boolean {
    if (this.#settled) return false
    this.#settled = true
    this.#attempt = undefined
    if (outcome !== OUTCOME_SUCCESS) this.tellEnd(outcome)
    this.#settle[outcome && OUTCOME_ERROR](value)
    return true
  }

  protected abstract callFunction(): TData | Promise<TData>

  /** Tells the engine of a failed attempt. Returns whether there will be another. */
  protected abstract tellFailure(verdict: Verdict): boolean

  /** Tells the engine that the fetch is over. After a success it is told when the data is stored. */
  protected abstract tellEnd(outcome: Outcome): void

  protected abstract tellRetry(failureCount: number, error: TError): void

  /** Asks the engine whether a paused fetch continues, and continues it. */
  protected abstract askResume(): void
}
