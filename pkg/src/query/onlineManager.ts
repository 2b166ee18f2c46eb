import { EventManager, listenToWindow } from './eventManager.js'

/** Knows whether the network is up, and notifies of changes. */
export class OnlineManager extends EventManager<[online: boolean]> {
  #online = true

  protected override listen(onOnline: (online: boolean) => void): (() => void) | undefined {
    return listenToWindow(({ type }) => onOnline(type === 'online'), 'online', 'offline')
  }

  protected override onEvent(online: boolean): void {
    this.setOnline(online)
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

/** Tells queries whether the network is up: without it they pause. `setOnline` overrides what the browser says. */
export const onlineManager = /* @__PURE__ */ new OnlineManager()
