// A simulated clock. It stands still until it is advanced, and fires timers in order.
const real = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
  now: Date.now,
}

/** Runs all microtasks, and waits for unhandled rejections to be reported. */
export function settle() {
  return new Promise((resolve) => setImmediate(resolve))
}

export class Clock {
  now = 1_800_000_000_000
  #timers = new Map()
  #made = 0
  #onError

  constructor(onError) {
    this.#onError = onError
  }

  /** Replaces timers and `Date.now` until `uninstall`. */
  install() {
    const add = (callback, delay, every) => {
      const ms = Number(delay) || 0
      const id = ++this.#made
      // Browsers and Node fire timeouts that exceed 31 bits at once.
      const wait = ms > 2 ** 31 - 1 || ms < 0 ? 0 : Math.trunc(ms)
      this.#timers.set(id, { callback, at: this.now + wait, order: id, every: every ? Math.max(wait, 1) : 0 })
      return id
    }
    const remove = (id) => this.#timers.delete(id)
    globalThis.setTimeout = (callback, delay) => add(callback, delay, false)
    globalThis.setInterval = (callback, delay) => add(callback, delay, true)
    globalThis.clearTimeout = globalThis.clearInterval = remove
    Date.now = () => this.now
  }

  uninstall() {
    Object.assign(globalThis, {
      setTimeout: real.setTimeout,
      clearTimeout: real.clearTimeout,
      setInterval: real.setInterval,
      clearInterval: real.clearInterval,
    })
    Date.now = real.now
  }

  /** The number of pending timers. */
  get pending() {
    return this.#timers.size
  }

  /** Advances by `ms`. After each timer, its consequences happen before the next one. */
  async pass(ms) {
    const end = this.now + ms
    await settle()
    let fired = 0
    for (let next; (next = this.#next(end)) !== undefined;) {
      if (++fired > 20_000) {
        this.#onError(new Error('timers without end'))
        break
      }
      const [id, timer] = next
      this.now = Math.max(this.now, timer.at)
      if (timer.every) {
        timer.at = this.now + timer.every
        timer.order = ++this.#made
      } else this.#timers.delete(id)
      try {
        timer.callback()
      } catch (error) {
        this.#onError(error)
      }
      await settle()
    }
    this.now = end
  }

  #next(end) {
    let next
    for (const entry of this.#timers) {
      const [, timer] = entry
      if (timer.at > end) continue
      if (!next || timer.at < next[1].at || (timer.at === next[1].at && timer.order < next[1].order)) next = entry
    }
    return next
  }
}
