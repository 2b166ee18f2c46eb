// What a client in wasm tells the devtools, as JSON: one text crosses for less than its members would.

/** A query, but for its values. */
export interface ToldQuery {
  readonly id: string
  /** Its key as text. */
  readonly text: string
  readonly observers: number
  readonly isDisabled: boolean
  readonly isStatic: boolean
  readonly isStale: boolean
  readonly state: ToldState
}

/** The engine's state of a query. Times are ms since the epoch, 0 for never. */
export interface ToldState {
  readonly status: 'pending' | 'error' | 'success'
  readonly fetchStatus: 'fetching' | 'paused' | 'idle'
  readonly dataUpdatedAt: number
  readonly dataUpdateCount: number
  readonly errorUpdatedAt: number
  readonly errorUpdateCount: number
  readonly failureCount: number
  readonly isInvalidated: boolean
}

/** A mutation, but for its values. */
export interface ToldMutation {
  readonly id: string
  readonly text: string
  readonly status: 'pending' | 'error' | 'success'
  readonly isPaused: boolean
  readonly failureCount: number
  readonly submittedAt: number
}

/** What is asked for when a query is looked at. */
export interface ToldDetails {
  /** Options of who fetched it last, and its `gc_time`. */
  readonly options: object
  readonly observers: readonly object[]
  readonly timers: readonly ToldTimer[]
  /** What stands in for it while it is simulated that it loads or failed. */
  readonly isSimulated: boolean
  /** An error of the query's type can be made. */
  readonly canFail: boolean
}

export interface ToldTimer {
  readonly what: 'stale' | 'refetch' | 'retry' | 'timeout' | 'garbage collection'
  readonly at: number
  /** The place of its observer; `null`: the query's own. */
  readonly observer: number | null
  readonly option: string
  /** The option's value in ms. */
  readonly span: number
}

/** Gives a value of the client's as JSON, whenever it is looked at. */
export type Look = () => string

/** What happened, in the words of TanStack's caches. */
export function whatHappened(before: ToldState | undefined, after: ToldState): string {
  if (!before) return 'added'
  if (after.dataUpdateCount > before.dataUpdateCount) return 'success'
  if (after.errorUpdateCount > before.errorUpdateCount) return 'error'
  if (after.fetchStatus !== before.fetchStatus) {
    if (after.fetchStatus === 'paused') return before.fetchStatus === 'idle' ? 'fetch' : 'pause'
    if (after.fetchStatus === 'fetching') return before.fetchStatus === 'paused' ? 'continue' : 'fetch'
    return 'cancelled'
  }
  if (after.failureCount > before.failureCount) return 'failed'
  if (after.isInvalidated && !before.isInvalidated) return 'invalidate'
  return 'setState'
}
