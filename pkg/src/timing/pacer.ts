import { INVOKE, obey, start, started, type Waiting } from './host.js'

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

export function pace<Args extends unknown[], R, This>(
  fn: (this: This, ...args: Args) => R,
  wait: number,
  maxWait: number,
  leading: unknown,
  trailing: unknown,
  signal: AbortSignal | undefined,
): Paced<Args, R, This> {
  if (typeof fn !== 'function') throw new TypeError('whippet: expected a function to pace')

  // The engine is not started before the first call: to declare a debounced function costs nothing.
  let engine: ReturnType<typeof start> | undefined
  let id = 0
  let lastArgs: Args | undefined
  let lastThis: This | undefined
  let result: R | undefined
  // Until `quiet` the engine need not hear of each call: they are counted, and told before anything else is.
  let quiet = 0
  let lastCall = 0
  let untold = 0

  const entry: Waiting = {
    invoke() {
      const args = lastArgs!
      const self = lastThis!
      entry.forget()
      result = fn.apply(self, args)
    },
    forget() {
      lastArgs = lastThis = undefined
    },
    tell() {
      if (untold > 0) engine!.pacer_note(id, untold, lastCall)
      untold = quiet = 0
    },
  }

  function paced(this: This, ...args: Args): R | undefined {
    if (signal?.aborted) return result
    if (!engine) {
      engine = start()
      id = engine.pacer_create(wait, maxWait, !!leading, !!trailing)
      releaseWhenCollected(paced, id)
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

  function act(step: number): void {
    obey(engine!, id, step, entry)
    if (step & INVOKE) entry.invoke()
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
  return Number(value) || 0
}

export function isObject<T>(value: T | null | undefined): value is T & object {
  return value !== null && (typeof value === 'object' || typeof value === 'function')
}

let collected: FinalizationRegistry<number> | undefined

/** Gives the number of a function that is gone to another one. */
function releaseWhenCollected(paced: object, id: number): void {
  if (typeof FinalizationRegistry !== 'function') return
  collected ??= new FinalizationRegistry((id) => started()!.pacer_release(id))
  collected.register(paced, id)
}
