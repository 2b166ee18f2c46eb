// Encodes the options of an observer as numbers for the engine: flags, a stale time and an interval.
import {
  INTERVAL_NONE,
  OBSERVER_ENABLED,
  OBSERVER_INTERVAL_IN_BACKGROUND,
  OBSERVER_ON_FOCUS_SHIFT,
  OBSERVER_ON_MOUNT_SHIFT,
  OBSERVER_ON_RECONNECT_SHIFT,
  OBSERVER_RETRY_ON_MOUNT,
  OBSERVER_SUSPENSE,
  OBSERVER_TIMERS,
  REFETCH_ALWAYS,
  REFETCH_IF_STALE,
  REFETCH_NO,
  STALE_TIME_STATIC,
} from '../boundary/query.js'
import { environmentManager } from './environmentManager.js'
import { resolveQueryValue } from './utils.js'
import type { Query, QueryObserverOptions } from './types.js'

export interface EncodedOptions {
  flags: number
  staleTime: number
  interval: number
}

function refetch(value: unknown): number {
  return value === 'always' ? REFETCH_ALWAYS : value !== false ? REFETCH_IF_STALE : REFETCH_NO
}

/** The stale time in ms; `'static'` is a negative number. */
export function staleTimeCode(staleTime: unknown): number {
  return staleTime === 'static' ? STALE_TIME_STATIC : Math.max(Number(staleTime) || 0, 0)
}

/** The interval in ms; 0 for none. */
export function intervalCode(interval: unknown): number {
  return typeof interval === 'number' && interval > 0 && interval !== Infinity ? interval : INTERVAL_NONE
}

/** Whether some options are functions, which must be called whenever the query changes. */
export function haveFunctions(options: QueryObserverOptions<any, any, any, any, any>): boolean {
  return (
    typeof options.enabled === 'function' ||
    typeof options.staleTime === 'function' ||
    typeof options.refetchInterval === 'function' ||
    typeof options.refetchOnMount === 'function' ||
    typeof options.refetchOnWindowFocus === 'function' ||
    typeof options.refetchOnReconnect === 'function' ||
    typeof options.retryOnMount === 'function'
  )
}

/** The options that apply when something happens. */
export type RefetchTrigger = 'refetchOnMount' | 'retryOnMount' | 'refetchOnWindowFocus' | 'refetchOnReconnect'

/** The encoding of `options` for `query` now. A function for a trigger is called only when that trigger occurs. */
export function encodeOptions(
  options: QueryObserverOptions<any, any, any, any, any>,
  query: Query<any, any, any, any>,
  trigger?: RefetchTrigger,
): EncodedOptions {
  const enabled = resolveQueryValue(options.enabled, query) !== false
  const staleTime = staleTimeCode(resolveQueryValue(options.staleTime, query))
  const on = (which: RefetchTrigger): unknown => {
    const value: any = options[which]
    if (typeof value !== 'function') return value
    // A disabled or static query is not fetched on any trigger.
    const counts = which === trigger && enabled && (staleTime >= 0 || which === 'retryOnMount')
    return counts && value(query)
  }
  return {
    flags:
      (enabled ? OBSERVER_ENABLED : 0) |
      (refetch(on('refetchOnMount')) << OBSERVER_ON_MOUNT_SHIFT) |
      (refetch(on('refetchOnWindowFocus')) << OBSERVER_ON_FOCUS_SHIFT) |
      (refetch(on('refetchOnReconnect')) << OBSERVER_ON_RECONNECT_SHIFT) |
      (on('retryOnMount') !== false ? OBSERVER_RETRY_ON_MOUNT : 0) |
      (options.refetchIntervalInBackground ? OBSERVER_INTERVAL_IN_BACKGROUND : 0) |
      (options.suspense ? OBSERVER_SUSPENSE : 0) |
      (environmentManager.isServer() ? 0 : OBSERVER_TIMERS),
    staleTime,
    interval: intervalCode(resolveQueryValue(options.refetchInterval, query)),
  }
}

export function areEqualOptions(a: EncodedOptions, b: EncodedOptions): boolean {
  return a.flags === b.flags && a.staleTime === b.staleTime && a.interval === b.interval
}
