// Imports modules when they are needed, and retries when that fails. It needs no wasm.
import { FIRST_DELAY, LONGEST_DELAY } from '../boundary/lazy.js'

export interface LazyImportOptions {
  /** How often a failed import is retried, with a longer delay each time. Default: `2`. */
  retries?: number
  /** The timeout of an attempt, in ms. Default: as long as the browser waits. */
  timeout?: number
}

/** The last attempt of an import took longer than its `timeout`. */
export class LazyImportTimeoutError extends Error {
  override name = 'LazyImportTimeoutError'

  constructor(timeout: number) {
    super(`whippet: the module did not arrive within ${timeout} ms: allow more time, or more retries`)
  }
}

/**
 * Calls `load`, usually `() => import('./x.js')`, and resolves with its result. A failure is retried, at once when the network
 * comes back; in the end the promise is rejected with the last error. A failure while offline does not count.
 *
 * Throws a `TypeError` or `RangeError` for an invalid argument.
 */
export function lazyImport<T>(load: () => Promise<T>, { retries = 2, timeout = 0 }: LazyImportOptions = {}): Promise<T> {
  if (typeof load !== 'function') {
    throw new TypeError("whippet: lazyImport() takes a function that imports: () => import('./x.js'), not its promise")
  }
  if (!(retries >= 0)) throw new RangeError(`whippet: retries of lazyImport() must be a number from 0, not ${retries}`)
  if (!(timeout >= 0)) throw new RangeError(`whippet: timeout of lazyImport() must be a number from 0, not ${timeout}`)
  return attempt(0)

  async function attempt(failures: number): Promise<T> {
    try {
      // Browsers fire a timer at once if its delay does not fit into 32 bits.
      return await (timeout && timeout <= 1e9 ? withTimeout(load(), timeout) : load())
    } catch (error) {
      const isOffline = globalThis.navigator?.onLine === false
      if (failures >= retries && !isOffline) throw error
      // With jitter, so that pages that failed together do not retry together: as engine::lazy::Backoff.
      const delay = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** failures) * (0.5 + Math.random() / 2)
      await delayOver(isOffline ? 1e9 : delay)
      return attempt(isOffline ? failures : failures + 1)
    }
  }
}

function withTimeout<T>(promise: Promise<T>, timeout: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new LazyImportTimeoutError(timeout)), timeout)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/** Resolves after `ms`, or when the network comes back. */
function delayOver(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      globalThis.removeEventListener?.('online', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    globalThis.addEventListener?.('online', done)
  })
}
