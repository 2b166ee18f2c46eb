// The engine of a QueryCache: the machine in wasm, the buffers it shares, and the queries and observers by their ids.
import {
  EFFECT_COLLECTED,
  EFFECT_FETCH,
  EFFECT_IDS,
  EFFECT_ORIGIN_FREED,
  EFFECT_SEGMENT_FREED,
  EFFECT_STALE,
  FETCH_STATUSES,
  KEY_LENGTH,
  REMOVED_SEGMENTS_SHIFT,
  REMOVED_SPENT,
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
  STATE_STATUS,
  STATUSES,
  STATUS_SUCCESS,
} from '../boundary/query.js'
import { EngineTimer } from './engineTimer.js'
import { callSafely } from './callSafely.js'
import { hostFlags } from './hostFlags.js'
import { estimateBytes, limitCode } from './cacheLimits.js'
import { CircuitBreakers } from './circuitBreakers.js'
import { KeySegments } from './keySegments.js'
import { callsOf, seedFrom, type Calls, type EngineConfig } from './startEngine.js'
import { callsWithoutWasm } from './queriesWithoutWasm.js'
import { freeWith, renew, wasm, type Exports } from './wasm.js'
import { WasmUnavailableError } from '../wasm.js'
import { partialMatchKey } from './hashKey.js'
import type { BodyBytes, QueryKey, QueryState, RefetchOptions } from './types.js'

/** The calls from the engine to a query. */
export interface EngineQuery {
  queryKey: QueryKey
  state: QueryState<any, any>
  /** Counts the queries in the order of their creation, which is also the order in which they are listed. */
  readonly sequence: number
  /** The cache exceeds its limit and this query is the first to go. */
  evict(): void
  /** The query had no observer for its `gcTime`. */
  onGarbageCollected(): void
  /** The engine decided about the fetch `run`: one of `EFFECT_*`. */
  onFetchEffect(run: number, effect: number): void
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

export class QueryEngine {
  readonly exports?: Exports
  /** The exports, for this machine. After each call the timer is set. */
  readonly calls: Calls
  /** Why there is no engine. All fetches fail with it. */
  error: unknown
  readonly timer: EngineTimer
  readonly queries = new Map<number, EngineQuery>()
  readonly observers = new Map<number, EngineObserver>()
  readonly segments = new KeySegments()
  readonly breakers?: CircuitBreakers
  /** The bytes of all bodies. */
  readonly bytes = noBytes()
  readonly #limited: boolean
  readonly #weighs: boolean
  /** The buffers that are shared with the machine, and their addresses. */
  #state!: Float64Array
  #key!: Uint32Array
  #stateAt = 0
  #keyAt = 0

  constructor(config: EngineConfig) {
    const { limits, breaker, tap = (exports) => exports } = config
    this.timer = new EngineTimer(
      () => this.#onTimer(),
      (by) => this.calls.query_clock_set_back(by),
    )
    try {
      const exports = (this.exports = tap(wasm()))
      const machine = exports.query_new(seedFrom(config))
      freeWith(this, exports.query_free, machine)
      this.#stateAt = exports.query_state_at(machine)
      this.#keyAt = exports.query_key_at(machine)
      this.#view()
      const rearm = () => this.timer.set(this.state[STATE_DEADLINE]!)
      this.calls = callsOf(exports, machine, rearm, (error) => this.#fail(error))
    } catch (error) {
      this.calls = this.#fail(error)
    }
    this.#limited = !!limits
    this.#weighs = limits?.maxBytes !== undefined
    if (limits) this.calls.query_set_limits(limitCode(limits.maxEntries), limitCode(limits.maxBytes))
    if (breaker) this.breakers = new CircuitBreakers(this, breaker)
  }

  /** The engine cannot run, or has trapped and must not be called again. Gives what takes over. */
  #fail(cause: unknown): Calls {
    renew()
    this.error = cause instanceof WasmUnavailableError ? cause : new WasmUnavailableError(cause)
    // Behind the state stands that nothing is due.
    this.#state = new Float64Array(STATE_BUFFER).fill(Infinity)
    this.#key = new Uint32Array(KEY_LENGTH)
    queueMicrotask(() => this.queries.forEach((query) => query.onEngineFailed()))
    return callsWithoutWasm(this)
  }

  /** The buffer for states. Growing memory detaches it; then a new view is made. */
  get state(): Float64Array {
    if (!this.#state.length) this.#view()
    return this.#state
  }

  /** The buffer for keys. */
  get key(): Uint32Array {
    if (!this.#key.length) this.#view()
    return this.#key
  }

  #view(): void {
    const { buffer } = this.exports!.memory
    this.#state = new Float64Array(buffer, this.#stateAt, STATE_BUFFER)
    this.#key = new Uint32Array(buffer, this.#keyAt, KEY_LENGTH)
  }

  /** The first `count` ids that the last call listed. */
  ids(count: number): Iterable<number> {
    const at = this.calls.query_ids_at()
    // Signed, as wasm exports take and return them.
    return this.error ? [] : new Int32Array(this.exports!.memory.buffer, at, count)
  }

  /** Writes a state into the buffer. */
  writeState(from: QueryState<any, any>): void {
    const { state } = this
    state[STATE_HAS_DATA] = from.data !== undefined ? 1 : 0
    state[STATE_DATA_UPDATED_AT] = from.dataUpdatedAt
    state[STATE_DATA_UPDATE_COUNT] = from.dataUpdateCount
    state[STATE_ERROR_UPDATED_AT] = from.errorUpdatedAt
    state[STATE_ERROR_UPDATE_COUNT] = from.errorUpdateCount
    state[STATE_FAILURE_COUNT] = from.fetchFailureCount
    state[STATE_STATUS] = STATUSES.indexOf(from.status)
    state[STATE_FETCH_STATUS] = FETCH_STATUSES.indexOf(from.fetchStatus)
    state[STATE_IS_INVALIDATED] = from.isInvalidated ? 1 : 0
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
    return this.readState<TData, TError>(data, null, null, null)
  }

  /** Reads the state from the buffer, and adds the values. */
  readState<TData, TError>(
    data: TData | undefined,
    error: TError | null,
    fetchFailureReason: TError | null,
    fetchMeta: QueryState['fetchMeta'],
  ): QueryState<TData, TError> {
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

  /** Adds a query to the index of keys. */
  link(id: number, key: QueryKey): void {
    this.calls.query_link(Date.now(), id, this.segments.write(key, this.key, true)!.length)
  }

  /** Removes a query from the machine. Returns whether its id has become invalid. */
  remove(id: number): boolean {
    const result = this.calls.query_remove(Date.now(), id)
    const spent = (result & REMOVED_SPENT) !== 0
    for (const segment of this.ids(result >>> REMOVED_SEGMENTS_SHIFT)) this.segments.release(segment)
    if (spent) this.queries.delete(id)
    return spent
  }

  /** Evicts queries beyond the limits, but never the query `keep`. */
  evict(keep: number): void {
    if (!this.#limited) return
    for (let id; (id = this.calls.query_evict(Date.now(), keep));) this.queries.get(id)?.evict()
  }

  /** An observer is expected, for which the query is kept for a while. */
  expect(id: number): void {
    if (this.#limited) this.calls.query_expect(Date.now(), id)
  }

  /** The query was read, so others are evicted before it. */
  touch(id: number): void {
    this.calls.query_touch(id)
  }

  /** Reports the size of a query's data: that of its body if known, otherwise an estimate. */
  setSize(id: number, data: unknown, bodyBytes: number | undefined): void {
    if (this.#weighs) this.calls.query_set_bytes(id, data === undefined ? 0 : (bodyBytes ?? estimateBytes(data)))
  }

  countBytes({ received, compared, parsed, spared }: BodyBytes): void {
    this.bytes.received += received
    this.bytes.compared += compared
    this.bytes.parsed += parsed
    this.bytes.spared += spared
  }

  /** The queries whose key starts with `key`, in the order of their creation; optionally only observed ones. */
  matching(key: QueryKey, observed: boolean): EngineQuery[] {
    const indexed = this.segments.write(key, this.key, false)
    const found: EngineQuery[] = []
    if (!indexed) return found
    for (const id of this.ids(this.calls.query_each(indexed.length, +observed))) {
      const query = this.queries.get(id)
      if (query && (indexed.whole || partialMatchKey(query.queryKey, key))) found.push(query)
    }
    return found.sort((a, b) => a.sequence - b.sequence)
  }

  #onTimer(): void {
    this.calls.query_tick(Date.now(), hostFlags())
    for (let code: number; (code = this.calls.query_poll());) {
      const [about = 0, run = 0] = this.ids(EFFECT_IDS)
      // An error in one must not stop the others.
      callSafely(() => this.#runEffect(code, about, run))
    }
    // Queries kept for an expected observer that did not come.
    this.evict(0)
  }

  #runEffect(code: number, about: number, run: number): void {
    const query = this.queries.get(about)
    const observer = this.observers.get(about)
    switch (code) {
      case EFFECT_FETCH:
        return observer?.onFetchDue()
      case EFFECT_STALE:
        return observer?.onStale()
      case EFFECT_COLLECTED:
        this.queries.delete(about)
        return query?.onGarbageCollected()
      case EFFECT_SEGMENT_FREED:
        return this.segments.release(about)
      case EFFECT_ORIGIN_FREED:
        return this.breakers?.forget(about)
      default:
        query?.onFetchEffect(run, code)
    }
  }
}
