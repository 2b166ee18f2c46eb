// The engine behind a QueryCache: the machine, the buffers it shares, and who its ids stand for.
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
import { estimateBytes, limitCode } from './limits.js'
import { Breakers } from './breaker.js'
import { KeySegments } from './keySegments.js'
import { seedFrom, startEngine, type EngineConfig } from './startEngine.js'
import { freeWith, type Exports } from './wasm.js'
import { partialMatchKey } from './hashKey.js'
import type { BodyBytes, QueryKey, QueryState, RefetchOptions } from './types.js'

/** A state without its values. */
export type Numbers = Omit<QueryState<any, any>, 'data' | 'error' | 'fetchFailureReason' | 'fetchMeta'>

/** What the engine calls on a query. */
export interface EngineQuery {
  queryKey: QueryKey
  state: QueryState<any, any>
  /** Counts the queries in the order of their creation, which is how they are listed. */
  readonly sequence: number
  /** The cache is over its limit, and this query is the least needed. */
  evict(): void
  /** The query had no observer for its `gcTime`. */
  onGarbageCollected(): void
  /** The engine decided about the fetch `run`. */
  onFetchEffect(run: number, what: 'attempt' | 'pause' | 'giveUp' | 'timeOut'): void
  /** The engine has failed: a fetch that waits for it fails too. */
  onEngineFailed(): void
}

/** What the engine calls on an observer. */
export interface EngineObserver {
  /** The query is due for a fetch, by interval or since it is stale. */
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
  /** Why there is no engine: what is fetched fails with it. */
  error: unknown
  readonly machine: number
  readonly timer: EngineTimer
  readonly queries = new Map<number, EngineQuery>()
  readonly observers = new Map<number, EngineObserver>()
  readonly segments = new KeySegments()
  readonly breakers?: Breakers
  /** Of the bodies of all fetches. */
  readonly bytes = noBytes()
  readonly #limited: boolean
  readonly #weighs: boolean
  #state!: Float64Array
  #key!: Uint32Array

  constructor(setup: EngineConfig) {
    const { exports, error } = startEngine(setup, this)
    this.exports = exports
    this.error = error
    const machine = (this.machine = exports.query_new(seedFrom(setup)))
    freeWith(this, exports.query_free, machine)
    this.timer = new EngineTimer(
      () => this.#onTimer(),
      (by) => exports.query_clock_set_back(machine, by),
    )
    this.#view()
    const { limits } = setup
    this.#limited = !!limits
    this.#weighs = limits?.maxBytes !== undefined
    if (limits) exports.query_set_limits(machine, limitCode(limits.maxEntries), limitCode(limits.maxBytes))
    if (setup.breaker) this.breakers = new Breakers(this, setup.breaker)
  }

  /** The buffer for states. It is looked up anew when the memory has grown. */
  get state(): Float64Array {
    if (this.#state.length === 0) this.#view()
    return this.#state
  }

  /** The buffer for keys. */
  get key(): Uint32Array {
    if (this.#key.length === 0) this.#view()
    return this.#key
  }

  /** The engine is not to be called again: what is known of it here goes on with these. */
  fail(error: unknown, next: Exports): void {
    this.error = error
    // What was written for the call that failed.
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
    // It broke just now, and has others.
    if (this.error !== error) return
    const { buffer } = exports.memory
    this.#state = new Float64Array(buffer, stateAt, STATE_LENGTH)
    this.#key = new Uint32Array(buffer, keyAt, KEY_LENGTH)
  }

  /** The first `count` ids that the last call listed. */
  ids(count: number): Int32Array {
    // Signed, as exports give and take them.
    const at = this.exports.query_ids_at(this.machine)
    return new Int32Array(this.exports.memory.buffer, at, count)
  }

  /** Puts a state into the buffer. */
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

  /** The state that is in the buffer, with these values. */
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

  /** Lets the index know a query by its key. */
  link(id: number, key: QueryKey): void {
    const { exports, machine } = this
    exports.query_link(machine, Date.now(), id, this.segments.write(key, this.key))
    this.rearm()
  }

  /** Takes a query out of the machine; whether its id is spent. */
  remove(id: number): boolean {
    const result = this.exports.query_remove(this.machine, Date.now(), id)
    const freed = result >>> REMOVED_SEGMENTS_SHIFT
    const spent = (result & REMOVED_SPENT) !== 0
    if (freed) for (const segment of this.ids(freed)) this.segments.release(segment)
    if (spent) this.queries.delete(id)
    this.rearm()
    return spent
  }

  /** Lets go what is too much, but never the query `keep`. */
  evict(keep: number): void {
    if (!this.#limited) return
    const { exports, machine } = this
    for (let id; (id = exports.query_evict(machine, Date.now(), keep)) !== 0; ) this.queries.get(id)?.evict()
    this.rearm()
  }

  /** Someone is about to look at the query: it is not let go meanwhile. */
  expect(id: number): void {
    if (this.#limited) this.exports.query_expect(this.machine, Date.now(), id)
  }

  /** Someone read the query: others go before it. */
  touch(id: number): void {
    this.exports.query_touch(this.machine, id)
  }

  /** The query has this data, whose body was so long if that is known. */
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

  /** The queries whose key begins as `key` does, or of these the observed, oldest first. */
  matching(key: QueryKey, observed: boolean): EngineQuery[] {
    const found: EngineQuery[] = []
    const indexed = this.segments.read(key, this.key)
    const count = indexed ? this.exports.query_each(this.machine, indexed.length, +observed) : 0
    if (!count) return found
    let last = 0
    let ordered = true
    // The ids are read before anything else can make the list move.
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

  /** After whatever may have moved a deadline. */
  rearm(): void {
    this.timer.set(this.exports.query_deadline(this.machine))
  }

  #onTimer(): void {
    const { exports, machine } = this
    exports.query_tick(machine, Date.now(), hostFlags())
    try {
      for (let code; (code = exports.query_poll(machine)) !== EFFECT_NONE; ) {
        const [about = 0, run = 0] = this.ids(EFFECT_IDS)
        // What is due of one keeps no other waiting.
        callSafely(() => this.#runEffect(code, about, run))
      }
      // What someone was expected to look at, and nobody did.
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
