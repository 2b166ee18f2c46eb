// Drives the engine: one timer for all paced functions, and callbacks for their deadlines.
import { DETAIL_MASK, DETAIL_SHIFT, ID_FACTOR, KIND_MASK, PACER } from '../boundary/timing.js'
import { guarded } from '../wasm.js'
import { wasm, type Engine } from './wasm.js'
import { engineWithoutWasm } from './withoutWasm.js'

/** The callbacks of a paced function that waits. */
export interface Waiter {
  /** Its deadline expired. It may throw only as its last step. */
  expired(detail: number): void
  /** Passes calls on to the engine that were only counted so far. */
  sync?(): void
  /** The engine stopped working, so no deadline will expire: run now what waits. */
  lost?(): void
}

let engine: Engine | undefined
let broken = false
let timer: ReturnType<typeof setTimeout> | undefined
/** The `setTimeout` and the `Date` with which the timer was set. */
let setter: typeof setTimeout | undefined
let clock: typeof Date | undefined
let timerDue = 0
let armings = 0
let holds = 0
/** By id and kind. Nothing else references them, so a function that is dropped can be collected. */
const waiters = new Map<number, Waiter>()

/** The engine, started by the first call; where it cannot run, its substitute. */
export function start(): Engine {
  if (engine) return engine
  try {
    return (engine = guarded(wasm(), unpaced))
  } catch (error) {
    return (engine = unpaced(error))
  }
}

function unpaced(error: unknown): Engine {
  console.warn('whippet/timing: functions run unpaced, whenever they are called.', error)
  broken = true
  notifyLost()
  return engineWithoutWasm()
}

/** The engine, if it was started. */
export function started(): Engine | undefined {
  return engine
}

export function addWaiter(kind: number, id: number, waiter: Waiter): void {
  waiters.set(id * ID_FACTOR + kind, waiter)
}

export function removeWaiter(kind: number, id: number): void {
  waiters.delete(id * ID_FACTOR + kind)
}

export function syncAll(): void {
  for (const waiter of waiters.values()) waiter.sync?.()
}

/**
 * While held, the timer keeps a Node process alive, because it has to settle a promise. Otherwise it does not.
 */
export function hold(by: 1 | -1): void {
  holds += by
  applyHold()
}

function applyHold(): void {
  const { ref, unref } = (timer ?? {}) as { ref?: () => void; unref?: () => void }
  ;(holds > 0 ? ref : unref)?.call(timer)
}

function notifyLost(): void {
  for (const waiter of waiters.values()) queueMicrotask(() => waiter.lost?.())
}

export function arm(engine: Engine): void {
  if (broken) return notifyLost()
  const now = Date.now()
  // An overdue timer is not cleared: it fires as soon as the host is idle, and setting it again and again could postpone
  // it for ever. A timer of another clock is not cleared either: a test may have replaced the clock or restored it, and
  // Node's mock timers forget all timers when they are asked to clear one they do not know.
  if (now < timerDue && setter === setTimeout && clock === Date) clearTimeout(timer)
  setter = setTimeout
  clock = Date
  timer = undefined
  const delay = engine.pace_arm(now)
  if (delay < 0) return
  timerDue = now + delay
  const arming = ++armings
  timer = setTimeout(() => fire(arming === armings), delay)
  applyHold()
}

function fire(latest: boolean): void {
  const engine = start()
  syncAll()
  engine.pace_timeout(Date.now(), +latest)
  try {
    for (;;) {
      const next = engine.pace_expired(Date.now())
      if (next < 0) return
      const waiter = waiters.get(Math.floor(next / ID_FACTOR) * ID_FACTOR + (next & KIND_MASK))
      waiter?.expired((next >>> DETAIL_SHIFT) & DETAIL_MASK)
    }
  } finally {
    // Also after a throw, which ends this task as it would with a timer per function. The other deadlines that expired
    // follow in the next task.
    arm(engine)
  }
}

interface Registration {
  release: (id: number) => void
  kind: number
  id: number
}

let registry: FinalizationRegistry<Registration> | undefined

/** Releases the id of a paced function when it is garbage-collected. */
export function releaseWhenCollected(
  paced: object,
  kind: number,
  id: number,
  release: (id: number) => void,
): void {
  if (typeof FinalizationRegistry !== 'function') return
  registry ??= new FinalizationRegistry(({ release, kind, id }) => {
    // A pacer that waits goes on waiting: the engine uses its id again only after that.
    if (kind !== PACER) removeWaiter(kind, id)
    release(id)
  })
  registry.register(paced, { release, kind, id })
}
