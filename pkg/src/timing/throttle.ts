import { checkFunction, isObject } from './checks.js'
import { pace, toMs, type Paced } from './pacer.js'

export interface ThrottleOptions {
  /** Run on the first call. Default: `true`. */
  leading?: boolean
  /** Run the last call when the wait is over. Default: `true`. */
  trailing?: boolean
  /** Once aborted, what waits is cancelled and later calls do nothing. */
  signal?: AbortSignal
}

/**
 * A function that runs `fn` at once, and then at most once per `wait` ms for as long as calls come; it
 * returns what the last run returned. The rules are lodash's.
 */
export function throttle<Args extends unknown[], R, This = unknown>(
  fn: (this: This, ...args: Args) => R,
  wait?: number,
  options?: ThrottleOptions,
): Paced<Args, R, This> {
  checkFunction('throttle', fn)
  // What is there counts, even where it is undefined, as it does in lodash.
  const given = isObject(options) ? options : {}
  const leading = !('leading' in given) || given.leading
  const trailing = !('trailing' in given) || given.trailing
  return pace(fn, toMs(wait), toMs(wait), leading, trailing, given.signal)
}
