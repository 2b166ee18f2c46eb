// Why an attempt failed, where the cache itself is the reason.
import { hashKey } from './hashKey.js'
import type { MutationKey } from './types.js'

/** An attempt took longer than the query's `timeout`. */
export class TimeoutError extends Error {
  override name = 'TimeoutError'
  /** How long it was given, in ms. */
  readonly timeout: number

  constructor(timeout: number, queryHash: string) {
    super(`No answer within ${timeout} ms: ${queryHash}. Raise the query's \`timeout\`, or see why it takes so long.`)
    this.timeout = timeout
  }
}

/** An attempt was not made, since its origin kept failing: its circuit breaker is open. */
export class CircuitOpenError extends Error {
  override name = 'CircuitOpenError'
  readonly origin: string
  /** Until when no attempt is made, in ms since the epoch. */
  readonly until: number
  /** It is not repeated, unless a `retry` function says so. */
  readonly retryable = false
  /** In how many ms it may be. */
  readonly retryAfter: number

  constructor(origin: string, until: number) {
    super(`${origin} kept failing and is left alone until ${new Date(until).toISOString()}`)
    this.origin = origin
    this.until = until
    this.retryAfter = Math.max(until - Date.now(), 0)
  }
}

/** A mutation was on its way when it was dehydrated: whether the server did what it asked for is not known. */
export class MutationInterruptedError extends Error {
  override name = 'MutationInterruptedError'

  constructor(mutationKey: readonly unknown[] | undefined) {
    super(
      `The mutation ${mutationKey ? hashKey(mutationKey as MutationKey) : ''} was interrupted: it was on its way when it was ` +
        "dehydrated. Hydrate with defaultOptions: { interruptedMutations: 'resume' } where it may run a second time.",
    )
  }
}
