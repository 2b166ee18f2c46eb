import { reportUnhandled } from './callSafely.js'

/** Keeps those who listen. */
export class Subscribable<TListener extends (...args: any[]) => void> {
  protected listeners = new Set<TListener>()

  constructor() {
    this.subscribe = this.subscribe.bind(this)
  }

  /** Adds a listener; the function it returns takes it away again. */
  subscribe(listener: TListener): () => void {
    this.listeners.add(listener)
    this.onSubscribe()
    return () => {
      this.listeners.delete(listener)
      this.onUnsubscribe()
    }
  }

  /** Whether anyone listens. */
  hasListeners(): boolean {
    return this.listeners.size > 0
  }

  protected onSubscribe(): void {}

  protected onUnsubscribe(): void {}

  /** Tells all who listen. One that throws changes nothing for the others, nor for what there is to tell. */
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
