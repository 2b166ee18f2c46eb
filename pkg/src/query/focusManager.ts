import { Subscribable } from './subscribable.js'

type SetupFn = (setFocused: (focused?: boolean) => void) => (() => void) | undefined

/** Knows whether the window has focus, and notifies of changes. */
export class FocusManager extends Subscribable<(focused: boolean) => void> {
  #focused?: boolean
  #cleanup?: () => void
  #setup: SetupFn = (onFocus) => {
    // React Native has a `window` without events.
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

  /** Replaces the source of focus events. `setup` is called at once and returns a cleanup function. */
  setEventListener(setup: SetupFn): void {
    this.#setup = setup
    this.#cleanup?.()
    this.#cleanup = setup((focused) => {
      if (typeof focused === 'boolean') this.setFocused(focused)
      else this.onFocus()
    })
  }

  /** Sets the focus by hand; `undefined` returns to the document's visibility. */
  setFocused(focused?: boolean): void {
    if (this.#focused === focused) return
    this.#focused = focused
    this.onFocus()
  }

  /** Notifies the listeners of the current focus. */
  onFocus(): void {
    const focused = this.isFocused()
    this.notifyListeners(focused)
  }

  /** Whether the window has focus. */
  isFocused(): boolean {
    if (typeof this.#focused === 'boolean') return this.#focused
    return globalThis.document?.visibilityState !== 'hidden'
  }
}

export const focusManager = /* @__PURE__ */ new FocusManager()
