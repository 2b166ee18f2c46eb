import { onAbort, reasonOf } from '../abort.js'
import {
  DEFAULT_DELAY,
  DO_RETRY,
  NO_RETRY,
  PERMANENT,
  RETRY,
  RETRY_BY_OPTIONS,
  RETRY_TIMEOUT,
} from '../boundary/timing.js'
import { checkCount, checkDuration, checkFunction, checkSignal } from './checks.js'
import { deferred, promiseTry } from './deferred.js'
import { addWaiter, arm, hold, removeWaiter, start } from './host.js'

/** The retry policy of `whippet/query`, by the same names. */
export interface RetryPolicy {
  /**
   * How often a failed call is retried; `true`: until it succeeds. A function decides after each failure, given the number of
   * failures before it. Default: 3.
   */
  retry?: boolean | number | ((failureCount: number, error: any) => boolean)
  /** The delay before a retry, in ms. Default: a second, doubled with each failure, up to thirty seconds. */
  retryDelay?: number | ((failureCount: number, error: any) => number)
  /** Adds a random share of each delay to it, up to this one; `true` is 0.5. Default: 0. */
  retryJitter?: boolean | number
  /** The seed of the jitter, a whole number: the same seed gives the same delays. Default: random. */
  seed?: number
  /** The timeout of an attempt, in ms. Then its signal is aborted, and it fails with a `TimeoutError`. Default: none. */
  timeout?: number
  /** When it is aborted, the signal of the attempt is too, and the promise is rejected with its reason. */
  signal?: AbortSignal
}

/** The argument of each attempt. */
export interface Attempt {
  /** The number of the attempt, from 1. */
  attempt: number
  /** Aborted when the attempt times out, or with the policy's `signal`. */
  signal: AbortSignal
}

/**
 * Calls `fn` until it succeeds, and resolves with its result, or rejects with the last error. An error can control its retry:
 * `retryAfter` is the shortest delay, in ms; with `retryable: false` there is no retry.
 */
export async function retry<R>(
  fn: (attempt: Attempt) => R | PromiseLike<R>,
  policy?: RetryPolicy,
): Promise<Awaited<R>> {
  checkFunction('retry', fn)
  const { retry: retryOption, retryDelay, retryJitter = 0, timeout = Infinity, signal } = policy ?? {}
  const { seed = Math.floor(Math.random() * 2 ** 32) } = policy ?? {}
  if (!['function', 'boolean', 'undefined'].includes(typeof retryOption)) checkDuration('retry', retryOption)
  if (typeof retryDelay !== 'function' && retryDelay !== undefined) checkDuration('retryDelay', retryDelay)
  if (typeof retryJitter !== 'boolean') checkDuration('retryJitter', retryJitter)
  checkDuration('timeout', timeout)
  checkCount('seed', seed, 0)
  checkSignal(signal)
  if (signal?.aborted) throw reasonOf(signal)

  const engine = start()
  const { promise, resolve, reject } = deferred<any>()
  const id = engine.retry_begin(
    retryOption === undefined ? NaN : retryOption === true ? Infinity : typeof retryOption === 'number' ? Math.ceil(retryOption) : 0,
    typeof retryDelay === 'number' ? retryDelay : DEFAULT_DELAY,
    retryJitter === true ? 0.5 : Number(retryJitter),
    timeout || Infinity,
    seed >>> 0,
    Date.now(),
  )
  let attempt = 0
  let isSettled = false
  let isDelayed = false
  let controller = new AbortController()
  const stopListening = onAbort(signal, stop)

  function run(): void {
    const current = ++attempt
    isDelayed = false
    controller = new AbortController()
    if (engine.retry_attempt(id, Date.now())) arm(engine)
    // The result of an attempt that timed out is ignored.
    const isCurrent = () => !isSettled && current === attempt && !controller.signal.aborted
    promiseTry(() => fn({ attempt: current, signal: controller.signal })).then(
      (value) => isCurrent() && end(() => resolve(value)),
      (error) => isCurrent() && failed(error),
    )
  }

  function failed(error: any): void {
    try {
      const verdict =
        typeof retryOption === 'function' ? (retryOption(attempt - 1, error) ? DO_RETRY : NO_RETRY) : RETRY_BY_OPTIONS
      const delay = typeof retryDelay === 'function' ? Math.max(retryDelay(attempt - 1, error), 0) || 0 : DEFAULT_DELAY
      const { retryable, retryAfter } = (error ?? {}) as { retryable?: unknown; retryAfter?: unknown }
      const permanent = retryable === false ? PERMANENT : 0
      const after = typeof retryAfter === 'number' ? retryAfter : 0
      if (isSettled) return
      isDelayed = true
      if (engine.retry_failed(id, verdict | permanent, delay, after, Date.now())) arm(engine)
      else end(() => reject(error))
    } catch (thrown) {
      end(() => reject(thrown))
    }
  }

  function end(settle: () => void): void {
    if (isSettled) return
    isSettled = true
    engine.retry_end(id)
    removeWaiter(RETRY, id)
    hold(-1)
    stopListening()
    settle()
  }

  function stop(): void {
    const reason = reasonOf(signal!)
    end(() => reject(reason))
    controller.abort(reason)
  }

  addWaiter(RETRY, id, {
    expired(deadline) {
      if (deadline !== RETRY_TIMEOUT) return run()
      const error = new DOMException(`No answer within ${timeout} ms`, 'TimeoutError')
      controller.abort(error)
      failed(error)
    },
    lost() {
      if (isDelayed && !isSettled) run()
    },
  })
  hold(1)
  run()
  return promise
}
