// The single timer of a machine.
import { timeoutManager, type ManagedTimerId } from './timeoutManager.js'

/** Browsers and Node fire longer timeouts immediately, in ms: about 24.8 days. */
const MAX_DELAY = 2 ** 31 - 1
/** A timer that fires this much too early, in ms, means that the clock was set back. */
const SET_BACK_TOLERANCE = 1000

interface TimerOwner {
  onTimer(): void
  /** Gets by how many ms the clock was set back. */
  onClockSetBack(by: number): void
}

/** Calls back when the machine's next deadline has come. */
export class EngineTimer {
  #timer?: ManagedTimerId
  /** When the timer fires, by `Date.now()`. */
  #firesAt = Infinity
  #keepAlives = 0
  readonly #owner: TimerOwner

  constructor(owner: TimerOwner) {
    this.#owner = owner
  }

  /** Sets the timer for `deadline`, in ms since the epoch; `Infinity` for none. NaN: it stays as it is. */
  set(deadline: number): void {
    // An early timer costs less than a new one after each call.
    if (deadline !== Infinity ? !(this.#firesAt > deadline) : this.#firesAt === Infinity) return
    if (this.#timer !== undefined) timeoutManager.clearTimeout(this.#timer)
    this.#timer = undefined
    this.#firesAt = deadline
    if (deadline === Infinity) return
    const delay = Math.max(deadline - Date.now(), 0)
    this.#timer = timeoutManager.setTimeout(
      () => {
        this.#timer = undefined
        this.#firesAt = Infinity
        const early = deadline - Date.now()
        if (delay <= MAX_DELAY && early > SET_BACK_TOLERANCE) this.#owner.onClockSetBack(early)
        this.#owner.onTimer()
      },
      Math.min(delay, MAX_DELAY),
    )
    this.#updateRef()
  }

  /** The timer keeps a Node process alive while anything waits for a retry, and otherwise does not. */
  keepAlive(by: number): void {
    this.#keepAlives += by
    this.#updateRef()
  }

  #updateRef(): void {
    const timer = this.#timer as { ref?: () => void; unref?: () => void } | undefined
    if (typeof timer !== 'object') return
    if (this.#keepAlives > 0) timer.ref?.()
    else timer.unref?.()
  }
}
