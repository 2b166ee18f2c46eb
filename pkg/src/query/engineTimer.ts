// The single timer of a machine.
import { timeoutManager, type ManagedTimerId } from './timeoutManager.js'
import { CLOCK_STEP } from '../boundary/query.js'

/** Browsers and Node fire longer timeouts immediately, in ms: about 24.8 days. */
const MAX_DELAY = 2_147_483_647

interface TimerOwner {
  onTimer(): void
  /** Gets by how many ms the clock was set back, or stayed behind. */
  onClockSetBack(by: number): void
}

/** Calls back when the machine's next deadline has come. */
export class EngineTimer {
  #timer?: ManagedTimerId
  /** When the timer fires, by `Date.now()`. */
  #firesAt = Infinity
  /** What the timer was set with. */
  #delay = 0
  #keepAlives = 0
  readonly #owner: TimerOwner

  constructor(owner: TimerOwner) {
    this.#owner = owner
  }

  /** Sets the timer for `deadline`, in ms since the epoch; `Infinity` for none. NaN: it stays as it is. */
  set(deadline: number): void {
    // An early timer costs less than a new one after each call.
    if (deadline < Infinity ? this.#firesAt <= deadline : !(this.#firesAt < deadline)) return
    if (this.#firesAt < Infinity) {
      timeoutManager.clearTimeout(this.#timer)
      this.#end(this.#delay)
      return this.set(deadline)
    }
    const now = Date.now()
    this.#firesAt = Math.min(deadline, now + MAX_DELAY)
    this.#delay = Math.max(this.#firesAt - now, 0)
    this.#timer = timeoutManager.setTimeout(() => {
      this.#end(0)
      this.#owner.onTimer()
    }, this.#delay)
    this.#updateRef()
  }

  /**
   * The timer is over, at most `left` ms before it fires. If there is more left by the clock, that was set back, or it stands still, as
   * tests make it (fake timers without `Date`, Playwright's `setFixedTime`).
   */
  #end(left: number): void {
    const by = this.#firesAt - left - Date.now()
    this.#firesAt = Infinity
    // Of a short wait half may be lacking.
    if (Math.min(this.#delay / 2, CLOCK_STEP) < by) this.#owner.onClockSetBack(by)
  }

  /** The timer keeps a Node process alive while anything waits for a retry, and otherwise does not. */
  keepAlive(by: number): void {
    this.#keepAlives += by
    this.#updateRef()
  }

  /** Timers of browsers are numbers, which have neither. */
  #updateRef(): void {
    const timer = this.#timer as { ref?: () => void; unref?: () => void } | undefined
    timer?.[this.#keepAlives > 0 ? 'ref' : 'unref']?.()
  }
}
