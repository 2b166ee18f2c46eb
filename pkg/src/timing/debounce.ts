import { checkFunction, isObject } from './checks.js'
import { pace, toMs, type Paced } from './pacer.js'

export interface DebounceOptions {
  /** Run on the first call of a burst. Default: `false`. */
  leading?: boolean
  /** Run when the burst is over; with `leading`, only if there was more than one call. Default: `true`. */
  trailing?: boolean
  /** Run at least this often, in ms, while calls keep coming. Default: no bound. */
  maxWait?: number
  /** Once aborted, what waits is cancelled and later calls do nothing. */
  signal?: AbortSignal
}

/**
 * A function that runs `fn` once no call came for `wait` ms, with the last call's arguments and `this`,
 * and returns what the last run returned. The rules are lodash's.
 */
export function debounce<Args extends unknown[], R, This = unknown>(
  fn: (this: This, ...args: Args) => R,
  wait?: number,
  options?: DebounceOptions,
): Paced<Args, R, This> {
  checkFunction('debounce', fn)
  // What is there counts, even where it is undefined, as it does in lodash.
  const given = isObject(options) ? options : {}
  const trailing = !('trailing' in given) || given.trailing
  const maxWait = 'maxWait' in given ? toMs(given.maxWait) : NaN
  return pace(fn, toMs(wait), maxWait, given.leading, trailing, given.signal)
}
