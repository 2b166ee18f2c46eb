// Records all calls to the engine, so that a native test can replay a session.
import { STATE_BUFFER } from '../boundary/query.js'
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

  const tap =
    (prefix: string) =>
    <T extends object>(exports: T): T => {
      // Two modules may have the same short name.
      const pairs = EXPORT_NAMES.split(',').filter((pair) => pair.includes(` ${prefix}`))
      const names = Object.fromEntries(pairs.map((pair) => pair.split(' ')))
      const wrapped: Record<string, unknown> = {}
      for (const [short, value] of Object.entries(exports)) {
        const name = names[short] ?? short
        const isInput = name.startsWith(prefix) && !NO_INPUT.test(name)
        wrapped[short] = isInput ? recorded(exports as any, name, value as Call) : value
      }
      return wrapped as T
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
      const result = Number(call(machine, ...args) ?? 0)
      known = stateOf(machine)
      let line = [name, ...args.map(Number), '=', result].join(' ')
      if (known !== before) line += ` state ${known}`
      lines.push(line)
      return result
    }
  }

  const internal = client as InternalQueryClient
  internal.getQueryCache().engineConfig.tap = tap('query_')
  internal.getMutationCache().engineConfig.tap = tap('mutation_')
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
