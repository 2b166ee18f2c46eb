import { onAbort, reasonOf } from '../abort.js'
import { checkCount, checkFinite, checkFunction, checkSignal } from './checks.js'
import { abortError, giveUp, promised } from './deferred.js'
import { arm, hold, LIMIT, releaseWhenCollected, start, wait, waitNoMore, type Engine, type Waiting } from './host.js'

export interface RateLimitOptions<Args extends unknown[] = unknown[]> {
  /** So many calls … */
  limit: number
  /** … in any so many ms. */
  interval: number
  /**
   * A token bucket instead, of this size: so many at once after a quiet time, and one more every `interval / limit`. In
   * an `interval` that may be nearly `burst + limit`.
   */
  burst?: number
  /** No more than so many wait; further calls are rejected with a `QueueFullError`. Default: no bound. */
  maxQueue?: number
  /**
   * Once aborted, calls that wait and later ones are rejected with its reason. A function gives each call a
   * signal of its own, from its arguments: `(url, init) => init?.signal`.
   */
  signal?: AbortSignal | ((...args: Args) => AbortSignal | null | undefined)
}

export interface RateLimited<Args extends unknown[], R, This = unknown> {
  (this: This, ...args: Args): Promise<Awaited<R>>
  /** How many calls wait. */
  pending(): number
  /** Gives up all calls that wait: rejected with an `AbortError`. */
  clear(): void
}

/** Too many calls wait for a rate-limited function. */
export class QueueFullError extends Error {
  override name = 'QueueFullError'
  /** How many may wait. */
  readonly maxQueue: number

  constructor(maxQueue: number) {
    super(`${maxQueue} calls wait already, as many as \`maxQueue\` allows: call less often, or raise it`)
    this.maxQueue = maxQueue
  }
}

interface Call {
  run(): void
  giveUp(reason: unknown): void
}

/**
 * A function that runs `fn` at most `limit` times in any `interval`, or with `burst` as a token bucket has it. Calls
 * beyond that wait, and run in their order.
 */
export function rateLimit<F extends (this: any, ...args: any[]) => any>(
  fn: F,
  options: RateLimitOptions<Parameters<F>>,
): RateLimited<Parameters<F>, ReturnType<F>, ThisParameterType<F>> {
  checkFunction('rateLimit', fn)
  const { limit, interval, burst, maxQueue = Infinity, signal } = options ?? {}
  checkCount('limit', limit, 1)
  checkFinite('interval', interval)
  if (burst !== undefined) checkCount('burst', burst, 1)
  checkCount('maxQueue', maxQueue, 0)
  if (typeof signal !== 'function') checkSignal(signal)

  let engine: Engine | undefined
  let id = 0
  const queue = new Map<number, Call>()
  const waiting: Waiting = {
    due() {
      for (let ticket; (ticket = engine!.limit_ready(id, Date.now())) >= 0; ) take(ticket).run()
    },
    broke() {
      for (const ticket of [...queue.keys()]) take(ticket).run()
    },
  }

  function take(ticket: number): Call {
    const call = queue.get(ticket)!
    queue.delete(ticket)
    if (queue.size === 0) {
      waitNoMore(LIMIT, id)
      hold(-1)
    }
    return call
  }

  function limited(this: ThisParameterType<F>, ...args: Parameters<F>): Promise<Awaited<ReturnType<F>>> {
    const stop = typeof signal === 'function' ? signal(...args) : signal
    if (stop?.aborted) return Promise.reject(reasonOf(stop))
    if (!engine) {
      engine = start()
      id = engine.limit_create(limit, interval, burst ?? 0, maxQueue)
      releaseWhenCollected(limited, LIMIT, id, engine.limit_release)
    }
    const run = () => promised<Awaited<ReturnType<F>>>(() => fn.apply(this, args))
    const ticket = engine.limit_ask(id, Date.now())
    if (ticket === -2) return Promise.reject(new QueueFullError(maxQueue))
    return ticket === -1 ? run() : line(ticket, run, stop)
  }

  function line<T>(ticket: number, run: () => Promise<T>, stop: AbortSignal | null | undefined): Promise<T> {
    if (queue.size === 0) {
      wait(LIMIT, id, waiting)
      hold(1)
      arm(engine!)
    }
    const promise = new Promise<T>((resolve, reject) => {
      const deafen = onAbort(stop, () => {
        engine!.limit_leave(id, ticket)
        take(ticket).giveUp(reasonOf(stop!))
      })
      queue.set(ticket, {
        run() {
          deafen()
          resolve(run())
        },
        giveUp(reason) {
          deafen()
          giveUp({ promise, reject }, reason)
        },
      })
    })
    return promise
  }

  limited.pending = () => queue.size
  limited.clear = () => {
    for (const ticket of [...queue.keys()]) {
      engine!.limit_leave(id, ticket)
      take(ticket).giveUp(abortError('The queue was cleared'))
    }
  }
  return limited
}
