import { onAbort } from '../abort.js'
import { END, INVOKE, RELEASE, WAIT } from '../boundary/pacer.js'
import { pacer_call, pacer_cancel, pacer_create, pacer_expired, pacer_flush, pacer_release, pacer_until } from '../rules/pacer.js'
import { checkFunction, checkSignal, isObject } from './checks.js'
import { own, waiters } from './engine.js'
import { figures } from './figures.js'
import { arm } from './host.js'

/** A debounced or throttled function. */
export interface Paced<Args extends unknown[], R, This = unknown> {
  /** Returns the result of the last run, `undefined` before the first. */
  (this: This, ...args: Args): R | undefined
  /** Drops a waiting call. */
  cancel(): void
  /** Runs a waiting call now; returns the result of the last run. */
  flush(): R | undefined
  /** Whether a wait is under way. */
  pending(): boolean
}

/** The wait, `maxWait` or NaN, and the two edges. */
export type Pacing = readonly [wait: number, maxWait: number, leading: unknown, trailing: unknown]

/** Reads arguments as lodash does: an option that is present counts, even if it is undefined. */
export function pacing(fn: unknown, wait: unknown, options: object | undefined, throttles: boolean): Pacing {
  checkFunction(fn)
  const given: Record<string, any> = isObject(options) ? options : {}
  if (given.signal !== undefined) checkSignal(given.signal)
  return [
    toMs(wait),
    throttles ? toMs(wait) : 'maxWait' in given ? toMs(given.maxWait) : NaN,
    'leading' in given ? given.leading : throttles,
    !('trailing' in given) || given.trailing,
  ]
}

/** A number of ms; 0 for a value that is missing or not a number. */
function toMs(value: unknown): number {
  return typeof value === 'symbol' ? 0 : Number(value) || 0
}

export function pace<Args extends unknown[], R, This>(
  fn: (this: This, ...args: Args) => R,
  [wait, maxWait, leading, trailing]: Pacing,
  signal: AbortSignal | undefined,
): Paced<Args, R, This> {
  // The machine knows of the function from its first call on, so that declaring one is free.
  let id = 0
  let lastArgs: ArrayLike<unknown> | undefined
  let lastThis: This | undefined
  let result: R | undefined
  let stopListening: (() => void) | undefined
  // When it was called last, and until when calls have no effects, so that the engine need not know of them.
  // These are properties because V8 updates a double in an object in place; in a variable it would allocate one per call.
  const calls = { last: -Infinity, until: -Infinity }

  function paced(this: This): R | undefined {
    // Every call of a burst comes here, so nothing is allocated, not even for a rest parameter.
    lastArgs = arguments
    lastThis = this
    const now = Date.now()
    if (now < calls.until && now >= calls.last) calls.last = now
    else if (signal?.aborted) return drop()
    else {
      id ||= own(paced, pacer_release, pacer_create(wait, maxWait, !!leading, !!trailing))
      const effects = pacer_call(id, now, calls.last)
      calls.last = now
      // A burst of one call does not need to know.
      calls.until = effects ? -Infinity : pacer_until(id, now)
      // Before the function runs, which may throw.
      figures.calls++
      apply(effects)
      return result
    }
    figures.calls++
    return result
  }

  function drop(): R | undefined {
    lastArgs = lastThis = undefined
    return result
  }

  /** Carries out effects. Invoking comes last, since the function may throw and may call any paced function. */
  function apply(effects: number): void {
    if (effects & WAIT) {
      // In an Angular app, the zone of this call: the one timer has that of whoever set it, and outside of Angular's own no view
      // would be updated.
      waiters.set(id, (globalThis as any).Zone?.current?.wrap(expired) ?? expired)
      if (signal) stopListening ??= onAbort(signal, paced.cancel)
      arm()
    }
    if (effects & RELEASE) waiters.delete(id)
    const args = lastArgs
    const self = lastThis
    if (effects & (END | INVOKE)) drop()
    if (effects & END) {
      calls.until = -Infinity
      stopListening?.()
      stopListening = undefined
    }
    if (effects & INVOKE) {
      figures.invocations++
      result = fn.apply(self!, args as unknown as Args)
    }
  }

  function expired(): void {
    apply(pacer_expired(id, Date.now(), calls.last, !!lastArgs))
  }

  paced.cancel = () => {
    calls.last = -Infinity
    apply(id && pacer_cancel(id))
  }
  paced.flush = () => {
    apply(id && pacer_flush(id, Date.now(), !!lastArgs))
    return result
  }
  paced.pending = () => id > 0 && pacer_until(id, calls.last) > -Infinity

  return paced as unknown as Paced<Args, R, This>
}
