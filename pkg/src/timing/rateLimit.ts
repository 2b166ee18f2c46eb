import { onAbort, reasonOf } from '../abort.js'
import { RATE_LIMIT, REJECT, RUN } from '../boundary/timing.js'
import { checkCount, checkFiniteDuration, checkFunction, checkSignal } from './checks.js'
import { abortError, promiseTry, rejectAborted } from './deferred.js'
import { addWaiter, arm, hold, releaseWhenCollected, removeWaiter, start, type Waiter } from './host.js'
import type { Engine } from './wasm.js'

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
    super(`${maxQueue} calls wait already, as many as \`maxQueue\` allows: call less often, or raise it`)
    this.maxQueue = maxQueue
  }
}

interface Call {
  run(): void
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
  checkFunction('rateLimit', fn)
  const { limit, interval, burst, maxQueue = Infinity, signal } = options ?? {}
  checkCount('limit', limit, 1)
  checkFiniteDuration('interval', interval)
  if (burst !== undefined) checkCount('burst', burst, 1)
  checkCount('maxQueue', maxQueue, 0)
  if (typeof signal !== 'function') checkSignal(signal)

  let engine: Engine | undefined
  let id = 0
  const queue = new Map<number, Call>()
  const waiter: Waiter = {
    expired() {
      for (let ticket; (ticket = engine!.rate_ready(id, Date.now())) >= 0; ) take(ticket).run()
    },
    lost() {
      for (const ticket of [...queue.keys()]) take(ticket).run()
    },
  }

  function take(ticket: number): Call {
    const call = queue.get(ticket)!
    queue.delete(ticket)
    if (queue.size === 0) {
      removeWaiter(RATE_LIMIT, id)
      hold(-1)
    }
    return call
  }

  function limited(this: ThisParameterType<F>, ...args: Parameters<F>): Promise<Awaited<ReturnType<F>>> {
    const callSignal = typeof signal === 'function' ? signal(...args) : signal
    if (callSignal?.aborted) return Promise.reject(reasonOf(callSignal))
    if (!engine) {
      engine = start()
      id = engine.rate_create(limit, interval, burst ?? 0, maxQueue)
      releaseWhenCollected(limited, RATE_LIMIT, id, engine.rate_release)
    }
    const run = () => promiseTry<Awaited<ReturnType<F>>>(() => fn.apply(this, args))
    const ticket = engine.rate_call(id, Date.now())
    if (ticket === REJECT) return Promise.reject(new QueueFullError(maxQueue))
    return ticket === RUN ? run() : enqueue(ticket, run, callSignal)
  }

  function enqueue<T>(ticket: number, run: () => Promise<T>, callSignal: AbortSignal | null | undefined): Promise<T> {
    if (queue.size === 0) {
      addWaiter(RATE_LIMIT, id, waiter)
      hold(1)
      arm(engine!)
    }
    const promise = new Promise<T>((resolve, reject) => {
      const stopListening = onAbort(callSignal, () => {
        engine!.rate_dequeue(id, ticket)
        take(ticket).abort(reasonOf(callSignal!))
      })
      queue.set(ticket, {
        run() {
          stopListening()
          resolve(run())
        },
        abort(reason) {
          stopListening()
          rejectAborted({ promise, reject }, reason)
        },
      })
    })
    return promise
  }

  limited.pending = () => queue.size
  limited.clear = () => {
    for (const ticket of [...queue.keys()]) {
      engine!.rate_dequeue(id, ticket)
      take(ticket).abort(abortError('The queue was cleared'))
    }
  }
  return limited
}
