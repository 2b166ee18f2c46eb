// The engine of a QueryCache: the machine, and the queries and observers by their ids.
import {
  EFFECT_COLLECTED,
  EFFECT_FETCH,
  EFFECT_ORIGIN_FREED,
  EFFECT_STALE,
  query_clock_set_back,
  query_create,
  query_evict,
  query_expect,
  query_new,
  query_poll,
  query_remove,
  query_set_bytes,
  query_set_limits,
  query_set_state,
  query_state,
  query_tick,
  query_touch,
  type Effect,
  type QueryMachine,
  type State,
} from '../rules/query.js'
import { callSafely } from './callSafely.js'
import { host } from './host.js'
import { estimateBytes, limitCode } from './cacheLimits.js'
import { CircuitBreakers } from './circuitBreakers.js'
import { Engine, type EngineConfig } from './startEngine.js'
import type { BodyBytes, CacheLimits, QueryState, RefetchOptions } from './types.js'

/** The calls from the engine to a query. */
export interface EngineQuery {
  state: QueryState<any, any>
  /** The cache exceeds its limit and this query is the first to go. */
  evict(): void
  /** The query had no observer for its `gcTime`. */
  onGarbageCollected(): void
  currentFetch?: { onEffect(run: number, effect: number): void }
}

/** The calls from the engine to an observer. */
export interface EngineObserver {
  /** The query must be fetched now: by interval, or because it is stale. */
  onFetchDue(): void
  /** The data has turned stale. */
  onStale(): void
  refetch(options: RefetchOptions): Promise<unknown>
}

export function noBytes(): BodyBytes {
  return { received: 0, compared: 0, parsed: 0, spared: 0 }
}

/** What the engine knows of a state: all but its values, in the order of its struct, by which recorded sessions are read. */
function known(from: QueryState<any, any>): State {
  return {
    hasData$: from.data !== undefined,
    dataUpdatedAt: from.dataUpdatedAt,
    dataUpdateCount: from.dataUpdateCount,
    errorUpdatedAt: from.errorUpdatedAt,
    errorUpdateCount: from.errorUpdateCount,
    fetchFailureCount: from.fetchFailureCount,
    status: from.status,
    fetchStatus: from.fetchStatus,
    isInvalidated: !!from.isInvalidated,
  }
}

export class QueryEngine extends Engine<QueryMachine, EngineQuery> {
  readonly observers = new Map<number, EngineObserver>()
  readonly breakers?: CircuitBreakers
  /** The bytes of all bodies. */
  readonly bytes = noBytes()
  readonly #limits?: CacheLimits

  constructor(config: EngineConfig) {
    super(config, query_new)
    const { limits, breaker } = config
    this.#limits = limits
    if (limits) this.applyRule(query_set_limits, { entries$: limitCode(limits.maxEntries), bytes$: limitCode(limits.maxBytes) })
    if (breaker) this.breakers = new CircuitBreakers(this, breaker)
  }

  /** Makes the machine know a query in this state. Returns its id. */
  create(query: EngineQuery, gcTime: number): number {
    const id = this.applyRule(query_create, Date.now(), known(query.state), gcTime)
    this.engineItems.set(id, query)
    return id
  }

  /** Overwrites the state of a query. Returns whether a cancelled fetch goes back to this one. */
  writeState(id: number, from: QueryState<any, any>): boolean {
    return this.applyRule(query_set_state, Date.now(), id, known(from))
  }

  /** The state of a query, with the values, which the engine does not know, of another state. */
  readState<TData, TError>(id: number, values: QueryState<TData, TError>): QueryState<TData, TError> {
    const state = query_state(this.engineMachine, id) ?? values
    // In query-core's order, which dehydrated text shows.
    return {
      data: values.data,
      dataUpdateCount: state.dataUpdateCount,
      dataUpdatedAt: state.dataUpdatedAt,
      error: values.error,
      errorUpdateCount: state.errorUpdateCount,
      errorUpdatedAt: state.errorUpdatedAt,
      fetchFailureCount: state.fetchFailureCount,
      fetchFailureReason: values.fetchFailureReason,
      fetchMeta: values.fetchMeta,
      isInvalidated: state.isInvalidated,
      status: state.status,
      fetchStatus: state.fetchStatus,
    }
  }

  /** Removes a query from the machine. Returns whether its id has become invalid. */
  remove(id: number): boolean {
    const spent = this.applyRule(query_remove, Date.now(), id)
    if (spent) this.engineItems.delete(id)
    return spent
  }

  /** Evicts queries beyond the limits, but never the query `keep`. */
  evict(keep: number): void {
    if (!this.#limits) return
    for (let id; (id = this.applyRule(query_evict, Date.now(), keep));) this.engineItems.get(id)?.evict()
  }

  /** An observer is expected, for which the query is kept for a while. */
  expectObserver(id: number): void {
    if (this.#limits) this.applyRule(query_expect, Date.now(), id)
  }

  /** The query was read, so others are evicted before it. */
  touchQuery(id: number): void {
    this.applyRule(query_touch, id)
  }

  /** Reports the size of a query's data: that of its body if known, otherwise an estimate. */
  setSize(id: number, data: unknown, bodyBytes: number | undefined): void {
    if (this.#limits?.maxBytes !== undefined)
      this.applyRule(query_set_bytes, id, data === undefined ? 0 : (bodyBytes ?? estimateBytes(data)))
  }

  countBytes(bytes: BodyBytes): void {
    for (const name in this.bytes) this.bytes[name as keyof BodyBytes] += bytes[name as keyof BodyBytes]
  }

  override onClockSetBack(by: number): void {
    this.applyRule(query_clock_set_back, by)
  }

  override onTimer(): void {
    this.applyRule(query_tick, Date.now(), host())
    // An error in one must not stop the others.
    for (let effect: Effect | undefined; (effect = this.applyRule(query_poll));) callSafely(() => this.#runEffect(effect!))
    // Queries kept for an expected observer that did not come.
    this.evict(0)
  }

  /** `run`: of a fetch that is due, its observer. */
  #runEffect([code, about, run]: Effect): void {
    const query = this.engineItems.get(about)
    switch (code) {
      case EFFECT_FETCH:
        return this.observers.get(run!)?.onFetchDue()
      case EFFECT_STALE:
        return this.observers.get(about)?.onStale()
      case EFFECT_COLLECTED:
        this.engineItems.delete(about)
        return query?.onGarbageCollected()
      case EFFECT_ORIGIN_FREED:
        return this.breakers?.forgetOrigin(about)
      default:
        query?.currentFetch?.onEffect(run!, code)
    }
  }
}
