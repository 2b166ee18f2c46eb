import { onAbort, reasonOf } from '../abort.js'
import { REJECT } from '../boundary/timing.js'
import { list_create, list_release, rate_call } from '../rules/timing.js'
import { checkCount, checkDuration, checkFunction, checkSignal } from './checks.js'
import { abortError, deferred, promiseTry, rejectAborted } from './deferred.js'
import { own } from './engine.js'
import { forget, hold, later, monotonic } from './host.js'

export interface RateLimitOptions<Args extends unknown[] = unknown[]> {
  /** The most calls that run … */
  limit: number
  /** … in any span of this many ms. */
  interval: number
  /**
   * Uses a token bucket of this size instead: this many calls run at once after an idle time, then one per
   * `interval / limit`. An `interval` may hold nearly `burst + limit` calls.
   */
  burst?: number
  /** The most calls that wait; further ones are rejected with a `QueueFullError`. Default: no bound. */
  maxQueue?: number
  /**
   * When it is aborted, waiting calls and later ones are rejected with its reason. A function returns a signal per call, from
   * its arguments: `(url, init) => init?.signal`.
   */
  signal?: AbortSignal | ((...args: Args) => AbortSignal | null | undefined)
}

export interface RateLimited<Args extends unknown[], R, This = unknown> {
  (this: This, ...args: Args): Promise<Awaited<R>>
  /** The number of waiting calls. */
  pending(): number
  /** Rejects all waiting calls with an `AbortError`. */
  clear(): void
}

/** Too many calls wait for a rate-limited function. */
export class QueueFullError extends Error {
  override name = 'QueueFullError'
  readonly maxQueue: number

  constructor(maxQueue: number) {
    super(`${maxQueue} calls wait: call less often, or raise \`maxQueue\``)
    this.maxQueue = maxQueue
  }
}

interface Call {
  /** Resolves once the function was called. */
  run(): Promise<void>
  abort(reason: unknown): void
}

/**
 * Returns a function that runs `fn` at most `limit` times in any `interval`, or with `burst` at the rate of a token bucket.
 * Further calls wait, and run in the order in which they were made.
 */
export function rateLimit<F extends (this: any, ...args: any[]) => any>(
  fn: F,
  options: RateLimitOptions<Parameters<F>>,
): RateLimited<Parameters<F>, ReturnType<F>, ThisParameterType<F>> {
  checkFunction(fn)
  const { limit, interval, burst, maxQueue = Infinity, signal } = options ?? {}
  checkCount('limit', limit, 1)
  checkDuration('interval', interval, Number.MAX_VALUE)
  if (burst !== undefined) checkCount('burst', burst, 1)
  checkCount('maxQueue', maxQueue, 0)
  if (typeof signal !== 'function') checkSignal(signal)

  type Result = Awaited<ReturnType<F>>
  let id = 0
  let timer = 0
  /** The waiting calls; the first is the next. */
  const queue = new Set<Call>()

  function limited(this: ThisParameterType<F>): Promise<Result> {
    const args = arguments as unknown as Parameters<F>
    const callSignal = typeof signal === 'function' ? signal(...args) : signal
    if (callSignal?.aborted) return rejectAborted(deferred(), reasonOf(callSignal))
    const wait = admit(queue.size)
    if (wait === 0) return promiseTry(fn, this, args)
    return wait === REJECT ? Promise.reject(new QueueFullError(maxQueue)) : enqueue(this, args, callSignal, wait)
  }

  function admit(queued: number): number {
    id ||= own(limited, list_release, list_create())
    return rate_call(id, queued, maxQueue, monotonic(), limit, interval, burst ?? 0)
  }

  function enqueue(
    self: unknown,
    args: ArrayLike<unknown>,
    callSignal: AbortSignal | null | undefined,
    wait: number,
  ): Promise<Result> {
    const { promise: turn, resolve, reject } = deferred<void>()
    // Here and not when its turn comes, so that the function has the async context of this call, such as the store of
    // `AsyncLocalStorage`: the timer has that of another call.
    const promise = turn.then(() => fn.apply(self, args as any)) as Promise<Result>
    const call: Call = {
      run() {
        stopListening()
        resolve()
        return turn
      },
      abort(reason) {
        stopListening()
        rejectAborted({ promise, reject }, reason)
      },
    }
    // Throws for what is no signal, before anything is held for this call.
    const stopListening = onAbort(callSignal, () => take(call).abort(reasonOf(callSignal!)))
    if (queue.size === 0) {
      hold(1)
      timer = later(wait, ready)
    }
    queue.add(call)
    return promise
  }

  function take(call: Call): Call {
    queue.delete(call)
    if (!queue.size) {
      hold(-1)
      timer = forget(timer)
    }
    return call
  }

  async function ready(): Promise<void> {
    timer = 0
    for (const call of queue) {
      const wait = admit(0)
      if (wait > 0) {
        timer ||= later(wait, ready)
        return
      }
      // What it calls may not overtake those that wait.
      await take(call).run()
    }
  }

  limited.pending = () => queue.size
  limited.clear = () => {
    for (const call of queue) take(call).abort(abortError())
  }
  return limited
}
