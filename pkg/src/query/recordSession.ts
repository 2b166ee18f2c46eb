// Records all calls to the engine, so that a native test can replay a session.
import { EFFECT_IDS, REMOVED_SEGMENTS_SHIFT, STATE_BUFFER } from '../boundary/query.js'
import { EXPORT_NAMES } from './exportNames.js'
import type { InternalQueryClient } from './internal.js'
import type { QueryClient } from './types.js'
import type { Exports } from './wasm.js'

/** A running recording. */
export interface SessionRecording {
  /** Stops recording. Returns the text, with a line per call. */
  stop(): string
}

type Call = (machine: number, ...args: unknown[]) => unknown

/** Exports that are no input: addresses of buffers, destructors, and functions without state. */
const NO_INPUT = /_at$|_free$|_notifies$|_default_/

/**
 * Records every input to the engine of `client` and its result. Must be called before the first use of the client. The
 * text has numbers only: no keys, data or errors. `tests/sim` replays it natively. Without a call, recording costs
 * nothing.
 */
export function recordSession(client: QueryClient): SessionRecording {
  const lines = ['# A session of whippet/query: inputs of its engine, and what came of them.']
  let recording = true

  const tap = (exports: Exports): Exports => {
    const names = Object.fromEntries(EXPORT_NAMES.split(',').map((pair) => pair.split(' ')))
    const wrapped: Record<string, unknown> = {}
    for (const [short, value] of Object.entries(exports)) {
      const name = names[short] ?? short
      wrapped[short] = typeof value !== 'function' || NO_INPUT.test(name) ? value : recorded(exports, name, value as Call)
    }
    return wrapped as unknown as Exports
  }

  /** The state that the buffer had after the last call. */
  let known = ''
  const recorded = (exports: Exports, name: string, call: Call): Call => {
    const stateOf = (machine: number) =>
      name.startsWith('query_')
        ? text(new Float64Array(exports.memory.buffer, exports.query_state_at(machine), STATE_BUFFER))
        : known
    return (machine, ...args) => {
      if (!recording) return call(machine, ...args)
      if (name.endsWith('_new')) {
        lines.push(`${name} ${Number(machine)}`)
        return call(machine)
      }
      const before = stateOf(machine)
      if (before !== known) lines.push(`state ${before}`)
      const keyLength = name === 'query_link' ? args[2] : name === 'query_each' ? args[0] : 0
      if (keyLength) {
        const key = new Uint32Array(exports.memory.buffer, exports.query_key_at(machine), keyLength as number)
        lines.push(`key ${text(key)}`)
      }
      const result = Number(call(machine, ...args) ?? 0)
      known = stateOf(machine)
      const listed = name === 'query_each' ? result : name === 'query_remove' ? result >>> REMOVED_SEGMENTS_SHIFT : 0
      const count = name === 'query_poll' && result ? EFFECT_IDS : listed
      const ids = count ? new Int32Array(exports.memory.buffer, exports.query_ids_at(machine), count) : []
      let line = [name, ...args.map(Number), '=', result].join(' ')
      if (known !== before) line += ` state ${known}`
      if (count) line += ` ids ${text(ids)}`
      lines.push(line)
      return result
    }
  }

  const internal = client as InternalQueryClient
  internal.getQueryCache().engineConfig.tap = tap
  internal.getMutationCache().engineConfig.tap = tap
  return {
    stop() {
      recording = false
      return lines.join('\n') + '\n'
    },
  }
}

function text(numbers: ArrayLike<number>): string {
  return Array.from(numbers).join(' ')
}
