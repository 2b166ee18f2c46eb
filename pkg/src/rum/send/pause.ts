// How long to send nothing to a server that failed. The pause outlives the page, within a visit.
// crates/engine/src/beacon/pause.rs has the same rules.
import { FIRST_PAUSE, LONGEST_PAUSE, LONGEST_RETRY_AFTER } from '../../boundary/rum.js'
import { random } from '../lib/random.js'
import { readStorage, writeStorage } from '../lib/storage.js'

const KEY = 'whippet.pause'

export class Pause {
  #failures = 0
  // Where storage is forbidden the pause ends with the page.
  #until = Number(/^\d{1,16}$/.exec(readStorage(KEY))?.[0] ?? 0)
  /** Whether the server requested it by `Retry-After`. The storage does not say. `true` is the safe assumption. */
  #isRequested = this.left > 0

  /** The remaining time, ms; 0 without a pause. */
  get left(): number {
    const left = Math.max(0, this.#until - Date.now())
    // The clock may have been set back: that must not silence a page for years.
    return left > LONGEST_RETRY_AFTER ? 0 : left
  }

  /** Whether the last response was a failure, however long ago. */
  get failing(): boolean {
    return this.#until > 0
  }

  /** The network is back: ends the pause, unless the server requested it. */
  online(): void {
    if (!this.#isRequested) this.end()
  }

  /** The server answered: ends the pause. */
  end(): void {
    this.#failures = 0
    this.#isRequested = false
    if (this.#until > 0) this.#set(0)
  }

  /** The server failed, or requested a pause of `requested` ms. `chance`: from 0 (inclusive) to 1 (exclusive). */
  extend(requested?: number, chance = random()): void {
    if (requested !== undefined) this.#isRequested = true
    const backoff = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** this.#failures++)
    // Random, so that pages which failed together do not retry together; never earlier than requested.
    const wait = requested === undefined ? backoff * (0.5 + chance / 2) : Math.min(requested + chance * FIRST_PAUSE, LONGEST_RETRY_AFTER)
    this.#set(Date.now() + Math.max(this.left, Math.ceil(wait)))
  }

  #set(until: number): void {
    this.#until = until
    writeStorage(KEY, until > 0 ? until : '')
  }
}
