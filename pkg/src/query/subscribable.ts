import { reportUnhandled } from './callSafely.js'

/** A set of listeners. */
export class Subscribable<TListener extends (...args: any[]) => void> {
  protected listeners = new Set<TListener>()

  constructor() {
    this.subscribe = this.subscribe.bind(this)
  }

  /** Adds a listener. The returned function removes it. */
  subscribe(listener: TListener): () => void {
    this.listeners.add(listener)
    this.onSubscribe()
    return () => {
      this.listeners.delete(listener)
      this.onUnsubscribe()
    }
  }

  hasListeners(): boolean {
    return this.listeners.size > 0
  }

  protected onSubscribe(): void {}

  protected onUnsubscribe(): void {}

  /** Calls all listeners. An error in one becomes an unhandled rejection and does not affect the others. */
  protected notifyListeners(...news: Parameters<TListener>): void {
    this.listeners.forEach((listener) => {
      try {
        listener(...news)
      } catch (error) {
        reportUnhandled(error)
      }
    })
  }
}
