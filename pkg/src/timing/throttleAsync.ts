import { paceAsync, type PaceAsync } from './pacerAsync.js'
import type { ThrottleOptions } from './throttle.js'

/**
 * `throttle` for a function whose result is awaited. `fn` gets an `AbortSignal` after its arguments, which the next run
 * aborts. The next call does not abort it, or a stream of calls would never have a result.
 *
 * Each call gets the promise of the run that answers it. A run that is not over when the next one begins is aborted, and its
 * promise is rejected with an `AbortError`. `cancel()` and `options.signal` work as in `debounceAsync`.
 */
export const throttleAsync: PaceAsync<ThrottleOptions> = (
  fn: (...args: any[]) => any,
  wait?: number,
  options?: ThrottleOptions,
): any => paceAsync(fn, wait, options, true)
