// The one timer, and who waits for it.
import { wasm } from './wasm.js'

type Engine = ReturnType<typeof wasm>

/** A paced function as the engine's steps move it. */
export interface Waiting {
  invoke(): void
  forget(): void
  /** Tells the engine of the calls that were only counted so far. */
  tell(): void
}

// What a step is made of: the bits of crates/npm/src/timing.rs.
export const INVOKE = 1
const FORGET = 2
const REARM = 4
const HELD = 8
const FREED = 16
const STEP_BITS = 5
const STEP = (1 << STEP_BITS) - 1

let engine: Engine | undefined
let timer: ReturnType<typeof setTimeout> | undefined
/** What the timer was set with. */
let setter: typeof setTimeout | undefined
let clock: typeof Date | undefined
let due = 0
/** Those with a timer running. Nobody else keeps them, so a function that is dropped can be collected. */
const waiting = new Map<number, Waiting>()

/** The engine, started by the first call; throws `WasmUnavailableError`. */
export function start(): Engine {
  return (engine ??= wasm())
}

/** The engine, if anything started it. */
export function started(): Engine | undefined {
  return engine
}

/** Does what `step` says, except to invoke: that comes last, since it may throw and may call anything. */
export function obey(engine: Engine, id: number, step: number, entry: Waiting): void {
  if (step & HELD) waiting.set(id, entry)
  if (step & FREED) waiting.delete(id)
  if ((step & (FORGET | INVOKE)) === FORGET) entry.forget()
  if (step & REARM) arm(engine)
}

export function tellAll(): void {
  for (const entry of waiting.values()) entry.tell()
}

function arm(engine: Engine): void {
  const now = Date.now()
  // One that is overdue comes as soon as the host finds time; set again, it could be put off for ever. And
  // a test's clock that was put in place or taken away meanwhile does not know this timer; Node's forgets
  // all others when asked to clear it.
  if (now < due && setter === setTimeout && clock === Date) clearTimeout(timer)
  setter = setTimeout
  clock = Date
  timer = undefined
  const delay = engine.pacers_arm(now)
  if (delay < 0) return
  due = now + delay
  timer = setTimeout(fire, delay)
  // What is put off does not keep a Node process alive.
  ;(timer as { unref?: () => void }).unref?.()
}

function fire(): void {
  const engine = start()
  tellAll()
  engine.pacers_timeout(Date.now())
  try {
    for (;;) {
      const next = engine.pacers_expired(Date.now())
      if (next < 0) return
      const id = next >>> STEP_BITS
      const entry = waiting.get(id)!
      entry.tell()
      obey(engine, id, next & STEP, entry)
      if (next & INVOKE) entry.invoke()
    }
  } finally {
    // Also after a throw, which ends this turn as it would with a timer for each: the rest comes next.
    arm(engine)
  }
}
