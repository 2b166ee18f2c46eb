// A promise for a function that is run by an engine's word: now, again, later, or no more.
import { environmentManager } from './environmentManager.js'
import { CancelledError } from './cancelledError.js'
import { noop } from './utils.js'
import type { CancelOptions, NetworkMode, RetryDelayValue, RetryValue } from './types.js'
import type { Exports } from './wasm.js'

/** @internal The retry options as the engine reads them: see `run` in crates/npm/src/query/codes.rs. */
export function retryCode(exports: Exports, retry: RetryValue<any> | undefined): number {
  if (retry == null) return exports.query_default_retry(+environmentManager.isServer())
  // With a function, each failure brings its verdict.
  return retry === true ? Infinity : typeof retry === 'number' && retry > 0 ? Math.ceil(retry) : 0
}

/** As `retryCode`; what is no number of ms is none, as timers have it. */
export function retryDelayCode(delay: RetryDelayValue<any> | undefined): number {
  return delay == null || typeof delay === 'function' ? -1 : Math.max(Number(delay), 0) || 0
}

export function retryJitterCode(jitter: boolean | number | undefined): number {
  return jitter === true ? 0.5 : Math.max(Number(jitter) || 0, 0)
}

/** `Infinity` for none. */
export function timeoutCode(timeout: number | undefined): number {
  return typeof timeout === 'number' && timeout > 0 ? timeout : Infinity
}

/** What an error may say of itself, whoever made it. */
interface ErrorHints {
  /** `false`: the same request would fail again. */
  retryable?: unknown
  /** For how many ms the server asks not to be asked again. */
  retryAfter?: unknown
}

export function networkModeCode(mode: NetworkMode | undefined): number {
  return mode === undefined || mode === 'online' ? 0 : mode === 'always' ? 1 : 2
}

/** How a run ended: 0 with data, 1 with an error, 2 cancelled. */
export type Outcome = 0 | 1 | 2

interface RetryerConfig<TData, TError> {
  fn: () => TData | Promise<TData>
  initialPromise?: Promise<TData>
  retry?: RetryValue<TError>
  retryDelay?: RetryDelayValue<TError>
  /** Tells the engine of a failure. 0: the run is over, 1: it is tried again, 2: it is not. */
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

  /** Calls the function: the engine said so. */
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

  /** Nobody says any more when to try: what is not under way is tried now, and fails. */
  onEngineFailed(): void {
    if (!this.#attempting) this.attempt()
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
    this.#attempting = false
    this.#error = error
    const { retry, retryDelay } = this.#config
    let delay = -1
    let verdict = 2
    try {
      if (typeof retryDelay === 'function') delay = Math.max(retryDelay(this.#failures, error), 0) || 0
      if (typeof retry === 'function') verdict = retry(this.#failures, error) ? 1 : 0
    } catch (thrown) {
      // Who was to say whether and when to try again has failed too: that is what there is to mend.
      this.#error = thrown
      verdict = 0
    }
    const { retryable, retryAfter } = (error ?? {}) as ErrorHints
    const permanent = retryable === false ? 4 : 0
    if (this.#config.failed(verdict | permanent, delay, typeof retryAfter === 'number' ? retryAfter : 0) === 1) {
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
      this.#config.ended(value instanceof CancelledError ? 2 : 1)
      this.#reject(value)
    }
  }
}
