// Errors that the cache itself raises.
import { hashKey } from './hashKey.js'
import type { MutationKey } from './types.js'

/** An attempt exceeded the query's `timeout`. */
export class TimeoutError extends Error {
  override name = 'TimeoutError'
  /** The limit in ms. */
  readonly timeout: number

  constructor(timeout: number, queryHash: string) {
    super(`No answer within ${timeout} ms: ${queryHash}`)
    this.timeout = timeout
  }
}

/** No attempt was made because the circuit breaker of the origin is open. */
export class CircuitOpenError extends Error {
  override name = 'CircuitOpenError'
  readonly origin: string
  /** When the next attempt is allowed, in ms since the epoch. */
  readonly until: number
  /** It is not retried, unless `retry` is a function that returns `true`. */
  readonly retryable = false
  /** The time until the next attempt is allowed, in ms. */
  readonly retryAfter: number

  constructor(origin: string, until: number) {
    super(`The circuit breaker of ${origin} is open until ${new Date(until).toISOString()}`)
    this.origin = origin
    this.until = until
    this.retryAfter = Math.max(until - Date.now(), 0)
  }
}

/** A mutation was running when it was dehydrated, so it may or may not have reached the server. */
export class MutationInterruptedError extends Error {
  override name = 'MutationInterruptedError'

  constructor(mutationKey: readonly unknown[] | undefined) {
    super(
      `The mutation ${mutationKey ? hashKey(mutationKey as MutationKey) : ''} was running when it was dehydrated: ` +
        'see interruptedMutations',
    )
  }
}
