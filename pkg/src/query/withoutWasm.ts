// A stand-in for the engine where WebAssembly cannot run. Queries and mutations can be created, written and read. Every
// fetch and mutation fails, which `Fetch` and `Mutation` do. Nothing is garbage-collected, retried or fetched
// automatically.
import { standIn } from '../wasm.js'
import type { Exports } from './wasm.js'

/** Where the buffers for the key and for the ids begin, after the state, in bytes. */
const KEY_AT = 128
const IDS_AT = 256
const MEMORY = 1 << 20

// Indexes in the state: see `QueryEngine.readState`.
const HAS_DATA = 0
const DATA_AT = 1
const DATA_COUNT = 2
const ERROR_AT = 3
const ERROR_COUNT = 4
const FAILURES = 5
const STATUS = 6
const FETCHING = 7
const INVALIDATED = 8

/** Flags of an observer. */
const ENABLED = 1
const RETRY_ON_MOUNT = 1 << 7

/** The exports for one machine. All that are not defined here return 0. */
export function exportsWithoutWasm(): Exports {
  const buffer = new ArrayBuffer(MEMORY)
  const state = new Float64Array(buffer, 0, INVALIDATED + 1)
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
  const fetches = (id: number, flags: number) => +(!!(flags & ENABLED) && !states.get(id)?.[HAS_DATA])
  const mounts = (id: number, flags: number) => (flags & RETRY_ON_MOUNT || states.get(id)?.[STATUS] !== 1 ? fetches(id, flags) : 0)
  const isStale = (id: number, now: number, staleTime: number) => {
    const known = states.get(id)
    if (!known?.[HAS_DATA]) return 1
    return +(staleTime >= 0 && (!!known[INVALIDATED] || now - known[DATA_AT]! >= staleTime))
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
    query_tells: () => 1,

    query_create() {
      write(++ids)
      return ids
    },
    query_link: (_: number, _now: number, id: number, length: number) => void keys.set(id, key.slice(0, length)),
    query_remove(_: number, _now: number, id: number) {
      states.delete(id)
      keys.delete(id)
      return 1
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
        state[HAS_DATA] = 1
        state[DATA_AT] = updatedAt
        state[DATA_COUNT]!++
        state[STATUS] = 2
        state[INVALIDATED] = 0
        if (!manual) state[FAILURES] = state[FETCHING] = 0
      })
    },
    query_invalidate: (_: number, _now: number, id: number) => change(id, () => (state[INVALIDATED] = 1)),
    query_intent: (_: number, id: number) => states.get(id)?.[FETCHING],
    query_begin(_: number, _now: number, id: number) {
      change(id, () => {
        state[FAILURES] = 0
        state[FETCHING] = 1
        if (!state[HAS_DATA]) state[STATUS] = 0
      })
      return ++fetchRuns
    },
    query_set_error(_: number, now: number, id: number) {
      change(id, () => {
        state[ERROR_AT] = now
        state[ERROR_COUNT]!++
        state[FAILURES]!++
        state[STATUS] = state[INVALIDATED] = 1
        state[FETCHING] = 0
      })
    },
    query_is_stale: (_: number, now: number, id: number, _is: number, staleTime: number) => isStale(id, now, staleTime),
    query_attach(_: number, _now: number, query: number, flags: number) {
      observers.set(++ids, [query, flags & ENABLED])
      return ids
    },
    query_set_options(_: number, _now: number, id: number, flags: number) {
      const known = observers.get(id)
      if (known) known[1] = flags & ENABLED
    },
    query_detach: (_: number, _now: number, id: number) => observers.delete(id) && 0,
    query_is_active: (_: number, id: number) => +isObserved(id),
    query_mount: (_: number, now: number, id: number, flags: number, staleTime: number) =>
      mounts(id, flags) | (isStale(id, now, staleTime) << 1),
    query_fetches_on_mount: (_: number, _now: number, id: number, flags: number) => mounts(id, flags),
    query_fetches_on_change: (_: number, _now: number, id: number, _turned: number, flags: number) => fetches(id, flags),

    mutation_insert: () => ++ids,
    mutation_can_start: () => 1,
    mutation_can_run: () => 1,
    mutation_start: (_: number, _now: number, id: number) => void startedMutations.push(id),
    mutation_about: () => startedMutations.shift(),
    // The effect to run.
    mutation_poll: () => +(startedMutations.length > 0),
  })
}
