// A stand-in for the engine of queries where WebAssembly cannot run. Queries can be created, written and read. Every fetch
// fails, which `Fetch` does. Nothing is garbage-collected, retried or fetched automatically.
import {
  ANSWER_FETCHES,
  ANSWER_IS_STALE,
  FETCH_STATUS_FETCHING,
  FETCH_STATUS_IDLE,
  INTENT_BEGIN,
  INTENT_JOIN,
  OBSERVER_ENABLED,
  OBSERVER_RETRY_ON_MOUNT,
  STATE_DATA_UPDATED_AT,
  STATE_DATA_UPDATE_COUNT,
  STATE_ERROR_UPDATED_AT,
  STATE_ERROR_UPDATE_COUNT,
  STATE_FAILURE_COUNT,
  STATE_FETCH_STATUS,
  STATE_HAS_DATA,
  STATE_IS_INVALIDATED,
  STATE_STATUS,
  STATUS_ERROR,
  STATUS_PENDING,
  STATUS_SUCCESS,
  TRIGGER_FOCUS,
  TRIGGER_MASK,
  TRIGGER_MOUNT,
} from '../boundary/query.js'
import { standIn } from '../wasm.js'
import type { Calls } from './startEngine.js'
import type { QueryState } from './types.js'

/** The part of an engine, and of its queries, that is used here. */
interface Engine {
  readonly items: Map<number, object>
  readonly state: Float64Array
  writeState(state: QueryState<any, any>): void
}
interface Query {
  state: QueryState<any, any>
}

/** The calls of one engine, whose queries have their state. All that are not defined here return 0. */
export function callsWithoutWasm(engine: Engine): Calls {
  // Greater than all ids of an engine that has trapped.
  let ids = 1 << 30
  const next = () => ++ids
  /** The buffer, with the state of a query, to be changed. */
  const read = (id: number) => {
    engine.writeState((engine.items.get(id) as Query).state)
    return engine.state
  }
  const idle = (state: Float64Array) => (state[STATE_FETCH_STATUS] = FETCH_STATUS_IDLE)

  return standIn<Calls>({
    query_create: next,
    query_attach: next,
    query_raise_gc_time: (_id: number, gcTime: number) => gcTime,
    query_remove: () => 1,
    query_read: read,
    query_revert: (_now: number, id: number) => idle(read(id)),
    query_invalidate: (_now: number, id: number) => (read(id)[STATE_IS_INVALIDATED] = 1),
    query_set_data(_now: number, id: number, updatedAt: number, manual: number) {
      const state = read(id)
      state[STATE_HAS_DATA] = 1
      state[STATE_DATA_UPDATED_AT] = updatedAt
      state[STATE_DATA_UPDATE_COUNT]!++
      state[STATE_STATUS] = STATUS_SUCCESS
      state[STATE_IS_INVALIDATED] = 0
      if (!manual) state[STATE_FAILURE_COUNT] = idle(state)
    },
    query_set_error(now: number, id: number) {
      const state = read(id)
      state[STATE_ERROR_UPDATED_AT] = now
      state[STATE_ERROR_UPDATE_COUNT]!++
      state[STATE_FAILURE_COUNT]!++
      state[STATE_STATUS] = STATUS_ERROR
      state[STATE_IS_INVALIDATED] = 1
      idle(state)
    },
    query_intent: (id: number) => (read(id)[STATE_FETCH_STATUS] === FETCH_STATUS_IDLE ? INTENT_BEGIN : INTENT_JOIN),
    query_begin(_now: number, id: number) {
      const state = read(id)
      state[STATE_FAILURE_COUNT] = 0
      state[STATE_FETCH_STATUS] = FETCH_STATUS_FETCHING
      if (!state[STATE_HAS_DATA]) state[STATE_STATUS] = STATUS_PENDING
      return next()
    },
    query_ask(now: number, id: number, trigger: number, flags: number, staleTime: number) {
      const state = read(id)
      // A query with data is not fetched, since that would only fail.
      if (state[STATE_HAS_DATA]) {
        const isStale = staleTime >= 0 && (state[STATE_IS_INVALIDATED] || now - state[STATE_DATA_UPDATED_AT]! >= staleTime)
        return isStale ? ANSWER_IS_STALE : 0
      }
      const on = trigger & TRIGGER_MASK
      const fetches =
        flags & OBSERVER_ENABLED &&
        on < TRIGGER_FOCUS &&
        (on !== TRIGGER_MOUNT || state[STATE_STATUS] !== STATUS_ERROR || flags & OBSERVER_RETRY_ON_MOUNT)
      return fetches ? ANSWER_FETCHES | ANSWER_IS_STALE : ANSWER_IS_STALE
    },
  })
}
