// When a query becomes stale, fetches again or is collected, told from its state and options, by the engine's rules.
import { due_gc_time, due_retry_delay, due_stale } from '../rules/due.js'
import { duration } from './duration.js'
import type { AnyQuery } from './queryRow.js'
import type { Timer } from './source.js'

/** What is not in a query's state, and was seen happen; ms since the epoch. */
export interface Seen {
  /** When the last observer went. */
  unwatched?: number
  /** When the last attempt failed. */
  failed?: number
}

/** The timers of a query. Where nobody saw what they count from, they are the earliest possible. */
export function timersOf(query: AnyQuery, seen: Seen = {}): Timer[] {
  const { state } = query
  const timers: Timer[] = []
  query.observers.forEach((observer, index) => {
    const owner = `observer ${index + 1}`
    const option = (name: 'refetchInterval' | 'staleTime' | 'enabled') => {
      const value: unknown = observer.options[name]
      return typeof value === 'function' ? value(query) : value
    }
    if (option('enabled') === false) return
    const staleTime = option('staleTime') ?? 0
    const becomesStale = state.data !== undefined && !state.isInvalidated && Number.isFinite(staleTime) && staleTime > 0
    const staleAt = due_stale(state.dataUpdatedAt, staleTime)
    if (becomesStale && staleAt > Date.now())
      timers.push({ what: 'stale', at: staleAt, owner, reason: `staleTime ${duration(staleTime)}` })
    const interval = option('refetchInterval')
    if (interval > 0 && Number.isFinite(interval) && state.fetchStatus === 'idle') {
      const at = Math.max(state.dataUpdatedAt, state.errorUpdatedAt) + interval
      timers.push({ what: 'refetch', at, owner, reason: `refetchInterval ${duration(interval)}` })
    }
  })
  const failures = state.fetchFailureCount
  if (state.fetchStatus === 'fetching' && failures > 0) {
    const { retryDelay } = query.options
    const delay =
      typeof retryDelay === 'function'
        ? retryDelay(failures - 1, state.fetchFailureReason as never)
        : (retryDelay ?? due_retry_delay(failures - 1))
    const reason = `attempt ${failures} failed, retryDelay ${duration(delay)}`
    timers.push({ what: 'retry', at: (seen.failed ?? state.errorUpdatedAt) + delay, owner: 'the query', reason })
  }
  const gcTime = query.gcTime ?? query.options.gcTime ?? due_gc_time()
  if (!query.getObserversCount() && state.fetchStatus === 'idle' && Number.isFinite(gcTime)) {
    const since = seen.unwatched ?? Math.max(state.dataUpdatedAt, state.errorUpdatedAt)
    const reason = `gcTime ${duration(gcTime)} without observers`
    timers.push({ what: 'garbage collection', at: since + gcTime, owner: 'the query', reason })
  }
  return timers.sort((a, b) => a.at - b.at)
}
