import { Subscribable } from './subscribable.js'

type SetupFn = (setFocused: (focused?: boolean) => void) => (() => void) | undefined

/** Knows whether the page is looked at, and tells when that may have changed. */
export class FocusManager extends Subscribable<(focused: boolean) => void> {
  #focused?: boolean
  #cleanup?: () => void
  #setup: SetupFn = (onFocus) => {
    // React Native has a window that is no event target.
    if (typeof window === 'undefined' || !window.addEventListener) return
    const listener = () => onFocus()
    window.addEventListener('visibilitychange', listener, false)
    return () => window.removeEventListener('visibilitychange', listener)
  }

  protected override onSubscribe(): void {
    if (!this.#cleanup) this.setEventListener(this.#setup)
  }

  protected override onUnsubscribe(): void {
    if (this.hasListeners()) return
    this.#cleanup?.()
    this.#cleanup = undefined
  }

  /** Replaces where the news comes from. `setup` is called at once and returns how to stop. */
  setEventListener(setup: SetupFn): void {
    this.#setup = setup
    this.#cleanup?.()
    this.#cleanup = setup((focused) => {
      if (typeof focused === 'boolean') this.setFocused(focused)
      else this.onFocus()
    })
  }

  /** Says whether the page is looked at; `undefined` goes back to asking the document. */
  setFocused(focused?: boolean): void {
    if (this.#focused === focused) return
    this.#focused = focused
    this.onFocus()
  }

  /** Tells all listeners how it is now. */
  onFocus(): void {
    const focused = this.isFocused()
    this.notifyListeners(focused)
  }

  /** Whether the page is looked at. */
  isFocused(): boolean {
    if (typeof this.#focused === 'boolean') return this.#focused
    return globalThis.document?.visibilityState !== 'hidden'
  }
}

export const focusManager = new FocusManager()
