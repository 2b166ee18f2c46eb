import { onAbort, reasonOf } from '../abort.js'
import { checkCount, checkFunction, checkSignal, checkSpan } from './checks.js'
import { deferred } from './deferred.js'
import { arm, hold, RETRY, start, wait, waitNoMore } from './host.js'

/** The retry policy of `whippet/query`, by the same names. */
export interface RetryPolicy {
  /**
   * How often what failed is tried again; `true`: until it succeeds. A function is asked after each failure,
   * with how many there were before it. Default: 3.
   */
  retry?: boolean | number | ((failureCount: number, error: any) => boolean)
  /** After how many ms. Default: a second, doubled with each failure, up to thirty. */
  retryDelay?: number | ((failureCount: number, error: any) => number)
  /** Adds up to this part of each delay to it, by chance; `true` is a half. Default: nothing. */
  retryJitter?: boolean | number
  /** Chance is drawn from it: the same seed, the same delays. A whole number. Default: another each time. */
  seed?: number
  /** An attempt may take so many ms; then its signal is aborted, and it failed with a `TimeoutError`. */
  timeout?: number
  /** Once aborted, the attempt's signal is too, and the promise is rejected with its reason. */
  signal?: AbortSignal
}

/** What each attempt is told. */
export interface Attempt {
  /** From 1 on. */
  attempt: number
  /** Aborted when the attempt took too long, or the policy's `signal` was. */
  signal: AbortSignal
}

const TIMED_OUT = 1

/**
 * Calls `fn` until it succeeds, and gives what it gave; rejects with the last error. An error may say how it
 * wants to be retried: `retryAfter`, in ms, is waited for at least; `retryable: false` is not repeated.
 */
export async function retry<R>(
  fn: (attempt: Attempt) => R | PromiseLike<R>,
  policy?: RetryPolicy,
): Promise<Awaited<R>> {
  checkFunction('retry', fn)
  const { retry: again, retryDelay, retryJitter = 0, timeout = Infinity, signal } = policy ?? {}
  const { seed = Math.floor(Math.random() * 2 ** 32) } = policy ?? {}
  if (!['function', 'boolean', 'undefined'].includes(typeof again)) checkSpan('retry', again)
  if (typeof retryDelay !== 'function' && retryDelay !== undefined) checkSpan('retryDelay', retryDelay)
  if (typeof retryJitter !== 'boolean') checkSpan('retryJitter', retryJitter)
  checkSpan('timeout', timeout)
  checkCount('seed', seed, 0)
  checkSignal(signal)
  if (signal?.aborted) throw reasonOf(signal)

  const engine = start()
  const { promise, resolve, reject } = deferred<any>()
  const id = engine.retry_begin(
    again === undefined ? NaN : again === true ? Infinity : typeof again === 'number' ? Math.ceil(again) : 0,
    typeof retryDelay === 'number' ? retryDelay : -1,
    retryJitter === true ? 0.5 : Number(retryJitter),
    timeout || Infinity,
    seed >>> 0,
    Date.now(),
  )
  let attempt = 0
  let over = false
  let resting = false
  let controller = new AbortController()
  const deafen = onAbort(signal, stop)

  function run(): void {
    const mine = ++attempt
    resting = false
    controller = new AbortController()
    if (engine.retry_attempt(id, Date.now())) arm(engine)
    // What an attempt says after it timed out counts no more.
    const current = () => !over && mine === attempt && !controller.signal.aborted
    new Promise<R>((resolve) => resolve(fn({ attempt: mine, signal: controller.signal }))).then(
      (value) => current() && end(() => resolve(value)),
      (error) => current() && failed(error),
    )
  }

  function failed(error: any): void {
    try {
      const verdict = typeof again === 'function' ? (again(attempt - 1, error) ? 1 : 0) : 2
      const delay = typeof retryDelay === 'function' ? Math.max(retryDelay(attempt - 1, error), 0) || 0 : -1
      const { retryable, retryAfter } = (error ?? {}) as { retryable?: unknown; retryAfter?: unknown }
      const permanent = retryable === false ? 4 : 0
      const after = typeof retryAfter === 'number' ? retryAfter : 0
      if (over) return
      resting = true
      if (engine.retry_failed(id, verdict | permanent, delay, after, Date.now())) arm(engine)
      else end(() => reject(error))
    } catch (thrown) {
      end(() => reject(thrown))
    }
  }

  function end(settle: () => void): void {
    if (over) return
    over = true
    engine.retry_end(id)
    waitNoMore(RETRY, id)
    hold(-1)
    deafen()
    settle()
  }

  function stop(): void {
    const reason = reasonOf(signal!)
    end(() => reject(reason))
    controller.abort(reason)
  }

  wait(RETRY, id, {
    due(detail) {
      if (detail !== TIMED_OUT) return run()
      const error = new DOMException(`No answer within ${timeout} ms`, 'TimeoutError')
      controller.abort(error)
      failed(error)
    },
    broke() {
      if (resting && !over) run()
    },
  })
  hold(1)
  run()
  return promise
}
