// The one timer of a machine.
import { timeoutManager, type ManagedTimerId } from './timeoutManager.js'

/** Browsers and Node fire at once what is further away than this many ms, about 24.8 days. */
const LONGEST = 2 ** 31 - 1
/** A timer that fires so many ms early does not: the clock was set back. */
const SET_BACK = 1000

/** Calls when a machine's next deadline has come. */
export class Alarm {
  #timer?: ManagedTimerId
  /** When the timer fires, by `Date.now()`. */
  #at = Infinity
  #holds = 0
  readonly #ring: () => void
  readonly #setBack: (by: number) => void

  /** `setBack` hears by how many ms the clock was set back, and must count less from then on. */
  constructor(ring: () => void, setBack: (by: number) => void) {
    this.#ring = ring
    this.#setBack = setBack
  }

  /** Sets the timer for `deadline`, in ms since the epoch; `Infinity` for none. */
  set(deadline: number): void {
    // A timer that fires too early costs less than moving it each time something happens.
    if (deadline !== Infinity ? this.#at <= deadline : this.#at === Infinity) return
    if (this.#timer !== undefined) timeoutManager.clearTimeout(this.#timer)
    this.#timer = undefined
    this.#at = deadline
    if (deadline === Infinity) return
    const delay = Math.max(deadline - Date.now(), 0)
    this.#timer = timeoutManager.setTimeout(
      () => {
        this.#timer = undefined
        this.#at = Infinity
        const early = deadline - Date.now()
        if (delay <= LONGEST && early > SET_BACK) this.#setBack(early)
        this.#ring()
      },
      Math.min(delay, LONGEST),
    )
    this.#keep()
  }

  /** While held, the timer keeps a Node process alive: someone waits for a retry. Otherwise it does not. */
  hold(by: 1 | -1): void {
    this.#holds += by
    this.#keep()
  }

  #keep(): void {
    const timer = this.#timer as { ref?: () => void; unref?: () => void } | undefined
    if (typeof timer !== 'object') return
    if (this.#holds > 0) timer.ref?.()
    else timer.unref?.()
  }
}
