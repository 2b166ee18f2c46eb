// The engine of a QueryCache: the machine in wasm, the buffers it shares, and the queries and observers by their ids.
import {
  EFFECT_COLLECTED,
  EFFECT_FETCH,
  EFFECT_ORIGIN_FREED,
  EFFECT_STALE,
  FETCH_STATUSES,
  STATE_ABOUT,
  STATE_BUFFER,
  STATE_DATA_UPDATED_AT,
  STATE_DATA_UPDATE_COUNT,
  STATE_DEADLINE,
  STATE_ERROR_UPDATED_AT,
  STATE_ERROR_UPDATE_COUNT,
  STATE_FAILURE_COUNT,
  STATE_FETCH_STATUS,
  STATE_HAS_DATA,
  STATE_IS_INVALIDATED,
  STATE_LENGTH,
  STATE_RUN,
  STATE_STATUS,
  STATUSES,
  STATUS_SUCCESS,
} from '../boundary/query.js'
import { callSafely } from './callSafely.js'
import { hostFlags } from './hostFlags.js'
import { estimateBytes, limitCode } from './cacheLimits.js'
import { CircuitBreakers } from './circuitBreakers.js'
import { Engine, type Calls, type EngineConfig } from './startEngine.js'
import { callsWithoutWasm } from './queriesWithoutWasm.js'
import { wasm, type Exports } from './wasm.js'
import type { BodyBytes, CacheLimits, QueryState, RefetchOptions } from './types.js'

/** The calls from the engine to a query. */
export interface EngineQuery {
  state: QueryState<any, any>
  /** The cache exceeds its limit and this query is the first to go. */
  evict(): void
  /** The query had no observer for its `gcTime`. */
  onGarbageCollected(): void
  currentFetch?: { onEffect(run: number, effect: number): void }
  /** The engine has failed: a fetch that waits for it fails too. */
  onEngineFailed(): void
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

export class QueryEngine extends Engine<Exports, EngineQuery> {
  readonly observers = new Map<number, EngineObserver>()
  readonly breakers?: CircuitBreakers
  /** The bytes of all bodies. */
  readonly bytes = noBytes()
  readonly #limits?: CacheLimits
  /** The buffer that is shared with the machine, and its address. */
  #state = new Float64Array()
  #stateAt = 0

  constructor(config: EngineConfig) {
    super()
    const { limits, breaker } = config
    this.start(
      config,
      wasm,
      (exports, seed) => {
        const machine = exports.query_new(seed)
        this.#stateAt = exports.query_state_at(machine)
        return machine
      },
      (exports) => exports.query_free,
    )
    this.#limits = limits
    if (limits) this.calls.query_set_limits(limitCode(limits.maxEntries), limitCode(limits.maxBytes))
    if (breaker) this.breakers = new CircuitBreakers(this, breaker)
  }

  protected override callsWithoutEngine(): Calls {
    // Behind the state stands that nothing is due.
    this.#state = new Float64Array(STATE_BUFFER).fill(Infinity)
    return callsWithoutWasm(this)
  }

  override rearm(): void {
    this.timer.set(this.state[STATE_DEADLINE]!)
  }

  /** The buffer. Growing memory detaches it; then a new view is made. */
  get state(): Float64Array {
    if (!this.#state.length) this.#state = new Float64Array(this.exports!.memory.buffer, this.#stateAt, STATE_BUFFER)
    return this.#state
  }

  /** Writes a state into the buffer. */
  writeState(from: QueryState<any, any>): void {
    // By `STATE_*`, from 0 on.
    this.state.set([
      +(from.data !== undefined),
      from.dataUpdatedAt,
      from.dataUpdateCount,
      from.errorUpdatedAt,
      from.errorUpdateCount,
      from.fetchFailureCount,
      STATUSES.indexOf(from.status),
      FETCH_STATUSES.indexOf(from.fetchStatus),
      +!!from.isInvalidated,
    ])
  }

  /** The state of a query that was never fetched, left in the buffer, too. */
  initialState<TData, TError>(data: TData | undefined, updatedAt: number): QueryState<TData, TError> {
    const { state } = this
    state.fill(0, 0, STATE_LENGTH)
    if (data !== undefined) {
      state[STATE_HAS_DATA] = 1
      state[STATE_DATA_UPDATED_AT] = updatedAt
      state[STATE_STATUS] = STATUS_SUCCESS
    }
    return this.readState<TData, TError>({ data, error: null, fetchFailureReason: null, fetchMeta: null })
  }

  /** Reads the state from the buffer. The values, which the engine does not know, are those of another state. */
  readState<TData, TError>({
    data,
    error,
    fetchFailureReason,
    fetchMeta,
  }: Pick<QueryState<TData, TError>, 'data' | 'error' | 'fetchFailureReason' | 'fetchMeta'>): QueryState<TData, TError> {
    const { state } = this
    return {
      data,
      dataUpdateCount: state[STATE_DATA_UPDATE_COUNT]!,
      dataUpdatedAt: state[STATE_DATA_UPDATED_AT]!,
      error,
      errorUpdateCount: state[STATE_ERROR_UPDATE_COUNT]!,
      errorUpdatedAt: state[STATE_ERROR_UPDATED_AT]!,
      fetchFailureCount: state[STATE_FAILURE_COUNT]!,
      fetchFailureReason,
      fetchMeta,
      isInvalidated: state[STATE_IS_INVALIDATED] === 1,
      status: STATUSES[state[STATE_STATUS]!]!,
      fetchStatus: FETCH_STATUSES[state[STATE_FETCH_STATUS]!]!,
    }
  }

  /** Removes a query from the machine. Returns whether its id has become invalid. */
  remove(id: number): boolean {
    const spent = this.calls.query_remove(Date.now(), id) !== 0
    if (spent) this.items.delete(id)
    return spent
  }

  /** Evicts queries beyond the limits, but never the query `keep`. */
  evict(keep: number): void {
    if (!this.#limits) return
    for (let id; (id = this.calls.query_evict(Date.now(), keep));) this.items.get(id)?.evict()
  }

  /** An observer is expected, for which the query is kept for a while. */
  expect(id: number): void {
    if (this.#limits) this.calls.query_expect(Date.now(), id)
  }

  /** The query was read, so others are evicted before it. */
  touch(id: number): void {
    this.calls.query_touch(id)
  }

  /** Reports the size of a query's data: that of its body if known, otherwise an estimate. */
  setSize(id: number, data: unknown, bodyBytes: number | undefined): void {
    if (this.#limits?.maxBytes !== undefined)
      this.calls.query_set_bytes(id, data === undefined ? 0 : (bodyBytes ?? estimateBytes(data)))
  }

  countBytes(bytes: BodyBytes): void {
    for (const name in this.bytes) this.bytes[name as keyof BodyBytes] += bytes[name as keyof BodyBytes]
  }

  override onClockSetBack(by: number): void {
    this.calls.query_clock_set_back(by)
  }

  override onTimer(): void {
    this.calls.query_tick(Date.now(), hostFlags())
    for (let code: number; (code = this.calls.query_poll());) {
      const about = this.state[STATE_ABOUT]!
      const run = this.state[STATE_RUN]!
      // An error in one must not stop the others.
      callSafely(() => this.#runEffect(code, about, run))
    }
    // Queries kept for an expected observer that did not come.
    this.evict(0)
  }

  #runEffect(code: number, about: number, run: number): void {
    const query = this.items.get(about)
    const observer = this.observers.get(about)
    switch (code) {
      case EFFECT_FETCH:
        return observer?.onFetchDue()
      case EFFECT_STALE:
        return observer?.onStale()
      case EFFECT_COLLECTED:
        this.items.delete(about)
        return query?.onGarbageCollected()
      case EFFECT_ORIGIN_FREED:
        return this.breakers?.forget(about)
      default:
        query?.currentFetch?.onEffect(run, code)
    }
  }
}
