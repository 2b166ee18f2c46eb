// The options of an observer as the engine has them.
import { TRIGGER_FOCUS, TRIGGER_MOUNT, TRIGGER_RECONNECT } from '../boundary/query.js'
import { REFETCH_ALWAYS, REFETCH_IF_STALE, REFETCH_NO, type ObserverOptions } from '../rules/query.js'
import { environmentManager } from './environmentManager.js'
import { positive } from './retryer.js'
import type { Query, QueryObserverOptions } from './types.js'

/** What the engine takes. It keeps the object, which does not change. */
export interface EngineOptions extends ObserverOptions {
  /** Some options are functions of the query: for another state, or at another time, these may be others. */
  hasFunctions$: boolean
}

/** The stale time in ms; `undefined` is `'static'`. */
export function staleTimeOf(staleTime: unknown): number | undefined {
  return staleTime === 'static' ? undefined : positive(staleTime)
}

/** Those of an observer that does nothing by itself, where others do not say more. */
export function engineOptions(enabled: boolean, staleTime: number | undefined): EngineOptions {
  return {
    enabled$: enabled,
    staleTime$: staleTime,
    onMount$: REFETCH_NO,
    onFocus$: REFETCH_NO,
    onReconnect$: REFETCH_NO,
    retryOnMount$: false,
    interval$: undefined,
    intervalInBackground$: false,
    suspense$: false,
    timers$: false,
    hasFunctions$: false,
  }
}

/** `options` for `query` now. A function for one of `TRIGGER_*` is called only when that occurs. */
export function readOptions(
  options: QueryObserverOptions<any, any, any, any, any>,
  query: Query<any, any, any, any>,
  trigger?: number,
): EngineOptions {
  let hasFunctions = false
  /** The value of an option; `false` for a function that does not count now. */
  const value = (name: keyof typeof options, counts = true): unknown => {
    const option: any = options[name]
    if (typeof option !== 'function') return option
    hasFunctions = true
    return counts && option(query)
  }
  const enabled = value('enabled') !== false
  const staleTime = staleTimeOf(value('staleTime'))
  const { data, status } = query.state
  // A disabled or static query is not fetched on any trigger.
  const refetch = (name: keyof typeof options, on: number) => {
    const when = value(name, trigger === on && enabled && staleTime !== undefined && (on !== TRIGGER_MOUNT || data !== undefined))
    return when === 'always' ? REFETCH_ALWAYS : when !== false ? REFETCH_IF_STALE : REFETCH_NO
  }
  const read = engineOptions(enabled, staleTime)
  read.onMount$ = refetch('refetchOnMount', TRIGGER_MOUNT)
  read.onFocus$ = refetch('refetchOnWindowFocus', TRIGGER_FOCUS)
  read.onReconnect$ = refetch('refetchOnReconnect', TRIGGER_RECONNECT)
  const failed = trigger === TRIGGER_MOUNT && enabled && data === undefined && status === 'error'
  read.retryOnMount$ = value('retryOnMount', failed) !== false
  read.intervalInBackground$ = !!options.refetchIntervalInBackground
  read.suspense$ = !!options.suspense
  read.timers$ = !environmentManager.isServer()
  const interval = value('refetchInterval')
  if (typeof interval === 'number' && interval > 0 && interval !== Infinity) read.interval$ = interval
  read.hasFunctions$ = hasFunctions
  return read
}
