// The options of an observer as the engine reads them: flags, a stale time, an interval.
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

export interface Terms {
  flags: number
  staleTime: number
  interval: number
}

function refetch(value: unknown): number {
  return value === 'always' ? REFETCH_ALWAYS : value !== false ? REFETCH_IF_STALE : REFETCH_NO
}

/** Static is spelled as a negative number. */
export function staleTimeCode(staleTime: unknown): number {
  return staleTime === 'static' ? STALE_TIME_STATIC : Math.max(Number(staleTime) || 0, 0)
}

/** A finite number of ms above zero, or zero for none. */
export function intervalCode(interval: unknown): number {
  return typeof interval === 'number' && interval > 0 && interval !== Infinity ? interval : INTERVAL_NONE
}

/** Whether some of the terms are functions, whose answer may change with every change of the query. */
export function areDynamic(options: QueryObserverOptions<any, any, any, any, any>): boolean {
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

/** Options that count when something happens. */
export type RefetchTrigger = 'refetchOnMount' | 'retryOnMount' | 'refetchOnWindowFocus' | 'refetchOnReconnect'

/** What `options` come to for `query` now: some may be functions of it. One for an trigger is asked only then. */
export function termsOf(
  options: QueryObserverOptions<any, any, any, any, any>,
  query: Query<any, any, any, any>,
  trigger?: RefetchTrigger,
): Terms {
  const enabled = resolveQueryValue(options.enabled, query) !== false
  const staleTime = staleTimeCode(resolveQueryValue(options.staleTime, query))
  const on = (which: RefetchTrigger): unknown => {
    const value: any = options[which]
    if (typeof value !== 'function') return value
    // What is disabled or static is not fetched on any trigger.
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

export function sameTerms(a: Terms, b: Terms): boolean {
  return a.flags === b.flags && a.staleTime === b.staleTime && a.interval === b.interval
}
