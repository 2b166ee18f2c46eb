// The options of an observer as the engine reads them: flags, a stale time, an interval.
import { environmentManager } from './environmentManager.js'
import { resolveQueryValue } from './utils.js'
import type { Query, QueryObserverOptions } from './types.js'

/** See `observer` in crates/npm/src/query/codes.rs. */
export interface Terms {
  flags: number
  staleTime: number
  interval: number
}

const REFETCH_ALWAYS = 2

function refetch(value: unknown): number {
  return value === 'always' ? REFETCH_ALWAYS : value !== false ? 1 : 0
}

/** Static is spelled as a negative number. */
export function staleTimeCode(staleTime: unknown): number {
  return staleTime === 'static' ? -1 : Math.max(Number(staleTime) || 0, 0)
}

/** A finite number of ms above zero, or zero for none. */
export function intervalCode(interval: unknown): number {
  return typeof interval === 'number' && interval > 0 && interval !== Infinity ? interval : 0
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
      (enabled ? 1 : 0) |
      (refetch(on('refetchOnMount')) << 1) |
      (refetch(on('refetchOnWindowFocus')) << 3) |
      (refetch(on('refetchOnReconnect')) << 5) |
      (on('retryOnMount') !== false ? 1 << 7 : 0) |
      (options.refetchIntervalInBackground ? 1 << 8 : 0) |
      (options.suspense ? 1 << 9 : 0) |
      (environmentManager.isServer() ? 0 : 1 << 10),
    staleTime,
    interval: intervalCode(resolveQueryValue(options.refetchInterval, query)),
  }
}

export function sameTerms(a: Terms, b: Terms): boolean {
  return a.flags === b.flags && a.staleTime === b.staleTime && a.interval === b.interval
}
