// Records all calls to the engine, so that a native test can replay a session.
import { inputs } from '../rules/inputs.js'
import {
  mutation_new,
  query_begin,
  query_create,
  query_invalidate,
  query_new,
  query_revert,
  query_set_data,
  query_set_error,
  query_set_state,
  query_state,
  type QueryMachine,
} from '../rules/query.js'
import type { InternalQueryClient } from './internal.js'
import type { Tap } from './startEngine.js'
import type { QueryClient } from './types.js'

/** A running recording. */
export interface SessionRecording {
  /** Stops recording. Returns the text, with a line per call. */
  stop(): string
}

/**
 * Records each call to the engine of `client` with its arguments and its result, so that Whippet's developers can replay a session.
 * It must be called before the client is used. The text has numbers and statuses only: no keys, data or errors.
 */
export function recordSession(client: QueryClient): SessionRecording {
  const lines: string[] = []
  /** After these the state of the query that they are about is of interest. */
  const changes: unknown[] = [query_begin, query_invalidate, query_revert, query_set_data, query_set_error, query_set_state]
  let recording = true

  const tap: Tap = (rule, machine, args) => {
    const isNew = rule === query_new || rule === mutation_new
    const call = () => (isNew ? rule(args[0]) : rule(machine, ...args))
    // Functions have numbers: their places in this list, by which `tests/sim` finds them again.
    const place = recording ? inputs.indexOf(rule) : -1
    if (place < 0) return call()
    // Before the call: the engine keeps what it gets, and changes it.
    const input = [place, ...args.map(text)].join(' ')
    const result = call()
    if (isNew) {
      lines.push(input)
      return result
    }
    const id = rule === query_create ? result : changes.includes(rule) && args[1]
    const state = id && query_state(machine as QueryMachine, id as number)
    // Of an effect its kind: what it is about has other ids elsewhere.
    const code = Array.isArray(result) ? result[0] + 1 : Number(result ?? 0)
    lines.push(`${input} = ${code}${state ? ` state ${text(state)}` : ''}`)
    return result
  }

  const internal = client as InternalQueryClient
  internal.getQueryCache().engineConfig.ruleTap = tap
  internal.getMutationCache().engineConfig.ruleTap = tap
  return {
    stop() {
      recording = false
      return `${lines.join('\n')}\n`
    },
  }
}

/** The number for a value, NaN for `undefined`; the name of a status; those of all that an object has. */
function text(value: any): string {
  if (value && typeof value === 'object') return Object.values(value).map(text).join(' ')
  return typeof value === 'string' ? value : String(Number(value))
}
