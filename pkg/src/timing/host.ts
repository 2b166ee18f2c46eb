// The one timer, and who waits for it.
import { guarded } from '../wasm.js'
import { wasm } from './wasm.js'
import { engineWithoutWasm } from './withoutWasm.js'

export type Engine = ReturnType<typeof wasm>

/** Whoever a deadline is for. */
export interface Waiting {
  /** Its time came; `detail` says what for. It must leave a throw to its last step. */
  due(detail: number): void
  /** Tells the engine of the calls that were only counted so far. */
  tell?(): void
  /** The engine is no more, and nothing will come due: what waits is to run now. */
  broke?(): void
}

// What a deadline is for: see crates/npm/src/timing.rs.
export const PACER = 0
export const BATCH = 1
export const MEMO = 2
export const LIMIT = 3
export const RETRY = 4

let engine: Engine | undefined
let broken = false
let timer: ReturnType<typeof setTimeout> | undefined
/** What the timer was set with. */
let setter: typeof setTimeout | undefined
let clock: typeof Date | undefined
let due = 0
let armings = 0
let holds = 0
/** By number and kind. Nobody else keeps them, so a function that is dropped can be collected. */
const waiting = new Map<number, Waiting>()

/** The engine, started by the first call; where it cannot run, what stands in for it. */
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
  letGo()
  return engineWithoutWasm()
}

/** The engine, if anything started it. */
export function started(): Engine | undefined {
  return engine
}

export function wait(kind: number, id: number, who: Waiting): void {
  waiting.set(id * 8 + kind, who)
}

export function waitNoMore(kind: number, id: number): void {
  waiting.delete(id * 8 + kind)
}

export function tellAll(): void {
  for (const who of waiting.values()) who.tell?.()
}

/**
 * While held, the timer keeps a Node process alive: somebody was given a promise that it is to settle.
 * Otherwise it does not.
 */
export function hold(by: 1 | -1): void {
  holds += by
  keep()
}

function keep(): void {
  const { ref, unref } = (timer ?? {}) as { ref?: () => void; unref?: () => void }
  ;(holds > 0 ? ref : unref)?.call(timer)
}

/** Nobody is to wait for what does not come. */
function letGo(): void {
  for (const who of waiting.values()) queueMicrotask(() => who.broke?.())
}

export function arm(engine: Engine): void {
  if (broken) return letGo()
  const now = Date.now()
  // One that is overdue comes as soon as the host finds time; set again, it could be put off for ever. And
  // a test's clock that was put in place or taken away meanwhile does not know this timer; Node's forgets
  // all others when asked to clear it.
  if (now < due && setter === setTimeout && clock === Date) clearTimeout(timer)
  setter = setTimeout
  clock = Date
  timer = undefined
  const delay = engine.pace_arm(now)
  if (delay < 0) return
  due = now + delay
  const mine = ++armings
  timer = setTimeout(() => fire(mine === armings), delay)
  keep()
}

function fire(latest: boolean): void {
  const engine = start()
  tellAll()
  engine.pace_timeout(Date.now(), latest)
  try {
    for (;;) {
      const next = engine.pace_expired(Date.now())
      if (next < 0) return
      waiting.get(Math.floor(next / 256) * 8 + (next & 7))?.due((next >>> 3) & 31)
    }
  } finally {
    // Also after a throw, which ends this turn as it would with a timer for each: the rest comes next.
    arm(engine)
  }
}

interface Held {
  release: (id: number) => void
  kind: number
  id: number
}

let collected: FinalizationRegistry<Held> | undefined

/** Gives the number of a function that is gone to another one. */
export function releaseWhenCollected(
  made: object,
  kind: number,
  id: number,
  release: (id: number) => void,
): void {
  if (typeof FinalizationRegistry !== 'function') return
  collected ??= new FinalizationRegistry(({ release, kind, id }) => {
    // A pacer that waits goes on waiting: the engine gives its number away when that is over.
    if (kind !== PACER) waitNoMore(kind, id)
    release(id)
  })
  collected.register(made, { release, kind, id })
}
