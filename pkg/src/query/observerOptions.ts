// Encodes the options of an observer as numbers for the engine.
import {
  INTERVAL_NONE,
  OBSERVER_ENABLED,
  OBSERVER_HAS_FUNCTIONS,
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
  TRIGGER_FOCUS,
  TRIGGER_MOUNT,
  TRIGGER_RECONNECT,
} from '../boundary/query.js'
import { environmentManager } from './environmentManager.js'
import type { Query, QueryObserverOptions } from './types.js'

/** The options as the engine takes them. */
export type EncodedOptions = [flags: number, staleTime: number, interval: number]

/** The stale time in ms; `'static'` is a negative number. */
export function staleTimeCode(staleTime: unknown): number {
  return staleTime === 'static' ? STALE_TIME_STATIC : Math.max(Number(staleTime) || 0, 0)
}

/**
 * The encoding of `options` for `query` now. A function for one of `TRIGGER_*` is called only when that occurs. Without
 * `OBSERVER_HAS_FUNCTIONS` among the flags the encoding is always the same.
 */
export function encodeOptions(
  options: QueryObserverOptions<any, any, any, any, any>,
  query: Query<any, any, any, any>,
  trigger?: number,
): EncodedOptions {
  let flags = environmentManager.isServer() ? 0 : OBSERVER_TIMERS
  /** The value of an option; `false` for a function that does not count now. */
  const value = (name: keyof typeof options, counts = true): unknown => {
    const option: any = options[name]
    if (typeof option !== 'function') return option
    flags |= OBSERVER_HAS_FUNCTIONS
    return counts && option(query)
  }
  const enabled = value('enabled') !== false
  const staleTime = staleTimeCode(value('staleTime'))
  const { data, status } = query.state
  // A disabled or static query is not fetched on any trigger.
  const refetch = (name: keyof typeof options, on: number, shift: number) => {
    const when = value(name, trigger === on && enabled && staleTime >= 0 && (on !== TRIGGER_MOUNT || data !== undefined))
    flags |= (when === 'always' ? REFETCH_ALWAYS : when !== false ? REFETCH_IF_STALE : REFETCH_NO) << shift
  }
  refetch('refetchOnMount', TRIGGER_MOUNT, OBSERVER_ON_MOUNT_SHIFT)
  refetch('refetchOnWindowFocus', TRIGGER_FOCUS, OBSERVER_ON_FOCUS_SHIFT)
  refetch('refetchOnReconnect', TRIGGER_RECONNECT, OBSERVER_ON_RECONNECT_SHIFT)
  const failed = trigger === TRIGGER_MOUNT && enabled && data === undefined && status === 'error'
  if (value('retryOnMount', failed) !== false) flags |= OBSERVER_RETRY_ON_MOUNT
  if (enabled) flags |= OBSERVER_ENABLED
  if (options.refetchIntervalInBackground) flags |= OBSERVER_INTERVAL_IN_BACKGROUND
  if (options.suspense) flags |= OBSERVER_SUSPENSE
  const interval = value('refetchInterval')
  return [flags, staleTime, typeof interval === 'number' && interval > 0 && interval !== Infinity ? interval : INTERVAL_NONE]
}
