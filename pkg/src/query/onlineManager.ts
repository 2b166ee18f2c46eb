import { Subscribable } from './subscribable.js'

type SetupFn = (setOnline: (online: boolean) => void) => (() => void) | undefined

/** Knows whether the network is up, and notifies of changes. */
export class OnlineManager extends Subscribable<(online: boolean) => void> {
  #online = true
  #cleanup?: () => void
  #setup: SetupFn = (onOnline) => {
    // React Native has a `window` without events.
    if (typeof window === 'undefined' || !window.addEventListener) return
    const online = () => onOnline(true)
    const offline = () => onOnline(false)
    window.addEventListener('online', online, false)
    window.addEventListener('offline', offline, false)
    return () => {
      window.removeEventListener('online', online)
      window.removeEventListener('offline', offline)
    }
  }

  protected override onSubscribe(): void {
    if (!this.#cleanup) this.setEventListener(this.#setup)
  }

  protected override onUnsubscribe(): void {
    if (this.hasListeners()) return
    this.#cleanup?.()
    this.#cleanup = undefined
  }

  /** Replaces the source of network events. `setup` is called at once and returns a cleanup function. */
  setEventListener(setup: SetupFn): void {
    this.#setup = setup
    this.#cleanup?.()
    this.#cleanup = setup(this.setOnline.bind(this))
  }

  /** Sets whether the network is up. */
  setOnline(online: boolean): void {
    if (this.#online === online) return
    this.#online = online
    this.notifyListeners(online)
  }

  /** Whether the network is up. `true` until an event says otherwise. */
  isOnline(): boolean {
    return this.#online
  }
}

export const onlineManager = /* @__PURE__ */ new OnlineManager()
