import { checkFunction, isObject } from './checks.js'
import { pace, toMs, type Paced } from './pacer.js'

export interface DebounceOptions {
  /** Run on the leading edge, the first call of a burst. Default: `false`. */
  leading?: boolean
  /** Run on the trailing edge, when the burst is over; with `leading`, only if there was more than one call. Default: `true`. */
  trailing?: boolean
  /** Run at least this often, in ms, while calls keep coming. Default: no bound. */
  maxWait?: number
  /** When it is aborted, a waiting call is cancelled, and later calls do nothing. */
  signal?: AbortSignal
}

/**
 * Returns a function that runs `fn` once no call has come for `wait` ms, with the arguments and `this` of the last call. It
 * returns the result of the last run. The rules are lodash's.
 */
export function debounce<Args extends unknown[], R, This = unknown>(
  fn: (this: This, ...args: Args) => R,
  wait?: number,
  options?: DebounceOptions,
): Paced<Args, R, This> {
  checkFunction('debounce', fn)
  // An option that is present counts, even if it is undefined, as in lodash.
  const given = isObject(options) ? options : {}
  const trailing = !('trailing' in given) || given.trailing
  const maxWait = 'maxWait' in given ? toMs(given.maxWait) : NaN
  return pace(fn, toMs(wait), maxWait, given.leading, trailing, given.signal)
}
