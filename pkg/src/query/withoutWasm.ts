// A stand-in for the engine where WebAssembly cannot run. Queries and mutations can be created, written and read. Every
// fetch and mutation fails, which `Fetch` and `Mutation` do. Nothing is garbage-collected, retried or fetched
// automatically.
import {
  FETCH_STATUS_FETCHING,
  FETCH_STATUS_IDLE,
  INTENT_BEGIN,
  INTENT_JOIN,
  MOUNT_FETCHES,
  MOUNT_IS_STALE,
  MUTATION_EFFECT_NONE,
  MUTATION_EFFECT_RUN,
  OBSERVER_ENABLED,
  OBSERVER_RETRY_ON_MOUNT,
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
  STATUS_ERROR,
  STATUS_PENDING,
  STATUS_SUCCESS,
} from '../boundary/query.js'
import { standIn } from '../wasm.js'
import type { Exports } from './wasm.js'

/** Where the buffers for the key and for the ids begin, after the state, in bytes. */
const KEY_AT = 128
const IDS_AT = 256
const MEMORY = 1 << 20

/** The exports for one machine. All that are not defined here return 0. */
export function exportsWithoutWasm(): Exports {
  const buffer = new ArrayBuffer(MEMORY)
  const state = new Float64Array(buffer, 0, STATE_LENGTH)
  const key = new Uint32Array(buffer, KEY_AT, (IDS_AT - KEY_AT) / 4)
  const listed = new Int32Array(buffer, IDS_AT)
  const states = new Map<number, Float64Array>()
  const keys = new Map<number, Uint32Array>()
  /** For each observer, its query and whether it is enabled. */
  const observers = new Map<number, [query: number, enabled: number]>()
  /** Mutations that have been started and not yet polled. */
  const startedMutations: number[] = []
  // Greater than all ids of an engine that has trapped.
  let ids = 1 << 30
  let fetchRuns = 0

  const read = (id: number) => state.set(states.get(id) ?? [])
  const write = (id: number) => void states.set(id, state.slice())
  const change = (id: number, changes: () => void) => {
    read(id)
    changes()
    write(id)
  }
  const isObserved = (id: number) => [...observers.values()].some(([query, enabled]) => query === id && enabled)
  /** A query with data is not fetched, since that would only fail. */
  const fetches = (id: number, flags: number) => +(!!(flags & OBSERVER_ENABLED) && !states.get(id)?.[STATE_HAS_DATA])
  const mounts = (id: number, flags: number) =>
    flags & OBSERVER_RETRY_ON_MOUNT || states.get(id)?.[STATE_STATUS] !== STATUS_ERROR ? fetches(id, flags) : 0
  const isStale = (id: number, now: number, staleTime: number) => {
    const known = states.get(id)
    if (!known?.[STATE_HAS_DATA]) return 1
    return +(staleTime >= 0 && (!!known[STATE_IS_INVALIDATED] || now - known[STATE_DATA_UPDATED_AT]! >= staleTime))
  }

  return standIn<Exports>({
    memory: { buffer },
    query_key_at: () => KEY_AT,
    query_ids_at: () => IDS_AT,
    query_deadline: () => Infinity,
    mutation_deadline: () => Infinity,
    query_default_gc_time: () => Infinity,
    query_raise_gc_time: (_: number, _id: number, gcTime: number) => gcTime,
    mutation_raise_gc_time: (_: number, _id: number, gcTime: number) => gcTime,
    query_notifies: () => 1,

    query_create() {
      write(++ids)
      return ids
    },
    query_link: (_: number, _now: number, id: number, length: number) => void keys.set(id, key.slice(0, length)),
    query_remove(_: number, _now: number, id: number) {
      states.delete(id)
      keys.delete(id)
      return REMOVED_SPENT
    },
    query_each(_: number, length: number, observed: number) {
      let count = 0
      for (const [id, known] of keys) {
        if (known.length < length || count === listed.length || (observed && !isObserved(id))) continue
        if (key.subarray(0, length).every((part, i) => part === known[i])) listed[count++] = id
      }
      return count
    },
    query_read: (_: number, id: number) => read(id),
    query_set_state: (_: number, _now: number, id: number) => write(id),
    query_set_data(_: number, _now: number, id: number, updatedAt: number, manual: number) {
      change(id, () => {
        state[STATE_HAS_DATA] = 1
        state[STATE_DATA_UPDATED_AT] = updatedAt
        state[STATE_DATA_UPDATE_COUNT]!++
        state[STATE_STATUS] = STATUS_SUCCESS
        state[STATE_IS_INVALIDATED] = 0
        if (!manual) {
          state[STATE_FAILURE_COUNT] = 0
          state[STATE_FETCH_STATUS] = FETCH_STATUS_IDLE
        }
      })
    },
    query_invalidate: (_: number, _now: number, id: number) => change(id, () => (state[STATE_IS_INVALIDATED] = 1)),
    query_intent: (_: number, id: number) => (states.get(id)?.[STATE_FETCH_STATUS] ? INTENT_JOIN : INTENT_BEGIN),
    query_begin(_: number, _now: number, id: number) {
      change(id, () => {
        state[STATE_FAILURE_COUNT] = 0
        state[STATE_FETCH_STATUS] = FETCH_STATUS_FETCHING
        if (!state[STATE_HAS_DATA]) state[STATE_STATUS] = STATUS_PENDING
      })
      return ++fetchRuns
    },
    query_set_error(_: number, now: number, id: number) {
      change(id, () => {
        state[STATE_ERROR_UPDATED_AT] = now
        state[STATE_ERROR_UPDATE_COUNT]!++
        state[STATE_FAILURE_COUNT]!++
        state[STATE_STATUS] = STATUS_ERROR
        state[STATE_IS_INVALIDATED] = 1
        state[STATE_FETCH_STATUS] = FETCH_STATUS_IDLE
      })
    },
    query_is_stale: (_: number, now: number, id: number, _is: number, staleTime: number) => isStale(id, now, staleTime),
    query_attach(_: number, _now: number, query: number, flags: number) {
      observers.set(++ids, [query, flags & OBSERVER_ENABLED])
      return ids
    },
    query_set_options(_: number, _now: number, id: number, flags: number) {
      const known = observers.get(id)
      if (known) known[1] = flags & OBSERVER_ENABLED
    },
    query_detach: (_: number, _now: number, id: number) => observers.delete(id) && 0,
    query_is_active: (_: number, id: number) => +isObserved(id),
    query_mount: (_: number, now: number, id: number, flags: number, staleTime: number) =>
      (mounts(id, flags) ? MOUNT_FETCHES : 0) | (isStale(id, now, staleTime) ? MOUNT_IS_STALE : 0),
    query_fetches_on_mount: (_: number, _now: number, id: number, flags: number) => mounts(id, flags),
    query_fetches_on_change: (_: number, _now: number, id: number, _turned: number, flags: number) => fetches(id, flags),

    mutation_insert: () => ++ids,
    mutation_can_start: () => 1,
    mutation_can_run: () => 1,
    mutation_start: (_: number, _now: number, id: number) => void startedMutations.push(id),
    mutation_about: () => startedMutations.shift(),
    mutation_poll: () => (startedMutations.length ? MUTATION_EFFECT_RUN : MUTATION_EFFECT_NONE),
  })
}
