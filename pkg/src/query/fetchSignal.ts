/**
 * The abort signal of a fetch. Created on first use, since most functions do not use it and it costs as much as all the
 * rest.
 */
export class FetchSignal {
  #controller?: AbortController
  readonly #onTaken: () => void

  constructor(onTaken: () => void) {
    this.#onTaken = onTaken
  }

  /** For a reader that uses the signal: the fetch becomes abortable. */
  take(): AbortSignal {
    this.#onTaken()
    return this.inner
  }

  /** For code that only passes it on. */
  get inner(): AbortSignal {
    return this.#control().signal
  }

  /** With a reason only the current attempt is aborted, and the next one gets a new signal. */
  abort(reason?: Error): void {
    this.#control().abort(reason)
    if (reason) this.#controller = undefined
  }

  #control(): AbortController {
    return (this.#controller ??= new AbortController())
  }
}
