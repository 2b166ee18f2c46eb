import { pace, pacing, type Paced } from './pacer.js'

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
  return pace(fn, pacing(fn, wait, options, false), options?.signal)
}
