import { onAbort, reasonOf } from '../abort.js'
import { DEFAULT_DELAY, DO_RETRY, NO_RETRY, PERMANENT, RETRY_BY_OPTIONS } from '../boundary/timing.js'
import { retry_next } from '../rules/timing.js'
import { checkCount, checkDuration, checkFunction, checkSignal } from './checks.js'
import { deferred, promiseTry } from './deferred.js'
import { forget, hold, later } from './host.js'

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
export async function retry<R>(fn: (attempt: Attempt) => R | PromiseLike<R>, policy?: RetryPolicy): Promise<Awaited<R>> {
  checkFunction(fn)
  const {
    retry: retryOption,
    retryDelay,
    retryJitter = 0,
    seed = Math.floor(Math.random() * 2 ** 32),
    timeout = Infinity,
    signal,
  } = policy ?? {}
  if (!['function', 'boolean', 'undefined'].includes(typeof retryOption)) checkDuration('retry', retryOption)
  if (typeof retryDelay !== 'function' && retryDelay !== undefined) checkDuration('retryDelay', retryDelay)
  if (typeof retryJitter !== 'boolean') checkDuration('retryJitter', retryJitter)
  checkDuration('timeout', timeout)
  checkCount('seed', seed, 0)
  checkSignal(signal)
  if (signal?.aborted) throw reasonOf(signal)

  const { promise, resolve, reject } = deferred<any>()
  // NaN: the default.
  const retries = typeof retryOption === 'boolean' ? (retryOption ? Infinity : 0) : Math.ceil(retryOption as number)
  const jitter = retryJitter === true ? 0.5 : +retryJitter
  let failures = 0
  let isSettled = false
  let timer = 0
  let controller: AbortController
  const stopListening = onAbort(signal, () => {
    const reason = reasonOf(signal!)
    end(() => reject(reason))
    controller.abort(reason)
  })

  function run(): void {
    const current = (controller = new AbortController())
    const { signal } = current
    const attempt = failures + 1
    // The result of an attempt that timed out is ignored.
    const isCurrent = () => !isSettled && failures < attempt
    wait(timeout || Infinity, () => {
      if (!isCurrent()) return
      const error = new DOMException(`No answer within ${timeout} ms`, 'TimeoutError')
      current.abort(error)
      failed(error)
    })
    promiseTry(fn, undefined, [{ attempt, signal }]).then(
      (value) => isCurrent() && end(() => resolve(value)),
      (error) => isCurrent() && failed(error),
    )
  }

  /**
   * Calls `then` after `ms`, in the async context of now, such as the store of Node's `AsyncLocalStorage`: the one timer has the
   * context of whoever set it, on a server perhaps another request.
   */
  function wait(ms: number, then: () => void): void {
    void new Promise<void>((wake) => {
      timer = later(ms, () => {
        // Its id may soon be another's.
        timer = 0
        wake()
      })
    }).then(then)
  }

  function failed(error: any): void {
    timer = forget(timer)
    try {
      const verdict = typeof retryOption === 'function' ? (retryOption(failures, error) ? DO_RETRY : NO_RETRY) : RETRY_BY_OPTIONS
      const chosen =
        typeof retryDelay === 'function' ? Math.max(retryDelay(failures, error), 0) || 0 : (retryDelay ?? DEFAULT_DELAY)
      const { retryable, retryAfter } = (error ?? {}) as { retryable?: unknown; retryAfter?: unknown }
      const permanent = retryable === false ? PERMANENT : 0
      const after = typeof retryAfter === 'number' ? retryAfter : 0
      if (isSettled) return
      const delay = retry_next(failures, retries, chosen, jitter, seed >>> 0, verdict | permanent, after)
      failures++
      if (delay < 0) end(() => reject(error))
      else wait(delay, () => isSettled || run())
    } catch (thrown) {
      end(() => reject(thrown))
    }
  }

  function end(settle: () => void): void {
    if (isSettled) return
    isSettled = true
    timer = forget(timer)
    hold(-1)
    stopListening()
    settle()
  }

  hold(1)
  run()
  return promise
}
