// Writes down what crosses the boundary to the engine, so that a session can be replayed in a native test.
import { EFFECT_IDS, REMOVED_SEGMENTS_SHIFT, STATE_LENGTH } from '../boundary/query.js'
import type { QueryClient } from './queryClient.js'
import type { Exports } from './wasm.js'

/** A recording on its way. */
export interface SessionRecording {
  /** Ends it, and gives what was recorded so far: a line of text per call. */
  stop(): string
}

type Call = (machine: number, ...args: unknown[]) => unknown

/** What tells where a buffer is, ends a machine or needs none: no input. */
const NO_INPUT = /_at$|_free$|_notifies$|_default_/

/**
 * Records every input to the engine of `client`, and what came of each; to be called before the client is used
 * otherwise. All of it is numbers: no keys, no data, no errors. `tests/sim` replays it natively. Who does not
 * call this pays nothing for it.
 */
export function recordSession(client: QueryClient): SessionRecording {
  const lines = ['# A session of whippet/query: inputs of its engine, and what came of them.']
  let recording = true

  const tap = (exports: Exports): Exports => {
    const wrapped: Record<string, unknown> = {}
    for (const [name, value] of Object.entries(exports)) {
      wrapped[name] = typeof value !== 'function' || NO_INPUT.test(name) ? value : recorded(exports, name, value as Call)
    }
    return wrapped as unknown as Exports
  }

  /** The state that the machine and the face last agreed on. */
  let known = ''
  const recorded = (exports: Exports, name: string, call: Call): Call => {
    const stateOf = (machine: number) =>
      name.startsWith('query_')
        ? text(new Float64Array(exports.memory.buffer, exports.query_state_at(machine), STATE_LENGTH))
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

  client.getQueryCache().setup.tap = tap
  client.getMutationCache().setup.tap = tap
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
