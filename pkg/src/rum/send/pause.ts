// How long to leave a server alone that is in trouble, also across the pages of a visit: as
// crates/engine/src/beacon/pause.rs has it.
import { FIRST_PAUSE, LONGEST_PAUSE, LONGEST_RETRY_AFTER } from '../../boundary/rum.js'
import { random } from '../random.js'

const KEY = 'whippet.pause'

export class Pause {
  #failures = 0
  #until = 0
  /** Whether a server asked for it; or else it is our own caution. */
  #asked = false

  constructor() {
    try {
      const stored = sessionStorage.getItem(KEY) ?? ''
      this.#until = /^\d{1,16}$/.test(stored) ? +stored : 0
      // Nobody wrote down whose it is: the more careful reading counts.
      this.#asked = this.left > 0
    } catch {
      // No storage: the pause ends with the page.
    }
  }

  /** How long it lasts from now, ms; 0 where there is none. */
  get left(): number {
    const left = Math.max(0, this.#until - Date.now())
    // A clock that was set back must not silence a page for years.
    return left > LONGEST_RETRY_AFTER ? 0 : left
  }

  /** Whether the last that was heard of the server is that it failed, however long ago. */
  get failing(): boolean {
    return this.#until > 0
  }

  /** The network is back: what failed for want of it need not wait. What a server asked for stays. */
  online(): void {
    if (!this.#asked) this.end()
  }

  /** The server has answered. */
  end(): void {
    this.#failures = 0
    this.#asked = false
    if (this.#until > 0) this.#set(0)
  }

  /** It has not, or asked to be left alone for `asked` ms; `chance` is from 0 up to 1. */
  extend(asked?: number, chance = random()): void {
    if (asked !== undefined) this.#asked = true
    const own = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** this.#failures++)
    // Drawn, so that the pages which failed together do not come back together; never earlier than asked.
    const wait = asked === undefined ? own * (0.5 + chance / 2) : Math.min(asked + chance * FIRST_PAUSE, LONGEST_RETRY_AFTER)
    this.#set(Date.now() + Math.max(this.left, Math.ceil(wait)))
  }

  #set(until: number): void {
    this.#until = until
    try {
      if (until > 0) sessionStorage.setItem(KEY, String(until))
      else sessionStorage.removeItem(KEY)
    } catch {
      // As above.
    }
  }
}
