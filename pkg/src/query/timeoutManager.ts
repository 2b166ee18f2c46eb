import { warnInDevelopment } from './warnInDevelopment.js'

/** What a timer calls. */
export type TimeoutCallback = (_: void) => void

/** What names a timer: a number in browsers, an object in Node. */
export type ManagedTimerId = number | { [Symbol.toPrimitive]: () => number }

/** Where timers come from. */
export type TimeoutProvider<TTimerId extends ManagedTimerId = ManagedTimerId> = {
  readonly setTimeout: (callback: TimeoutCallback, delay: number) => TTimerId
  readonly clearTimeout: (timeoutId: TTimerId | undefined) => void
  readonly setInterval: (callback: TimeoutCallback, delay: number) => TTimerId
  readonly clearInterval: (intervalId: TTimerId | undefined) => void
}

type SystemTimer = ReturnType<typeof setTimeout>

// The globals are looked up at each call: fake timers replace them.
const system: TimeoutProvider = {
  setTimeout: (callback, delay) => setTimeout(callback, delay) as unknown as ManagedTimerId,
  clearTimeout: (id) => clearTimeout(id as SystemTimer | undefined),
  setInterval: (callback, delay) => setInterval(callback, delay) as unknown as ManagedTimerId,
  clearInterval: (id) => clearInterval(id as SystemTimer | undefined),
}

/** Every timer of the query cache comes from here, so that an application can bring its own. */
export class TimeoutManager implements TimeoutProvider {
  #provider: TimeoutProvider<any> = system
  #used = false

  /** Replaces where timers come from. Do it before the first is set: ids of two providers do not mix. */
  setTimeoutProvider<TTimerId extends ManagedTimerId>(provider: TimeoutProvider<TTimerId>): void {
    const previous = this.#provider
    if (this.#used && provider !== previous) {
      warnInDevelopment(() => {
        if (process.env.NODE_ENV !== 'production') {
          console.error(
            '[timeoutManager]: Switching provider after calls to previous provider might result in unexpected behavior.',
            { previous, provider },
          )
        }
      })
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

export const timeoutManager = new TimeoutManager()
