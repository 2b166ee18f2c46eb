// Simulated time. Timers, frames and idle callbacks run in the order of a browser.

/** The time between frames, ms. */
const FRAME = 16

export class Tasks {
  now = 0
  /** Nothing runs: the page is in the back/forward cache. */
  frozen = false
  /** There are no idle periods. */
  busy = false
  #timers = new Map()
  #frames = new Map()
  #idle = new Map()
  #made = 0
  #page

  /** `page`: `failed(error)`, `isShown()`, and `deliver()`, which runs one pending observer callback and returns whether there was one. */
  constructor(page) {
    this.#page = page
  }

  setTimeout = (callback, delay) => {
    this.#timers.set(++this.#made, { callback, at: this.now + Math.max(0, Number(delay) || 0) })
    return this.#made
  }
  clearTimeout = (id) => void this.#timers.delete(id)
  requestAnimationFrame = (callback) => {
    this.#frames.set(++this.#made, { callback, at: (Math.floor(this.now / FRAME) + 1) * FRAME })
    return this.#made
  }
  cancelAnimationFrame = (id) => void this.#frames.delete(id)
  requestIdleCallback = (callback, { timeout = Infinity } = {}) => {
    this.#idle.set(++this.#made, { callback, at: this.now + timeout })
    return this.#made
  }
  cancelIdleCallback = (id) => void this.#idle.delete(id)

  /** Runs all microtasks. */
  settle() {
    return new Promise((resolve) => setImmediate(resolve))
  }

  /** Runs a task and its microtasks. Reports an error to the page. */
  async run(task) {
    try {
      task()
    } catch (error) {
      this.#page.failed(error)
    }
    await this.settle()
  }

  /** Runs all pending idle callbacks. */
  async idle() {
    const waiting = [...this.#idle]
    for (const [id, { callback }] of waiting) {
      if (!this.#idle.delete(id)) continue
      await this.run(() => callback({ didTimeout: false, timeRemaining: () => 10 }))
    }
    return waiting.length > 0
  }

  /** The id of the last timer, frame or idle callback. */
  get made() {
    return this.#made
  }

  /** Runs all due timers with an id after `since`. */
  async soon(since) {
    for (const [id, { callback, at }] of [...this.#timers]) {
      if (id > since && at <= this.now && this.#timers.delete(id)) await this.run(callback)
    }
  }

  /** Advances time by `ms`, and runs what is due. */
  async pass(ms) {
    const end = this.now + ms
    while (!this.frozen) {
      if (await this.#page.deliver()) continue
      const [map, id, task] = this.#next(end)
      if (!this.busy && !(task?.at <= this.now) && (await this.idle())) continue
      if (!task) break
      map.delete(id)
      this.now = Math.max(this.now, task.at)
      await this.run(() => (map === this.#frames ? task.callback(this.now) : task.callback()))
    }
    this.now = end
  }

  #next(end) {
    let next = []
    for (const map of [this.#timers, this.#page.isShown() ? this.#frames : new Map(), this.#idle]) {
      for (const [id, task] of map) {
        const [, best, { at } = {}] = next
        if (task.at <= end && (best === undefined || task.at < at || (task.at === at && id < best))) next = [map, id, task]
      }
    }
    return next
  }
}
