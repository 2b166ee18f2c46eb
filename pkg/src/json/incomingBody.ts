// A body that is arriving, and the value that is made of it.
import { NO_BODY, PATCH_OUTCOME, RESULT_WORDS, SAME, WHOLE } from '../boundary/json.js'
import { applyPatch } from './applyPatch.js'
import { chunkOf, type Reader } from './body.js'
import { view, words, type Engine } from './engine.js'
import { counted, type BodyFigures } from './stats.js'

/** The value of the previous body, which the caller still has. */
export interface Held {
  value: unknown
}

/** The value of a body, and how it was made. */
export interface Result extends BodyFigures {
  value: unknown
  /** The engine's id of the body, or `NO_BODY` if it is not kept. */
  body: number
  /** Whether the value shares with the held one all that is the same in both, so that nobody need look for more. */
  shared: boolean
}

/** @internal A body that is arriving. Who creates one must end it, or read it to its end. */
export class IncomingBody {
  readonly #engine: Engine
  readonly #incoming: number
  #received = 0
  /** The decoded text of a body that is too long to be kept. */
  #text = ''
  #decoder?: TextDecoder

  /** `previous` is the engine's id of the last body, or `NO_BODY`. `expected` is the likely length in bytes, or 0. */
  constructor(engine: Engine, previous: number, expected: number) {
    this.#engine = engine
    this.#incoming = engine.json_begin(previous, expected)
  }

  write(chunk: Uint8Array): void {
    const { length } = chunk
    this.#received += length
    counted.received += length
    if (this.#decoder) {
      this.#text += this.#decoder.decode(chunk, { stream: true })
    } else if (length > 0) {
      view(this.#engine.json_room(this.#incoming, length), length).set(chunk)
      if (this.#engine.json_received(this.#incoming)) {
        this.#decoder = new TextDecoder()
        this.#text = this.#decoder.decode(this.#bytes(), { stream: true })
      }
    }
  }

  /** Writes what `reader` gives. If that ends in an error, the body is discarded. */
  async read(reader: Reader): Promise<this> {
    try {
      for (;;) {
        const { value, done } = await reader.read()
        if (done) return this
        this.write(chunkOf(value))
      }
    } catch (error) {
      this.#discard()
      throw error
    }
  }

  /** Ends the body. Throws `SyntaxError` if it is not JSON. */
  end(held: Held | undefined): Result {
    const received = this.#received
    const result: Result = { value: undefined, body: NO_BODY, shared: false, received, compared: 0, parsed: received, spared: 0 }
    try {
      if (this.#decoder) {
        result.value = JSON.parse(this.#text + this.#decoder.decode())
        this.#discard()
      } else {
        this.#make(held, result)
        result.body = this.#engine.json_keep(this.#incoming)
      }
    } catch (error) {
      this.#discard()
      throw error
    } finally {
      result.spared = Math.max(0, received - result.parsed)
      counted.parsed += result.parsed
      counted.spared += result.spared
    }
    return result
  }

  #make(held: Held | undefined, result: Result): void {
    const engine = this.#engine
    const outcome = engine.json_finish(this.#incoming, held ? 1 : 0)
    const [program, length, slices, bytes, compared] = words(engine.json_result(), RESULT_WORDS) as unknown as number[]
    result.compared = compared!
    result.shared = outcome <= WHOLE
    try {
      if (outcome === SAME) {
        result.parsed = 0
        result.value = held!.value
        return
      }
      if (outcome === PATCH_OUTCOME) {
        result.parsed = bytes!
        const parsed = JSON.parse(decode(view(slices!, bytes!)))
        result.value = applyPatch(words(program!, length!), parsed, held!.value)
        return
      }
    } catch {
      // The application has changed the value that the bytes describe, so the patch does not fit. The text has all of it.
      result.shared = false
      result.parsed = result.received
    }
    try {
      result.value = JSON.parse(decode(this.#bytes()))
    } catch (error) {
      throw this.#located(error as Error)
    }
  }

  #discard(): void {
    this.#engine.json_discard(this.#incoming)
  }

  #bytes(): Uint8Array {
    return view(this.#engine.json_bytes(this.#incoming), this.#received)
  }

  /** Adds the place to a `SyntaxError`, as not every JavaScript engine does. */
  #located(error: Error): Error {
    const at = this.#engine.json_error(this.#incoming)
    if (error.name !== 'SyntaxError' || at < 0) return error
    const lines = decode(this.#bytes().subarray(0, at)).split('\n')
    const where = `byte ${at}, line ${lines.length}, column ${lines.pop()!.length + 1}`
    return new SyntaxError(`${error.message} (${where})`, { cause: error })
  }
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}
