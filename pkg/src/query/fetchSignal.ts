/** The abort signal of a fetch, made when someone asks: most functions never do, and it costs as much as the rest. */
export class FetchSignal {
  #controller?: AbortController
  readonly #onTaken: () => void

  constructor(onTaken: () => void) {
    this.#onTaken = onTaken
  }

  /** For who uses it: the fetch can be stopped. */
  take(): AbortSignal {
    this.#onTaken()
    return this.inner
  }

  /** For who only passes it on. */
  get inner(): AbortSignal {
    return this.#control().signal
  }

  /** With a reason only the attempt is over, and the next one has a signal of its own. */
  abort(reason?: Error): void {
    this.#control().abort(reason)
    if (reason) this.#controller = undefined
  }

  #control(): AbortController {
    return (this.#controller ??= new AbortController())
  }
}
