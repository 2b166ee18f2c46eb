import { checkFunction, isObject } from './checks.js'
import { pace, toMs, type Paced } from './pacer.js'

export interface ThrottleOptions {
  /** Run on the leading edge, the first call of a burst. Default: `true`. */
  leading?: boolean
  /** Run the last call on the trailing edge, when the wait is over. Default: `true`. */
  trailing?: boolean
  /** When it is aborted, a waiting call is cancelled, and later calls do nothing. */
  signal?: AbortSignal
}

/**
 * Returns a function that runs `fn` on the first call, then at most once per `wait` ms while calls keep coming. It returns
 * the result of the last run. The rules are lodash's.
 */
export function throttle<Args extends unknown[], R, This = unknown>(
  fn: (this: This, ...args: Args) => R,
  wait?: number,
  options?: ThrottleOptions,
): Paced<Args, R, This> {
  checkFunction('throttle', fn)
  // An option that is present counts, even if it is undefined, as in lodash.
  const given = isObject(options) ? options : {}
  const leading = !('leading' in given) || given.leading
  const trailing = !('trailing' in given) || given.trailing
  return pace(fn, toMs(wait), toMs(wait), leading, trailing, given.signal)
}
