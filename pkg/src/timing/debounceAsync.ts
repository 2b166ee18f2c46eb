import type { DebounceOptions } from './debounce.js'
import { paceAsync, type PaceAsync } from './pacerAsync.js'

/**
 * `debounce` for a function whose result is awaited. `fn` gets an `AbortSignal` after its arguments, which the next call
 * aborts.
 *
 * All calls of a burst share the promise of the run that answers them. A run that is not over when the next call comes is
 * aborted: its promise is rejected with an `AbortError` at once, whether or not `fn` observes the signal, so a late result
 * never replaces a newer one. `cancel()` and `options.signal` also abort waiting calls. Calls after `options.signal` was
 * aborted are rejected with its reason.
 */
export const debounceAsync: PaceAsync<DebounceOptions> = (
  fn: (...args: any[]) => any,
  wait?: number,
  options?: DebounceOptions,
): any => paceAsync(fn, wait, options, false)
