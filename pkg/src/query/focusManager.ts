import { EventManager, listenToWindow } from './eventManager.js'

/** Knows whether the window has focus, and notifies of changes. */
export class FocusManager extends EventManager<[focused?: boolean]> {
  #focused?: boolean

  protected override listen(onFocus: () => void): (() => void) | undefined {
    return listenToWindow(() => onFocus(), 'visibilitychange')
  }

  protected override onEvent(focused?: boolean): void {
    if (typeof focused === 'boolean') this.setFocused(focused)
    else this.onFocus()
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

/** Tells queries that the window has the focus again, so that they refetch. `setFocused` overrides what the browser says. */
export const focusManager = /* @__PURE__ */ new FocusManager()
