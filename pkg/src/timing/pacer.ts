import { arm, PACER, releaseWhenCollected, start, wait as waitFor, waitNoMore, type Waiting } from './host.js'
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
  let engine: ReturnType<typeof start> | undefined
  let id = 0
  let lastArgs: Args | undefined
  let lastThis: This | undefined
  let result: R | undefined
  // Until `quiet` the engine need not hear of each call: they are counted, and told before anything else is.
  let quiet = -Infinity
  let lastCall = 0
  let untold = 0

  const entry = {
    due(step: number) {
      entry.tell()
      act(step)
    },
    tell() {
      if (untold > 0) engine!.pacer_note(id, untold, lastCall)
      untold = 0
      quiet = -Infinity
    },
  } satisfies Waiting

  function paced(this: This, ...args: Args): R | undefined {
    if (signal?.aborted) return result
    if (!engine) {
      engine = start()
      id = engine.pacer_create(wait, maxWait, !!leading, !!trailing)
      releaseWhenCollected(paced, PACER, id, engine.pacer_release)
    }
    lastArgs = args
    lastThis = this
    const now = Date.now()
    if (now < quiet && now >= lastCall) {
      untold++
      lastCall = now
      return result
    }
    entry.tell()
    const step = engine.pacer_call(id, now)
    lastCall = now
    quiet = engine.pacer_quiet(id)
    if (step !== 0) act(step)
    return result
  }

  /** Does what `step` says. To invoke comes last, since it may throw and may call anything. */
  function act(step: number): void {
    if (step & HELD) waitFor(PACER, id, entry)
    if (step & FREED) waitNoMore(PACER, id)
    const args = lastArgs!
    const self = lastThis!
    if (step & (FORGET | INVOKE)) lastArgs = lastThis = undefined
    if (step & REARM) arm(engine!)
    if (step & INVOKE) result = fn.apply(self, args)
  }

  paced.cancel = () => {
    if (!engine) return
    entry.tell()
    act(engine.pacer_cancel(id))
  }
  paced.flush = () => {
    if (engine) {
      entry.tell()
      act(engine.pacer_flush(id, Date.now()))
    }
    return result
  }
  paced.pending = () => !!engine && !!engine.pacer_pending(id)

  signal?.addEventListener('abort', paced.cancel, { once: true })
  return paced
}

/** Zero for what is missing or is no number. */
export function toMs(value: unknown): number {
  return typeof value === 'symbol' ? 0 : Number(value) || 0
}
