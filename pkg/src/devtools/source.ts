// What the panel shows comes from a source: a running client, or a session that was saved.

/** TanStack's words for what a query does, in the order in which they are listed. */
export const QUERY_LABELS = ['fetching', 'paused', 'error', 'stale', 'fresh', 'static', 'disabled', 'inactive'] as const
export type QueryLabel = (typeof QUERY_LABELS)[number]

export const MUTATION_LABELS = ['pending', 'paused', 'error', 'success', 'idle'] as const
export type MutationLabel = (typeof MUTATION_LABELS)[number]

/** A query or a mutation as the list shows it. Never changed: what became different is another row. */
export interface Row {
  readonly kind: 'query' | 'mutation'
  /** Names the query or mutation in its source. */
  readonly id: string
  /** The query's key as text, or what the mutation is called. */
  readonly text: string
  readonly label: QueryLabel | MutationLabel
  readonly observers: number
  /** When data or an error came last, or when the mutation was submitted; ms since the epoch, 0 for never. */
  readonly updatedAt: number
  /** The whole state, whose values are shown on request. */
  readonly state: object
}

/** What happened to a query or a mutation. */
export interface Event {
  /** Ms since the epoch. */
  readonly at: number
  readonly kind: Row['kind']
  readonly id: string
  /** In the caches' own words: `added`, `fetch`, `success`, `observerRemoved` … */
  readonly what: string
  /** How it is afterwards; `undefined` once it was removed. */
  readonly row?: Row
}

/** What is due. */
export interface Timer {
  readonly what: 'stale' | 'refetch' | 'retry' | 'timeout' | 'garbage collection'
  /** Ms since the epoch. */
  readonly at: number
  /** Which observer, or the query itself. */
  readonly owner: string
  /** The option that says so. */
  readonly reason: string
}

export interface Details {
  /** Named values, such as `data` and `error`. */
  readonly values: readonly (readonly [name: string, value: unknown])[]
  readonly timers: readonly Timer[]
  readonly observers: readonly (readonly [name: string, value: unknown])[]
  readonly actions: readonly Action[]
}

export type Action =
  | 'refetch'
  | 'invalidate'
  | 'reset'
  | 'cancel'
  | 'remove'
  | 'simulate loading'
  | 'simulate an error'
  | 'restore'

export interface Source {
  /** Everything there is. */
  rows(): Row[]
  /** Events from now on. Returns what ends this. */
  watch(listener: (event: Event) => void): () => void
  /** `undefined` where there is no such query or mutation any more. */
  details(row: Row): Details | undefined
  act(row: Row, action: Action): void
}
