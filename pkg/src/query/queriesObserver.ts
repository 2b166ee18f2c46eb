import { DEFAULT_BATCH } from '../boundary/query.js'
import { reportUnhandled } from './callSafely.js'
import { notifyManager } from './notifyManager.js'
import { QueryObserverBase } from './queryObserver.js'
import { shallowEqualObjects, shareEqual } from './structuralSharing.js'
import { Subscribable } from './subscribable.js'
import type { InternalQueryClient } from './internal.js'
import type { DefaultedQueryObserverOptions, Query, QueryClient, QueryObserverOptions, QueryObserverResult } from './types.js'

type CombineFn<TCombinedResult> = (result: QueryObserverResult[]) => TCombinedResult
type AnyOptions = QueryObserverOptions<any, any, any, any, any>

/** How a list of queries is observed. */
export interface QueriesObserverOptions<TCombinedResult = QueryObserverResult[]> {
  /** Makes one result from all of them. */
  combine?: CombineFn<TCombinedResult>
}

interface Match {
  options: DefaultedQueryObserverOptions
  observer: QueryObserverBase
}

const same = (items: unknown[], others: unknown[]) =>
  items.length === others.length && items.every((item, i) => item === others[i])

/** Observes a list of queries, which may change. */
export class QueriesObserver<TCombinedResult = QueryObserverResult[]> extends Subscribable<
  (result: QueryObserverResult[]) => void
> {
  #client: InternalQueryClient
  #combineFn?: CombineFn<TCombinedResult>
  #matches: Match[] = []
  #observers: QueryObserverBase[] = []
  /** The index of each observer, so that a change costs one step, however many observers there are. */
  #indexes = new Map<QueryObserverBase, number>()
  /** One result per observer. */
  #result: QueryObserverResult[] = []
  /** The results that were handed out last: changes go into a copy of them. */
  #resultShown?: QueryObserverResult[]
  /** Counts the changes of the result. */
  #version = 0
  #notifyScheduled = false
  #combinedResult!: TCombinedResult
  /** What the combined result comes from: the version, the function, and the hashes of the queries. */
  #combinedFrom: unknown[] = []

  /** Takes the options for query-core's signature: they apply from the first `setQueries` on. */
  constructor(client: QueryClient, queries: AnyOptions[], _options?: QueriesObserverOptions<TCombinedResult>) {
    super()
    this.#client = client as InternalQueryClient
    this.setQueries(queries)
  }

  protected override onSubscribe(): void {
    if (this.listeners.size === 1) this.#observers.forEach((observer) => this.#listen(observer))
  }

  protected override onUnsubscribe(): void {
    if (!this.listeners.size) this.destroy()
  }

  /** Stops observing and removes all listeners. */
  destroy(): void {
    this.listeners = new Set()
    this.#observers.forEach((observer) => observer.destroy())
  }

  setQueries(queries: AnyOptions[], options?: QueriesObserverOptions<TCombinedResult>): void {
    this.#combineFn = options?.combine
    notifyManager.batch(() => {
      const before = this.#observers
      const matches = this.#match(queries)
      try {
        if (process.env.NODE_ENV !== 'production') {
          if (new Set(matches.map((match) => match.options.queryHash)).size !== matches.length) {
            console.warn('[QueriesObserver]: Duplicate Queries found. This might result in unexpected behavior.')
          }
        }
      } catch {}
      const existing = this.#indexes
      // A new observer has its options, but may have missed initial data that a later one brought.
      matches.forEach(({ observer, options }) => {
        if (existing.has(observer) || observer.isOutdated()) observer.setOptions(options)
      })
      const observers = matches.map(({ observer }) => observer)
      const result = observers.map((observer) => observer.getCurrentResult())
      const indexesChanged = !same(observers, before)
      if (!indexesChanged && result.every((next, i) => shallowEqualObjects(next, this.#result[i]))) return

      if (indexesChanged) {
        this.#matches = matches
        this.#observers = observers
        this.#indexes = new Map(observers.map((observer, i) => [observer, i]))
      }
      this.#result = result
      this.#version++
      if (!this.hasListeners()) return
      if (indexesChanged) {
        before.forEach((observer) => {
          if (!this.#indexes.has(observer)) observer.destroy()
        })
        observers.forEach((observer) => {
          if (!existing.has(observer)) this.#listen(observer)
        })
      }
      this.#notify()
    })
  }

  getCurrentResult(): QueryObserverResult[] {
    return (this.#resultShown = this.#result)
  }

  getQueries(): Query[] {
    return this.#observers.map((observer) => observer.getCurrentQuery())
  }

  getObservers(): QueryObserverBase[] {
    return this.#observers
  }

  /** The results that these queries would give, a function that combines results, and one that tracks reads of fields. */
  getOptimisticResult(
    queries: AnyOptions[],
    combine: CombineFn<TCombinedResult> | undefined,
  ): [
    rawResult: QueryObserverResult[],
    combineResult: (r?: QueryObserverResult[]) => TCombinedResult,
    trackResult: () => QueryObserverResult[],
  ] {
    const matches = this.#match(queries)
    const result = matches.map(({ observer, options }) => observer.getOptimisticResult(options))
    // The observers hold these results now. Held here too, `setQueries` does not notify of what the caller has already.
    const observers = matches.map(({ observer }) => observer)
    const held = observers.map((observer) => observer.getCurrentResult())
    if (same(observers, this.#observers) && !same(held, this.#result)) {
      this.#result = held
      this.#version++
    }
    return [result, (r) => this.#combine(r ?? result, combine, matches), () => this.#track(result, matches)]
  }

  #listen(observer: QueryObserverBase): void {
    observer.subscribe((result) => {
      const index = this.#indexes.get(observer)
      if (index === undefined) return
      if (this.#result === this.#resultShown) this.#result = this.#result.slice()
      this.#result[index] = result
      this.#version++
      // The listeners of many queries are notified once per flush, not once per query.
      if (this.#observers.length < DEFAULT_BATCH) return this.#notify()
      if (this.#notifyScheduled) return
      this.#notifyScheduled = true
      notifyManager.schedule(() => {
        if (this.#notifyScheduled) this.#notify()
      })
    })
  }

  /** A field that is read from one result is tracked in all. */
  #track(result: QueryObserverResult[], matches: Match[]): QueryObserverResult[] {
    const tracked = new Set<keyof QueryObserverResult>()
    const track = (name: keyof QueryObserverResult) => {
      if (tracked.has(name)) return
      tracked.add(name)
      matches.forEach(({ observer }) => observer.trackProp(name))
    }
    return matches.map(({ observer, options }, i) =>
      options.notifyOnChangeProps ? result[i]! : observer.trackResult(result[i]!, track),
    )
  }

  #combine(input: QueryObserverResult[], combine: CombineFn<TCombinedResult> | undefined, matches: Match[]): TCombinedResult {
    if (!combine) return input as TCombinedResult
    const from = [this.#version, combine, ...matches.map(({ options }) => options.queryHash)]
    if (!same(from, this.#combinedFrom)) {
      this.#combinedFrom = from
      this.#combinedResult = shareEqual(this.#combinedResult, combine(input))
    }
    return this.#combinedResult
  }

  /** Assigns observers to the queries: an existing one of the same hash if available, otherwise a new one. */
  #match(queries: AnyOptions[]): Match[] {
    const available = new Map<string, QueryObserverBase[]>()
    for (const observer of this.#observers) {
      const hash = observer.options.queryHash
      if (!hash) continue
      const others = available.get(hash)
      if (others) others.push(observer)
      else available.set(hash, [observer])
    }
    return queries.map((query) => {
      const options = this.#client.defaultQueryOptions(query)
      const observer = available.get(options.queryHash)?.shift() ?? new QueryObserverBase(this.#client, options)
      return { options, observer }
    })
  }

  #notify(): void {
    this.#notifyScheduled = false
    if (!this.hasListeners()) return
    const combine = this.#combineFn
    // While a component is suspended there is nothing to combine.
    const suspended = (observer: QueryObserverBase, i: number) => observer.options.suspense && this.#result[i]?.data === undefined
    if (combine && !this.#observers.some(suspended)) {
      const before = this.#combinedResult
      try {
        if (Object.is(this.#combine(this.#track(this.#result, this.#matches), combine, this.#matches), before)) return
      } catch (error) {
        // The listener calls `combine` again and gets the error.
        reportUnhandled(error)
      }
    }
    notifyManager.batch(() => this.notifyListeners(this.getCurrentResult()))
  }
}
