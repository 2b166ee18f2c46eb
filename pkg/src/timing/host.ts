// One timer for all paced functions.
import { pace_arm, pace_clear, pace_expired, pace_now, pace_set, pace_timeout } from '../rules/pacer.js'
import { waiters } from './engine.js'

let timer: any
/** The `setTimeout` and the `Date` with which the timer was set. */
let setter: typeof setTimeout | undefined
let clock: typeof Date | undefined
let due = 0
let armings = 0
let holds = 0
let isFiring = false
/** Whether the timer waits, and was set in this run of JavaScript: then nobody has thrown it away. */
let isNew = false

/** The monotonic time. */
export function monotonic(): number {
  return pace_now(Date.now())
}

/**
 * Calls `run` after `delay` ms, if that is finite. Returns an id for `forget`, which is spent when `run` is called. `isShared`: no
 * promise waits for it.
 */
export function later(delay: number, run: () => void, isShared?: boolean): number {
  if (delay === Infinity) return 0
  // workerd cancels a request none of whose own timers wait, so one that is another request's would not do. Negative, unlike
  // the engine's ids.
  if (!isShared && globalThis.navigator?.userAgent === 'Cloudflare-Workers') return -setTimeout(run, Math.ceil(delay))
  const id = pace_set(Date.now(), delay)
  waiters.set(id, () => {
    waiters.delete(id)
    run()
  })
  arm()
  return id
}

/** Returns 0, which is no id: the other may soon be another's. */
export function forget(id: number): 0 {
  if (id < 0) clearTimeout(-id)
  if (waiters.delete(id)) pace_clear(id)
  return 0
}

/**
 * While held, the timer keeps a Node process alive, because it has to settle a promise. Otherwise it does not.
 */
export function hold(by: 1 | -1): void {
  holds += by
  applyHold()
}

function applyHold(): void {
  timer?.[holds > 0 ? 'ref' : 'unref']?.()
}

/** Sets the timer for the first deadline. */
export function arm(): void {
  if (isFiring) return
  const now = Date.now()
  // Hosts drop the fraction, and a timer that fires early would set the clock forward: many of them would make it fast.
  const delay = Math.ceil(pace_arm(now))
  const arming = ++armings
  // An overdue timer is not cleared: it fires as soon as the host is idle, and setting it again and again could postpone
  // it for ever. A timer of another clock is not cleared either: a test may have replaced the clock or restored it, and
  // Node's mock timers forget all timers when they are asked to clear one they do not know.
  if (now < due && setter === setTimeout && clock === Date) {
    // It fires early enough. In a later task it is set again even so: a test may have cleared all timers meanwhile.
    if (isNew && now + delay >= due) return
    clearTimeout(timer)
  }
  timer = undefined
  if (delay < 0) return
  setter = setTimeout
  clock = Date
  due = now + delay
  timer = setTimeout(() => fire(arming), delay)
  if (!isNew) {
    isNew = true
    void Promise.resolve().then(() => (isNew = false))
  }
  if (timer.unref) applyHold()
}

function fire(arming: number): void {
  isFiring = true
  isNew = false
  pace_timeout(Date.now(), arming === armings)
  try {
    for (let id; (id = pace_expired());) waiters.get(id)?.()
  } finally {
    // Also after a throw, which ends this task as it would with a timer per function. The other deadlines that expired
    // follow in the next task.
    isFiring = false
    arm()
  }
}
