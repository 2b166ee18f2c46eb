// The engine of a QueryCache: the machine in wasm, the buffers it shares, and the queries and observers by their ids.
import {
  EFFECT_COLLECTED,
  EFFECT_FETCH,
  EFFECT_GAVE_UP,
  EFFECT_IDS,
  EFFECT_NONE,
  EFFECT_ORIGIN_FREED,
  EFFECT_PAUSED,
  EFFECT_RUN,
  EFFECT_SEGMENT_FREED,
  EFFECT_STALE,
  EFFECT_TIMED_OUT,
  FETCH_STATUSES,
  KEY_LENGTH,
  REMOVED_SEGMENTS_SHIFT,
  REMOVED_SPENT,
  STATE_DATA_UPDATED_AT,
  STATE_DATA_UPDATE_COUNT,
  STATE_ERROR_UPDATED_AT,
  STATE_ERROR_UPDATE_COUNT,
  STATE_FAILURE_COUNT,
  STATE_FETCH_STATUS,
  STATE_HAS_DATA,
  STATE_IS_INVALIDATED,
  STATE_LENGTH,
  STATE_STATUS,
  STATUSES,
} from '../boundary/query.js'
import { EngineTimer } from './engineTimer.js'
import { callSafely } from './callSafely.js'
import { hostFlags } from './hostFlags.js'
import { estimateBytes, limitCode } from './cacheLimits.js'
import { CircuitBreakers } from './circuitBreakers.js'
import { KeySegments } from './keySegments.js'
import { seedFrom, startEngine, type EngineConfig } from './startEngine.js'
import { freeWith, type Exports } from './wasm.js'
import { partialMatchKey } from './hashKey.js'
import type { BodyBytes, QueryKey, QueryState, RefetchOptions } from './types.js'

/** The fields of a state that are numbers in the engine. */
export type Numbers = Omit<QueryState<any, any>, 'data' | 'error' | 'fetchFailureReason' | 'fetchMeta'>

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
  /** The engine decided about the fetch `run`. */
  onFetchEffect(run: number, what: 'attempt' | 'pause' | 'giveUp' | 'timeOut'): void
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
  readonly exports: Exports
  /** Why there is no engine. All fetches fail with it. */
  error: unknown
  readonly machine: number
  readonly timer: EngineTimer
  readonly queries = new Map<number, EngineQuery>()
  readonly observers = new Map<number, EngineObserver>()
  readonly segments = new KeySegments()
  readonly breakers?: CircuitBreakers
  /** The bytes of all bodies. */
  readonly bytes = noBytes()
  readonly #limited: boolean
  readonly #weighs: boolean
  #state!: Float64Array
  #key!: Uint32Array

  constructor(config: EngineConfig) {
    const { exports, error } = startEngine(config, this)
    this.exports = exports
    this.error = error
    const machine = (this.machine = exports.query_new(seedFrom(config)))
    freeWith(this, exports.query_free, machine)
    this.timer = new EngineTimer(
      () => this.#onTimer(),
      (by) => exports.query_clock_set_back(machine, by),
    )
    this.#view()
    const { limits } = config
    this.#limited = !!limits
    this.#weighs = limits?.maxBytes !== undefined
    if (limits) exports.query_set_limits(machine, limitCode(limits.maxEntries), limitCode(limits.maxBytes))
    if (config.breaker) this.breakers = new CircuitBreakers(this, config.breaker)
  }

  /** The buffer for states. Growing memory detaches it; then a new view is made. */
  get state(): Float64Array {
    if (this.#state.length === 0) this.#view()
    return this.#state
  }

  /** The buffer for keys. */
  get key(): Uint32Array {
    if (this.#key.length === 0) this.#view()
    return this.#key
  }

  /** The engine has trapped and must not be called again. Copies what is known into the stand-in. */
  fail(error: unknown, next: Exports): void {
    this.error = error
    // The buffers' contents, which the failed call may have been about to read.
    const [state, key] = [this.#state?.slice(), this.#key?.slice()]
    this.#view(next)
    for (const [id, query] of this.queries) {
      this.writeState(query.state)
      next.query_set_state(0, 0, id)
      next.query_link(0, 0, id, this.segments.write(query.queryKey, this.key))
    }
    if (state?.length && key?.length) {
      this.#state.set(state)
      this.#key.set(key)
    }
    queueMicrotask(() => this.queries.forEach((query) => query.onEngineFailed()))
  }

  #view(exports = this.exports): void {
    const { machine, error } = this
    const stateAt = exports.query_state_at(machine)
    const keyAt = exports.query_key_at(machine)
    // The engine has trapped in the calls above, and `fail` has made the views.
    if (this.error !== error) return
    const { buffer } = exports.memory
    this.#state = new Float64Array(buffer, stateAt, STATE_LENGTH)
    this.#key = new Uint32Array(buffer, keyAt, KEY_LENGTH)
  }

  /** The first `count` ids that the last call listed. */
  ids(count: number): Int32Array {
    // Signed, as wasm exports take and return them.
    const at = this.exports.query_ids_at(this.machine)
    return new Int32Array(this.exports.memory.buffer, at, count)
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
    const { exports, machine } = this
    exports.query_link(machine, Date.now(), id, this.segments.write(key, this.key))
    this.rearm()
  }

  /** Removes a query from the machine. Returns whether its id has become invalid. */
  remove(id: number): boolean {
    const result = this.exports.query_remove(this.machine, Date.now(), id)
    const freed = result >>> REMOVED_SEGMENTS_SHIFT
    const spent = (result & REMOVED_SPENT) !== 0
    if (freed) for (const segment of this.ids(freed)) this.segments.release(segment)
    if (spent) this.queries.delete(id)
    this.rearm()
    return spent
  }

  /** Evicts queries beyond the limits, but never the query `keep`. */
  evict(keep: number): void {
    if (!this.#limited) return
    const { exports, machine } = this
    for (let id; (id = exports.query_evict(machine, Date.now(), keep)) !== 0; ) this.queries.get(id)?.evict()
    this.rearm()
  }

  /** An observer is expected, for which the query is kept for a while. */
  expect(id: number): void {
    if (this.#limited) this.exports.query_expect(this.machine, Date.now(), id)
  }

  /** The query was read, so others are evicted before it. */
  touch(id: number): void {
    this.exports.query_touch(this.machine, id)
  }

  /** Reports the size of a query's data: that of its body if known, otherwise an estimate. */
  setSize(id: number, data: unknown, bodyBytes: number | undefined): void {
    if (!this.#weighs) return
    const bytes = data === undefined ? 0 : (bodyBytes ?? estimateBytes(data))
    this.exports.query_set_bytes(this.machine, id, bytes)
  }

  countBytes({ received, compared, parsed, spared }: BodyBytes): void {
    this.bytes.received += received
    this.bytes.compared += compared
    this.bytes.parsed += parsed
    this.bytes.spared += spared
  }

  /** The queries whose key starts with `key`, in the order of their creation; optionally only observed ones. */
  matching(key: QueryKey, observed: boolean): EngineQuery[] {
    const found: EngineQuery[] = []
    const indexed = this.segments.read(key, this.key)
    const count = indexed ? this.exports.query_each(this.machine, indexed.length, +observed) : 0
    if (!count) return found
    let last = 0
    let ordered = true
    // Other calls may move the list, so the ids are read first.
    const ids = this.ids(count)
    for (let i = 0; i < count; i++) {
      const query = this.queries.get(ids[i]!)
      if (!query || !(indexed!.whole || partialMatchKey(query.queryKey, key))) continue
      ordered &&= query.sequence > last
      last = query.sequence
      found.push(query)
    }
    return ordered ? found : found.sort((a, b) => a.sequence - b.sequence)
  }

  /** Sets the timer. Must run after every call that may change a deadline. */
  rearm(): void {
    this.timer.set(this.exports.query_deadline(this.machine))
  }

  #onTimer(): void {
    const { exports, machine } = this
    exports.query_tick(machine, Date.now(), hostFlags())
    try {
      for (let code; (code = exports.query_poll(machine)) !== EFFECT_NONE; ) {
        const [about = 0, run = 0] = this.ids(EFFECT_IDS)
        // An error in one must not stop the others.
        callSafely(() => this.#runEffect(code, about, run))
      }
      // Queries kept for an expected observer that did not come.
      this.evict(0)
    } finally {
      this.rearm()
    }
  }

  #runEffect(code: number, about: number, run: number): void {
    switch (code) {
      case EFFECT_FETCH:
        this.observers.get(about)?.onFetchDue()
        break
      case EFFECT_STALE:
        this.observers.get(about)?.onStale()
        break
      case EFFECT_TIMED_OUT:
        this.queries.get(about)?.onFetchEffect(run, 'timeOut')
        break
      case EFFECT_RUN:
      case EFFECT_PAUSED:
      case EFFECT_GAVE_UP:
        this.queries.get(about)?.onFetchEffect(run, code === EFFECT_RUN ? 'attempt' : code === EFFECT_PAUSED ? 'pause' : 'giveUp')
        break
      case EFFECT_COLLECTED: {
        const query = this.queries.get(about)
        this.queries.delete(about)
        query?.onGarbageCollected()
        break
      }
      case EFFECT_SEGMENT_FREED:
        this.segments.release(about)
        break
      case EFFECT_ORIGIN_FREED:
        this.breakers?.forget(about)
    }
  }
}
