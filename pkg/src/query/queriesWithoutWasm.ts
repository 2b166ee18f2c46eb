// A stand-in for the engine of queries where WebAssembly cannot run. Queries can be created, written and read. Every fetch
// fails, which `Fetch` does. Nothing is garbage-collected, retried or fetched automatically.
import {
  ANSWER_FETCHES,
  ANSWER_IS_STALE,
  INTENT_BEGIN,
  INTENT_JOIN,
  OBSERVER_ENABLED,
  OBSERVER_RETRY_ON_MOUNT,
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
  const query = (id: number) => engine.items.get(id) as Query
  /** Leaves the state in the buffer, with these changes. */
  const write = (id: number, changes?: Partial<QueryState>) => engine.writeState({ ...query(id).state, ...changes })

  return standIn<Calls>({
    query_create: next,
    query_attach: next,
    query_raise_gc_time: (_id: number, gcTime: number) => gcTime,
    query_remove: () => 1,
    query_read: write,
    query_revert: (_now: number, id: number) => write(id, { fetchStatus: 'idle' }),
    query_invalidate: (_now: number, id: number) => write(id, { isInvalidated: true }),
    query_set_data(_now: number, id: number, dataUpdatedAt: number, manual: number) {
      write(id, {
        // The data is not known here, but that there is some.
        data: 1,
        dataUpdatedAt,
        dataUpdateCount: query(id).state.dataUpdateCount + 1,
        status: 'success',
        isInvalidated: false,
        ...(!manual && { fetchFailureCount: 0, fetchStatus: 'idle' }),
      })
    },
    query_set_error(errorUpdatedAt: number, id: number) {
      const { errorUpdateCount, fetchFailureCount } = query(id).state
      write(id, {
        errorUpdatedAt,
        errorUpdateCount: errorUpdateCount + 1,
        fetchFailureCount: fetchFailureCount + 1,
        status: 'error',
        isInvalidated: true,
        fetchStatus: 'idle',
      })
    },
    query_intent: (id: number) => (query(id).state.fetchStatus === 'idle' ? INTENT_BEGIN : INTENT_JOIN),
    query_begin(_now: number, id: number) {
      const { data, status } = query(id).state
      write(id, { fetchFailureCount: 0, fetchStatus: 'fetching', status: data === undefined ? 'pending' : status })
      return next()
    },
    query_ask(now: number, id: number, trigger: number, flags: number, staleTime: number) {
      const { data, dataUpdatedAt, isInvalidated, status } = query(id).state
      const hasData = data !== undefined
      // A query with data is not fetched, since that would only fail.
      const fetches =
        !hasData &&
        flags & OBSERVER_ENABLED &&
        (trigger & TRIGGER_MASK) < TRIGGER_FOCUS &&
        ((trigger & TRIGGER_MASK) !== TRIGGER_MOUNT || status !== 'error' || flags & OBSERVER_RETRY_ON_MOUNT)
      const isStale = !hasData || (staleTime >= 0 && (isInvalidated || now - dataUpdatedAt >= staleTime))
      return (fetches ? ANSWER_FETCHES : 0) | (isStale ? ANSWER_IS_STALE : 0)
    },
  })
}
