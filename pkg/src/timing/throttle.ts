import { pace, pacing, type Paced } from './pacer.js'

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
  return pace(fn, pacing(fn, wait, options, true), options?.signal)
}
