import { Subscribable } from './subscribable.js'

type SetupFn = (setOnline: (online: boolean) => void) => (() => void) | undefined

/** Knows whether there is a network, and tells when that changes. */
export class OnlineManager extends Subscribable<(online: boolean) => void> {
  #online = true
  #cleanup?: () => void
  #setup: SetupFn = (onOnline) => {
    // React Native has a window that is no event target.
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

  /** Replaces where the news comes from. `setup` is called at once and returns how to stop. */
  setEventListener(setup: SetupFn): void {
    this.#setup = setup
    this.#cleanup?.()
    this.#cleanup = setup(this.setOnline.bind(this))
  }

  /** Says whether there is a network. */
  setOnline(online: boolean): void {
    if (this.#online === online) return
    this.#online = online
    this.notifyListeners(online)
  }

  /** Whether there is a network, as far as is known. */
  isOnline(): boolean {
    return this.#online
  }
}

export const onlineManager = new OnlineManager()
