import { onAbort } from '../abort.js'
import { ARM, DROP_ARGS, INVOKE, PACER, RELEASE, RETAIN } from '../boundary/timing.js'
import { checkSignal } from './checks.js'
import { addWaiter, arm, releaseWhenCollected, removeWaiter, start, type Waiter } from './host.js'
import type { Engine } from './wasm.js'

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

export function pace<Args extends unknown[], R, This>(
  fn: (this: This, ...args: Args) => R,
  wait: number,
  maxWait: number,
  leading: unknown,
  trailing: unknown,
  signal: AbortSignal | undefined,
): Paced<Args, R, This> {
  checkSignal(signal)

  // The engine starts with the first call, so that declaring a function is free.
  let engine: Engine | undefined
  let id = 0
  let lastArgs: ArrayLike<unknown> | undefined
  let lastThis: This | undefined
  let result: R | undefined
  let stopListening = () => {}
  // Until `until`, calls have no effects: they are counted, and passed on to the engine before its next input.
  // These are properties because V8 updates a double in an object in place; in a variable it would allocate one per call.
  const calls = { until: -Infinity, last: -Infinity, unsynced: 0 }

  function sync(): void {
    if (calls.unsynced > 0) engine!.pacer_record(id, calls.unsynced, calls.last)
    calls.unsynced = 0
    calls.until = -Infinity
  }

  const waiter: Waiter = {
    sync,
    expired(effects) {
      sync()
      apply(effects)
    },
    lost() {
      calls.until = -Infinity
      if (lastArgs) apply(INVOKE)
    },
  }

  function paced(this: This): R | undefined {
    // Every call of a burst comes here, so nothing is allocated, not even for a rest parameter.
    lastArgs = arguments
    lastThis = this
    const now = Date.now()
    if (now < calls.until && now >= calls.last) {
      calls.unsynced++
      calls.last = now
      return result
    }
    return callEngine(now)
  }

  function callEngine(now: number): R | undefined {
    if (signal?.aborted) {
      lastArgs = lastThis = undefined
      return result
    }
    if (!engine) {
      engine = start()
      id = engine.pacer_create(wait, maxWait, +!!leading, +!!trailing)
      releaseWhenCollected(paced, PACER, id, engine.pacer_release)
    }
    sync()
    const effects = engine.pacer_call(id, now)
    calls.last = now
    calls.until = engine.pacer_until(id)
    if (effects !== 0) apply(effects)
    return result
  }

  /** Carries out effects. Invoking comes last, since the function may throw and may call any paced function. */
  function apply(effects: number): void {
    if (effects & RETAIN) {
      addWaiter(PACER, id, waiter)
      stopListening = onAbort(signal, paced.cancel)
    }
    if (effects & RELEASE) {
      removeWaiter(PACER, id)
      stopListening()
    }
    const args = lastArgs!
    const self = lastThis!
    if (effects & (DROP_ARGS | INVOKE)) lastArgs = lastThis = undefined
    if (effects & ARM) arm(engine!)
    if (effects & INVOKE) result = fn.apply(self, args as unknown as Args)
  }

  paced.cancel = () => {
    if (!engine) return
    sync()
    apply(engine.pacer_cancel(id))
  }
  paced.flush = () => {
    if (engine) {
      sync()
      apply(engine.pacer_flush(id, Date.now()))
    }
    return result
  }
  paced.pending = () => !!engine && !!engine.pacer_pending(id)

  return paced as unknown as Paced<Args, R, This>
}

/** A number of ms; 0 for a value that is missing or not a number. */
export function toMs(value: unknown): number {
  return typeof value === 'symbol' ? 0 : Number(value) || 0
}
