import { onAbort } from '../abort.js'
import { arm, PACER, releaseWhenCollected, start, wait as waitFor, waitNoMore } from './host.js'
import type { Engine, Waiting } from './host.js'
import { checkSignal } from './checks.js'

/** A debounced or throttled function. */
export interface Paced<Args extends unknown[], R, This = unknown> {
  /** Returns what the function behind it returned last, `undefined` before its first run. */
  (this: This, ...args: Args): R | undefined
  /** Forgets what waits. */
  cancel(): void
  /** Runs now what waits; returns what the last run returned. */
  flush(): R | undefined
  /** Whether a wait is going on. */
  pending(): boolean
}

// What a step is made of: the bits of crates/npm/src/timing/pacers.rs.
const INVOKE = 1
const FORGET = 2
const REARM = 4
const HELD = 8
const FREED = 16

export function pace<Args extends unknown[], R, This>(
  fn: (this: This, ...args: Args) => R,
  wait: number,
  maxWait: number,
  leading: unknown,
  trailing: unknown,
  signal: AbortSignal | undefined,
): Paced<Args, R, This> {
  checkSignal(signal)

  // The engine is not started before the first call: to declare a debounced function costs nothing.
  let engine: Engine | undefined
  let id = 0
  let lastArgs: ArrayLike<unknown> | undefined
  let lastThis: This | undefined
  let result: R | undefined
  let deafen = () => {}
  // Until `quiet` the engine need not hear of each call: they are counted, and told before anything else is.
  // In an object, where V8 overwrites a number that is no small integer; a variable would get a new one with
  // each call.
  const calls = { quiet: -Infinity, last: -Infinity, untold: 0 }

  function tell(): void {
    if (calls.untold > 0) engine!.pacer_note(id, calls.untold, calls.last)
    calls.untold = 0
    calls.quiet = -Infinity
  }

  const entry: Waiting = {
    tell,
    due(step) {
      tell()
      act(step)
    },
    broke() {
      calls.quiet = -Infinity
      if (lastArgs) act(INVOKE)
    },
  }

  function paced(this: This): R | undefined {
    // What is allocated here is paid by every call of a burst: so no rest parameter either.
    lastArgs = arguments
    lastThis = this
    const now = Date.now()
    if (now < calls.quiet && now >= calls.last) {
      calls.untold++
      calls.last = now
      return result
    }
    return noted(now)
  }

  function noted(now: number): R | undefined {
    if (signal?.aborted) {
      lastArgs = lastThis = undefined
      return result
    }
    if (!engine) {
      engine = start()
      id = engine.pacer_create(wait, maxWait, !!leading, !!trailing)
      releaseWhenCollected(paced, PACER, id, engine.pacer_release)
    }
    tell()
    const step = engine.pacer_call(id, now)
    calls.last = now
    calls.quiet = engine.pacer_quiet(id)
    if (step !== 0) act(step)
    return result
  }

  /** Does what `step` says. To invoke comes last, since it may throw and may call anything. */
  function act(step: number): void {
    if (step & HELD) {
      waitFor(PACER, id, entry)
      deafen = onAbort(signal, paced.cancel)
    }
    if (step & FREED) {
      waitNoMore(PACER, id)
      deafen()
    }
    const args = lastArgs!
    const self = lastThis!
    if (step & (FORGET | INVOKE)) lastArgs = lastThis = undefined
    if (step & REARM) arm(engine!)
    if (step & INVOKE) result = fn.apply(self, args as unknown as Args)
  }

  paced.cancel = () => {
    if (!engine) return
    tell()
    act(engine.pacer_cancel(id))
  }
  paced.flush = () => {
    if (engine) {
      tell()
      act(engine.pacer_flush(id, Date.now()))
    }
    return result
  }
  paced.pending = () => !!engine && !!engine.pacer_pending(id)

  return paced as unknown as Paced<Args, R, This>
}

/** Zero for what is missing or is no number. */
export function toMs(value: unknown): number {
  return typeof value === 'symbol' ? 0 : Number(value) || 0
}
