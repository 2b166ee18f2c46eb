import { callSafely } from './callSafely.js'

type Callback = () => void
type Schedule = (callback: Callback) => void

/** Notifications go out in a task of their own, not in the middle of what caused them. */
export const defaultScheduler: Schedule = (callback) => {
  setTimeout(callback, 0)
}

/** Collects notifications while a batch runs, and lets them out together. */
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
    // One that throws keeps no other from going out.
    defer(() => notifyBatch(() => flushed.forEach((callback) => callSafely(() => notify(callback)))))
  }

  return {
    /** Runs `callback`; what is scheduled meanwhile goes out when the outermost batch ends. */
    batch<T>(callback: () => T): T {
      depth++
      try {
        return callback()
      } finally {
        if (!--depth) flush()
      }
    },
    /** A function that calls `callback` with its arguments, scheduled. */
    batchCalls<T extends unknown[]>(callback: (...args: T) => void): (...args: T) => void {
      return (...args) => schedule(() => callback(...args))
    },
    schedule,
    /** Wraps each notification, as `act` does in tests of React. */
    setNotifyFunction(fn: (callback: Callback) => void): void {
      notify = fn
    },
    /** Wraps each batch of notifications. */
    setBatchNotifyFunction(fn: (callback: Callback) => void): void {
      notifyBatch = fn
    },
    /** Replaces when notifications go out. */
    setScheduler(fn: Schedule): void {
      defer = fn
    },
  } as const
}

export const notifyManager = createNotifyManager()
