import { callSafely } from './callSafely.js'

type Callback = () => void
type Schedule = (callback: Callback) => void

/** Notifications run in a task of their own. */
export const defaultScheduler: Schedule = (callback) => {
  setTimeout(callback, 0)
}

/** Collects notifications during a batch and runs them together. */
export function createNotifyManager() {
  let queue: Callback[] = []
  let depth = 0
  let notify: (callback: Callback) => void = (callback) => callback()
  let notifyBatch: (callback: Callback) => void = (callback) => callback()
  let defer = defaultScheduler

  const schedule = (callback: Callback): void => {
    if (depth) queue.push(callback)
    else defer(() => notify(callback))
  }

  const flush = (): void => {
    const flushed = queue
    queue = []
    if (!flushed.length) return
    // An error in one must not stop the others.
    defer(() => notifyBatch(() => flushed.forEach((callback) => callSafely(() => notify(callback)))))
  }

  return {
    /** Runs `callback`. What is scheduled meanwhile runs when the outermost batch ends. */
    batch<T>(callback: () => T): T {
      depth++
      try {
        return callback()
      } finally {
        if (!--depth) flush()
      }
    },
    /** Wraps a function so that its calls are scheduled. */
    batchCalls<T extends unknown[]>(callback: (...args: T) => void): (...args: T) => void {
      return (...args) => schedule(() => callback(...args))
    },
    schedule,
    /** Replaces how each notification runs; React tests wrap it in `act`. */
    setNotifyFunction(fn: (callback: Callback) => void): void {
      notify = fn
    },
    /** Replaces how each batch of notifications runs. */
    setBatchNotifyFunction(fn: (callback: Callback) => void): void {
      notifyBatch = fn
    },
    /** Replaces when notifications run. */
    setScheduler(fn: Schedule): void {
      defer = fn
    },
  } as const
}

/** Decides when listeners are notified, and how many of them together. */
export const notifyManager = /* @__PURE__ */ createNotifyManager()
