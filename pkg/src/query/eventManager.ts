import { Subscribable } from './subscribable.js'

/** Starts to listen for events. Returns a cleanup function. */
type Setup<TEvent extends unknown[]> = (onEvent: (...event: TEvent) => void) => (() => void) | undefined

/** Listens to a source of events while somebody listens to it. */
export abstract class EventManager<TEvent extends unknown[]> extends Subscribable<(value: boolean) => void> {
  #cleanup?: () => void
  #setup: Setup<TEvent> = this.listen

  /** The source, unless it is replaced. */
  protected abstract listen(onEvent: (...event: TEvent) => void): (() => void) | undefined

  protected abstract onEvent(...event: TEvent): void

  protected override onSubscribe(): void {
    if (!this.#cleanup) this.setEventListener(this.#setup)
  }

  protected override onUnsubscribe(): void {
    if (this.hasListeners()) return
    this.#cleanup?.()
    this.#cleanup = undefined
  }

  /** Replaces the source of events. `setup` is called at once and returns a cleanup function. */
  setEventListener(setup: Setup<TEvent>): void {
    this.#setup = setup
    this.#cleanup?.()
    this.#cleanup = setup((...event) => this.onEvent(...event))
  }
}

/** Listens to events of the window. Returns a cleanup function. */
export function listenToWindow(listener: (event: { type: string }) => void, ...types: string[]): (() => void) | undefined {
  // React Native has a `window` without events.
  if (typeof window === 'undefined' || !window.addEventListener) return
  types.forEach((type) => window.addEventListener(type, listener, false))
  return () => types.forEach((type) => window.removeEventListener(type, listener))
}
