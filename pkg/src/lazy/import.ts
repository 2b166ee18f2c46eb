// Modules that are loaded when they are needed, and again when that fails. No wasm comes along.

export interface LazyImportOptions {
  /** How often a failed import is tried again, resting longer each time. Default: `2`. */
  retries?: number
  /** How long an attempt may take, in ms. Default: as long as the browser waits. */
  timeout?: number
}

/** An import took longer than its `timeout`, with every attempt. */
export class LazyImportTimeoutError extends Error {
  override name = 'LazyImportTimeoutError'

  constructor(timeout: number) {
    super(`whippet: the module did not arrive within ${timeout} ms: allow more time, or more retries`)
  }
}

/**
 * What `load` gives, usually `() => import('./x.js')`; where that fails it is called again, at once when the
 * network comes back, and at last the promise fails with the last error. Without a network no attempt is spent.
 *
 * Throws a `TypeError` or `RangeError` where an argument makes no sense.
 */
export function lazyImport<T>(load: () => Promise<T>, { retries = 2, timeout = 0 }: LazyImportOptions = {}): Promise<T> {
  if (typeof load !== 'function') {
    throw new TypeError("whippet: lazyImport() takes a function that imports: () => import('./x.js'), not its promise")
  }
  if (!(retries >= 0)) throw new RangeError(`whippet: retries of lazyImport() must be a number from 0, not ${retries}`)
  if (!(timeout >= 0)) throw new RangeError(`whippet: timeout of lazyImport() must be a number of ms, not ${timeout}`)
  return attempt(0)

  async function attempt(failures: number): Promise<T> {
    try {
      return await (timeout ? within(load(), timeout) : load())
    } catch (error) {
      const isOffline = globalThis.navigator?.onLine === false
      if (failures >= retries && !isOffline) throw error
      // Spread, so that pages that failed together do not come back together: as engine::lazy::Backoff does.
      const rest = Math.min(1000 * 2 ** failures, 30_000) * (0.5 + Math.random() / 2)
      await waited(isOffline ? undefined : rest)
      return attempt(isOffline ? failures : failures + 1)
    }
  }
}

function within<T>(promise: Promise<T>, timeout: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new LazyImportTimeoutError(timeout)), timeout)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/** Until so many ms passed, or the network came back; without a time, only the latter. */
function waited(ms: number | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      globalThis.removeEventListener?.('online', done)
      resolve()
    }
    const timer = ms === undefined ? undefined : setTimeout(done, ms)
    globalThis.addEventListener?.('online', done)
  })
}
