// The page's time: it stands still until told. Timers, frames and idle moments come in the order a browser has them.

/** A frame every so many ms. */
const FRAME = 16

export class Tasks {
  now = 0
  /** Nothing runs: the page is in the back/forward cache. */
  frozen = false
  /** No idle moment comes. */
  busy = false
  #timers = new Map()
  #frames = new Map()
  #idle = new Map()
  #made = 0
  #page

  /** `page`: `failed(error)`, `isShown()`, `deliver()`, which runs one pending task of the page's, if there is any. */
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

  /** Lets everything promised come true. */
  settle() {
    return new Promise((resolve) => setImmediate(resolve))
  }

  /** Runs what a task would: its failure is the page's to hear of, and what it promised comes true before the next. */
  async run(task) {
    try {
      task()
    } catch (error) {
      this.#page.failed(error)
    }
    await this.settle()
  }

  /** An idle moment: all who wait for one have it. */
  async idle() {
    const waiting = [...this.#idle]
    for (const [id, { callback }] of waiting) {
      if (!this.#idle.delete(id)) continue
      await this.run(() => callback({ didTimeout: false, timeRemaining: () => 10 }))
    }
    return waiting.length > 0
  }

  /** The number of what was asked for last. */
  get made() {
    return this.#made
  }

  /** Runs at once what was asked for after number `since`, to be run in a task of its own. */
  async soon(since) {
    for (const [id, { callback, at }] of [...this.#timers]) {
      if (id > since && at <= this.now && this.#timers.delete(id)) await this.run(callback)
    }
  }

  /** Lets `ms` pass, and all happen that is due. */
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
