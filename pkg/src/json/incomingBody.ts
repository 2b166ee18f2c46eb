// A body that is arriving, and the value that is made of it.
import { NO_BODY, PATCH_OUTCOME, RESULT_WORDS, SAME, WHOLE } from '../boundary/json.js'
import { applyPatch } from './applyPatch.js'
import { decode, eachChunk, type Reader } from './body.js'
import { view, words, type Engine } from './engine.js'
import { counted } from './counted.js'
import type { BodyFigures } from './stats.js'

/** The value of the previous body, which the caller still has. */
export interface Held {
  value: unknown
}

/** The value of a body, and how it was made. */
export interface Result extends BodyFigures {
  value: unknown
  /** The engine's id of the body, or `NO_BODY` if it is not kept. */
  body: number
  /** The bytes, if the engine has not seen them. */
  chunks?: Uint8Array[]
  /** Whether the value shares with the held one all that is the same in both, so that nobody need look for more. */
  shared: boolean
}

/** @internal A body that is arriving. Who begins one must end it, or read it to its end. */
export interface IncomingBody {
  write(chunk: Uint8Array): void
  /** Writes what `reader` gives. If that ends in an error, the body is discarded. */
  read(reader: Reader): Promise<void>
  /** Ends the body. Throws `SyntaxError` if it is not JSON. */
  end(held: Held | undefined): Result
}

/**
 * @internal Begins a body. `previous` is the engine's id of the last one, or `NO_BODY`. `expected` is the likely length in
 * bytes, or 0.
 */
export function incomingBody(engine: Engine, previous: number, expected: number): IncomingBody {
  const incoming = engine.json_begin(previous, expected)
  let received = 0
  // The decoded text of a body that is too long to be kept.
  let text = ''
  let decoder: TextDecoder | undefined

  const bytes = () => view(engine.json_bytes(incoming), received)

  const fail = (error: unknown) => {
    engine.json_discard(incoming)
    throw error
  }

  const write = (chunk: Uint8Array) => {
    const { length } = chunk
    received += length
    counted.received += length
    if (decoder) {
      text += decoder.decode(chunk, { stream: true })
    } else if (length > 0) {
      view(engine.json_room(incoming, length), length).set(chunk)
      if (engine.json_received(incoming)) {
        decoder = new TextDecoder()
        text = decoder.decode(bytes(), { stream: true })
      }
    }
  }

  const make = (held: Held | undefined, result: Result): unknown => {
    const outcome = engine.json_finish(incoming, held ? 1 : 0)
    const [program, length, slices, sliced, compared] = words(engine.json_result(), RESULT_WORDS) as unknown as number[]
    result.compared = compared!
    result.shared = outcome <= WHOLE
    try {
      if (outcome === SAME) {
        result.parsed = 0
        return held!.value
      }
      if (outcome === PATCH_OUTCOME) {
        const parsed = JSON.parse(decode(view(slices!, sliced!)))
        const value = applyPatch(words(program!, length!), parsed, held!.value)
        result.parsed = sliced!
        return value
      }
    } catch {
      // The application has changed the value that the bytes describe, so the patch does not fit. The text has all of it.
      result.shared = false
    }
    try {
      return JSON.parse(decode(bytes()))
    } catch (error) {
      throw located(error as Error)
    }
  }

  /** Adds the place to a `SyntaxError`, as not every JavaScript engine does. */
  const located = (error: Error) => {
    const at = engine.json_error(incoming)
    if (error.name !== 'SyntaxError' || at < 0) return error
    const lines = decode(bytes().subarray(0, at)).split('\n')
    const where = `byte ${at}, line ${lines.length}, column ${lines.pop()!.length + 1}`
    return new SyntaxError(`${error.message} (${where})`, { cause: error })
  }

  return {
    write,
    async read(reader) {
      try {
        await eachChunk(reader, write)
      } catch (error) {
        fail(error)
      }
    },
    end(held) {
      const result: Result = {
        value: undefined,
        body: NO_BODY,
        shared: false,
        received,
        compared: 0,
        parsed: received,
        spared: 0,
      }
      try {
        if (decoder) {
          result.value = JSON.parse(text + decoder.decode())
          engine.json_discard(incoming)
          // Nothing takes its place, and nobody will ask for it again.
          engine.json_forget(previous)
        } else {
          result.value = make(held, result)
          result.body = engine.json_keep(incoming)
        }
      } catch (error) {
        fail(error)
      } finally {
        result.spared = Math.max(0, received - result.parsed)
        counted.parsed += result.parsed
        counted.spared += result.spared
      }
      return result
    },
  }
}
