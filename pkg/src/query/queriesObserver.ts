import { unhandled } from './attempt.js'
import { advise } from './advise.js'
import { notifyManager } from './notifyManager.js'
import { QueryObserver } from './queryObserver.js'
import { shallowEqualObjects, shareEqual } from './sharing.js'
import { Subscribable } from './subscribable.js'
import type { Query } from './query.js'
import type { QueryClient } from './queryClient.js'
import type { DefaultedQueryObserverOptions, QueryObserverOptions, QueryObserverResult } from './types.js'

type CombineFn<TCombinedResult> = (result: QueryObserverResult[]) => TCombinedResult
type AnyOptions = QueryObserverOptions<any, any, any, any, any>

/** How an observer looks at a list of queries. */
export interface QueriesObserverOptions<TCombinedResult = QueryObserverResult[]> {
  /** Makes one result of all. */
  combine?: CombineFn<TCombinedResult>
}

interface Match {
  options: DefaultedQueryObserverOptions
  observer: QueryObserver
}

/** Looks at a list of queries, which may change. */
export class QueriesObserver<TCombinedResult = QueryObserverResult[]> extends Subscribable<
  (result: QueryObserverResult[]) => void
> {
  #client: QueryClient
  #options?: QueriesObserverOptions<TCombinedResult>
  #matches: Match[] = []
  #observers: QueryObserver[] = []
  /** Where each observer stands, so that its news costs one step, however many there are. */
  #places = new Map<QueryObserver, number>()
  /** One per observer. Once handed out it stays as it is: the next change goes into a copy. */
  #result: QueryObserverResult[] = []
  #handedOut = false
  /** How often the result changed. */
  #version = 0
  /** Whether listeners are told of all changes at once, when notifications go out; and whether they are to be. */
  #together = false
  #due = false
  #combined!: TCombinedResult
  #combinedBy?: CombineFn<TCombinedResult>
  #combinedFrom = -1
  #combinedHashes?: string[]

  /** `options` count from the first `setQueries` on; until then `getOptimisticResult` combines. */
  constructor(client: QueryClient, queries: AnyOptions[], _options?: QueriesObserverOptions<TCombinedResult>) {
    super()
    this.#client = client
    this.setQueries(queries)
  }

  protected override onSubscribe(): void {
    if (this.listeners.size === 1) this.#observers.forEach((observer) => this.#listen(observer))
  }

  protected override onUnsubscribe(): void {
    if (!this.listeners.size) this.destroy()
  }

  /** Stops looking; all listeners go. */
  destroy(): void {
    this.listeners = new Set()
    this.#observers.forEach((observer) => observer.destroy())
  }

  setQueries(queries: AnyOptions[], options?: QueriesObserverOptions<TCombinedResult>): void {
    this.#options = options
    notifyManager.batch(() => {
      const before = this.#observers
      const matches = this.#match(queries)
      advise(() => {
        if (process.env.NODE_ENV !== 'production') {
          if (new Set(matches.map((match) => match.options.queryHash)).size !== matches.length) {
            console.warn('[QueriesObserver]: Duplicate Queries found. This might result in unexpected behavior.')
          }
        }
      })
      const known = new Set(before)
      // A new one has its options already. But one made after it may have brought initial data.
      matches.forEach(({ observer, options }) => {
        if (known.has(observer) || observer.isBehind()) observer.setOptions(options)
      })
      const observers = matches.map(({ observer }) => observer)
      const result = observers.map((observer) => observer.getCurrentResult())
      const moved =
        before.length !== observers.length || observers.some((observer, i) => observer !== before[i])
      const changed =
        moved || result.some((next, i) => !this.#result[i] || !shallowEqualObjects(next, this.#result[i]))
      if (!changed) return

      if (moved) {
        this.#matches = matches
        this.#observers = observers
        this.#places = new Map(observers.map((observer, i) => [observer, i]))
        this.#together =
          this.#client.getQueryCache().engine.exports.query_default_batches(observers.length) !== 0
      }
      this.#result = result
      this.#handedOut = false
      this.#version++
      if (!this.hasListeners()) return
      if (moved) {
        before.forEach((observer) => {
          if (!this.#places.has(observer)) observer.destroy()
        })
        observers.forEach((observer) => {
          if (!known.has(observer)) this.#listen(observer)
        })
      }
      this.#notify()
    })
  }

  getCurrentResult(): QueryObserverResult[] {
    this.#handedOut = true
    return this.#result
  }

  getQueries(): Query[] {
    return this.#observers.map((observer) => observer.getCurrentQuery())
  }

  getObservers(): QueryObserver[] {
    return this.#observers
  }

  /** What it would see of these queries: the results, a function that combines them, and one that tracks them. */
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
    const hashes = matches.map(({ options }) => options.queryHash)
    return [result, (r) => this.#combine(r ?? result, combine, hashes), () => this.#track(result, matches)]
  }

  #listen(observer: QueryObserver): void {
    observer.subscribe((result) => {
      const place = this.#places.get(observer)
      if (place === undefined) return
      if (this.#handedOut) {
        this.#result = this.#result.slice()
        this.#handedOut = false
      }
      this.#result[place] = result
      this.#version++
      if (!this.#together) return this.#notify()
      if (this.#due) return
      this.#due = true
      notifyManager.schedule(() => {
        if (this.#due) this.#notify()
      })
    })
  }

  /** A field that is read of one result is watched in all. */
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

  #combine(
    input: QueryObserverResult[],
    combine: CombineFn<TCombinedResult> | undefined,
    hashes?: string[],
  ): TCombinedResult {
    if (!combine) return input as TCombinedResult
    const known = this.#combinedHashes
    const otherQueries =
      hashes && known && (known.length !== hashes.length || hashes.some((hash, i) => hash !== known[i]))
    if (this.#version !== this.#combinedFrom || otherQueries || combine !== this.#combinedBy) {
      this.#combinedBy = combine
      this.#combinedFrom = this.#version
      if (hashes) this.#combinedHashes = hashes
      this.#combined = shareEqual(this.#combined, combine(input))
    }
    return this.#combined
  }

  /** The observers for these queries: those at hand for the same query first, then new ones. */
  #match(queries: AnyOptions[]): Match[] {
    const atHand = new Map<string, QueryObserver[]>()
    for (const observer of this.#observers) {
      const hash = observer.options.queryHash
      if (!hash) continue
      const others = atHand.get(hash)
      if (others) others.push(observer)
      else atHand.set(hash, [observer])
    }
    return queries.map((query) => {
      const options = this.#client.defaultQueryOptions(query)
      const observer = atHand.get(options.queryHash)?.shift() ?? new QueryObserver(this.#client, options)
      return { options, observer }
    })
  }

  #notify(): void {
    this.#due = false
    if (!this.hasListeners()) return
    const { combine } = this.#options ?? {}
    // Where a component is suspended there is nothing to combine yet.
    const suspended = (observer: QueryObserver, i: number) =>
      observer.options.suspense && this.#result[i]?.data === undefined
    if (combine && !this.#observers.some(suspended)) {
      const before = this.#combined
      try {
        if (Object.is(this.#combine(this.#track(this.#result, this.#matches), combine), before)) return
      } catch (error) {
        // Who is told combines again, and hears of it too.
        unhandled(error)
      }
    }
    notifyManager.batch(() => this.tell(this.getCurrentResult()))
  }
}
