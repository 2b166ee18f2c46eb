/** The callback of a timer. */
export type TimeoutCallback = (_: void) => void

/** The id of a timer: a number in browsers, an object in Node. */
export type ManagedTimerId = number | { [Symbol.toPrimitive]: () => number }

/** A source of timers. */
export type TimeoutProvider<TTimerId extends ManagedTimerId = ManagedTimerId> = {
  readonly setTimeout: (callback: TimeoutCallback, delay: number) => TTimerId
  readonly clearTimeout: (timeoutId: TTimerId | undefined) => void
  readonly setInterval: (callback: TimeoutCallback, delay: number) => TTimerId
  readonly clearInterval: (intervalId: TTimerId | undefined) => void
}

// As an object whose members are looked up at each call, since fake timers replace them.
const system = globalThis as unknown as TimeoutProvider

/** The source of all timers of the query cache, which an application can replace. */
export class TimeoutManager implements TimeoutProvider {
  #provider: TimeoutProvider<any> = system
  #used = false

  /** Replaces the source of timers. Call it before the first timer is set: ids of two sources do not mix. */
  setTimeoutProvider<TTimerId extends ManagedTimerId>(provider: TimeoutProvider<TTimerId>): void {
    const previous = this.#provider
    if (this.#used && provider !== previous) {
      try {
        if (process.env.NODE_ENV !== 'production') {
          console.error(
            '[timeoutManager]: Switching provider after calls to previous provider might result in unexpected behavior.',
            { previous, provider },
          )
        }
      } catch {}
    }
    this.#provider = provider
    this.#used = false
  }

  setTimeout(callback: TimeoutCallback, delay: number): ManagedTimerId {
    this.#used = true
    return this.#provider.setTimeout(callback, delay)
  }

  clearTimeout(timeoutId: ManagedTimerId | undefined): void {
    this.#provider.clearTimeout(timeoutId)
  }

  setInterval(callback: TimeoutCallback, delay: number): ManagedTimerId {
    this.#used = true
    return this.#provider.setInterval(callback, delay)
  }

  clearInterval(intervalId: ManagedTimerId | undefined): void {
    this.#provider.clearInterval(intervalId)
  }
}

/** The timers of the query cache. `setTimeoutProvider` replaces their source. */
export const timeoutManager = /* @__PURE__ */ new TimeoutManager()
