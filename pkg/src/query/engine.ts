// The engine behind a QueryCache: the machine, the buffers it shares, and who its ids stand for.
import { EngineTimer } from './engineTimer.js'
import { callSafely } from './callSafely.js'
import { hostFlags } from './hostFlags.js'
import { estimateBytes, limitCode } from './limits.js'
import { Breakers } from './breaker.js'
import { KeySegments } from './keySegments.js'
import { seedFrom, startEngine, type EngineConfig } from './startEngine.js'
import { freeWith, type Exports } from './wasm.js'
import { partialMatchKey } from './hashKey.js'
import type { BodyBytes, FetchStatus, QueryKey, QueryState, QueryStatus, RefetchOptions } from './types.js'

// What `poll` gives: see crates/npm/src/query/queries.rs.
const FETCH = 1
const RUN = 2
const PAUSED = 3
const GAVE_UP = 4
const STALE = 5
const COLLECTED = 6
const FREED = 7
const TIMED_OUT = 8
const FORGOTTEN = 9

const STATE_LENGTH = 9
const KEY_LENGTH = 32
const STATUSES: QueryStatus[] = ['pending', 'error', 'success']
const FETCH_STATUSES: FetchStatus[] = ['idle', 'fetching', 'paused']

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
    state[0] = from.data !== undefined ? 1 : 0
    state[1] = from.dataUpdatedAt
    state[2] = from.dataUpdateCount
    state[3] = from.errorUpdatedAt
    state[4] = from.errorUpdateCount
    state[5] = from.fetchFailureCount
    state[6] = STATUSES.indexOf(from.status)
    state[7] = FETCH_STATUSES.indexOf(from.fetchStatus)
    state[8] = from.isInvalidated ? 1 : 0
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
      dataUpdateCount: state[2]!,
      dataUpdatedAt: state[1]!,
      error,
      errorUpdateCount: state[4]!,
      errorUpdatedAt: state[3]!,
      fetchFailureCount: state[5]!,
      fetchFailureReason,
      fetchMeta,
      isInvalidated: state[8] === 1,
      status: STATUSES[state[6]!]!,
      fetchStatus: FETCH_STATUSES[state[7]!]!,
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
    if (result > 1) for (const part of this.ids(result >>> 1)) this.segments.release(part)
    if (result & 1) this.queries.delete(id)
    this.rearm()
    return (result & 1) === 1
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
      for (let code; (code = exports.query_poll(machine)) !== 0; ) {
        const [about = 0, run = 0] = this.ids(2)
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
      case FETCH:
        this.observers.get(about)?.onFetchDue()
        break
      case STALE:
        this.observers.get(about)?.onStale()
        break
      case TIMED_OUT:
        this.queries.get(about)?.onFetchEffect(run, 'timeOut')
        break
      case RUN:
      case PAUSED:
      case GAVE_UP:
        this.queries.get(about)?.onFetchEffect(run, code === RUN ? 'attempt' : code === PAUSED ? 'pause' : 'giveUp')
        break
      case COLLECTED: {
        const query = this.queries.get(about)
        this.queries.delete(about)
        query?.onGarbageCollected()
        break
      }
      case FREED:
        this.segments.release(about)
        break
      case FORGOTTEN:
        this.breakers?.forget(about)
    }
  }
}
