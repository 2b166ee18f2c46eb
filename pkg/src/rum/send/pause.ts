// How long to send nothing to a server that failed. The pause outlives the page, within a visit.
// crates/engine/src/beacon/pause.rs has the same rules.
import { FIRST_PAUSE, LONGEST_PAUSE, LONGEST_RETRY_AFTER } from '../../boundary/rum.js'
import { random32 } from '../lib/random.js'
import { readStorage, writeStorage } from '../lib/storage.js'

const KEY = 'whippet.pause'

export interface Pause {
  /** The remaining time, ms; 0 without a pause. */
  left(): number
  /** Whether the last response was a failure, however long ago. */
  isFailing(): boolean
  /** The network is back: ends the pause, unless the server requested it. */
  online(): void
  /** The server answered: ends the pause. */
  end(): void
  /** The server failed, or requested a pause of `requested` ms. `chance`: from 0 (inclusive) to 1 (exclusive). */
  extend(requested?: number, chance?: number): void
}

export function createPause(): Pause {
  let failures = 0
  // Where storage is forbidden the pause ends with the page.
  let until = Number(/^\d{1,16}$/.exec(readStorage(KEY)) ?? 0)
  const left = () => {
    const left = Math.max(0, until - Date.now())
    // The clock may have been set back: that must not silence a page for years.
    return left > LONGEST_RETRY_AFTER ? 0 : left
  }
  /** Whether the server requested it by `Retry-After`. The storage does not say. `true` is the safe assumption. */
  let isRequested = left() > 0

  const set = (next: number) => writeStorage(KEY, (until = next))
  const end = () => {
    failures = 0
    isRequested = false
    if (until) set(0)
  }
  return {
    left,
    end,
    isFailing: () => until > 0,
    online() {
      if (!isRequested) end()
    },
    extend(requested, chance = random32() / 2 ** 32) {
      isRequested ||= requested !== undefined
      const backoff = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** failures++)
      // Random, so that pages which failed together do not retry together; never earlier than requested.
      const wait =
        requested === undefined ? backoff * (0.5 + chance / 2) : Math.min(requested + chance * FIRST_PAUSE, LONGEST_RETRY_AFTER)
      set(Date.now() + Math.max(left(), Math.ceil(wait)))
    },
  }
}
