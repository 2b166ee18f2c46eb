// One body on its way through the engine, and the value that is made of it.
import { applyPatch } from './applyPatch.js'
import { chunkOf, type Reader } from './body.js'
import { view, words, type Engine } from './engine.js'
import { counted, type BodyFigures } from './stats.js'

// What `json_finish` gives: see crates/npm/src/json.rs.
const SAME = 0
const PATCH = 1
const WHOLE = 2

/** A value that bytes were made to. */
export interface Held {
  value: unknown
}

/** What became of a body. */
export interface Result extends BodyFigures {
  value: unknown
  /** The engine's name for it; 0 if it is not kept. */
  body: number
  /** Whether everything of the held value that is the same in this one is in it already. */
  shared: boolean
}

/** @internal A body on its way. Whoever begins one ends or discards it. */
export class Receipt {
  readonly #engine: Engine
  readonly #receipt: number
  #received = 0
  /** The text of a body that is too long to be kept. */
  #text = ''
  #decoder?: TextDecoder

  /** `previous` is the engine's name for the last body, or 0; `expected` is how many bytes there may be, or 0. */
  constructor(engine: Engine, previous: number, expected: number) {
    this.#engine = engine
    this.#receipt = engine.json_begin(previous, expected)
  }

  write(chunk: Uint8Array): void {
    const engine = this.#engine
    const receipt = this.#receipt
    const { length } = chunk
    this.#received += length
    counted.received += length
    if (this.#decoder) {
      this.#text += this.#decoder.decode(chunk, { stream: true })
    } else if (length > 0) {
      view(engine.json_room(receipt, length), length).set(chunk)
      if (engine.json_received(receipt)) {
        this.#decoder = new TextDecoder()
        this.#text = this.#decoder.decode(this.#bytes(), { stream: true })
      }
    }
  }

  async read(reader: Reader): Promise<void> {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      this.write(chunkOf(value))
    }
  }

  /** Nothing more comes. Throws `SyntaxError` where it is no JSON. */
  end(held: Held | undefined): Result {
    const result = { value: undefined as unknown, body: 0, shared: false, received: this.#received, compared: 0, parsed: 0, spared: 0 }
    try {
      if (this.#decoder) {
        result.parsed = result.received
        result.value = JSON.parse(this.#text + this.#decoder.decode())
        this.discard()
      } else {
        this.#make(held, result)
        result.body = this.#engine.json_keep(this.#receipt)
      }
    } catch (error) {
      this.discard()
      throw error
    } finally {
      result.spared = Math.max(0, result.received - result.parsed)
      counted.parsed += result.parsed
      counted.spared += result.spared
    }
    return result
  }

  #make(held: Held | undefined, result: Result): void {
    const engine = this.#engine
    const outcome = engine.json_finish(this.#receipt, held !== undefined)
    const [program, length, slices, bytes, compared] = words(engine.json_left(), 5) as unknown as number[]
    result.compared = compared!
    result.shared = outcome <= WHOLE
    if (held && outcome === SAME) {
      result.value = held.value
      return
    }
    if (held && outcome === PATCH) {
      try {
        result.parsed = bytes!
        const parsed = JSON.parse(decode(view(slices!, bytes!)))
        result.value = applyPatch(words(program!, length!), parsed, held.value)
        return
      } catch {
        // Someone has changed the value that the bytes describe. The text has all of it.
        result.shared = false
      }
    }
    result.parsed = result.received
    try {
      result.value = JSON.parse(decode(this.#bytes()))
    } catch (error) {
      throw this.#located(error)
    }
  }

  /** Gives up on it. */
  discard(): void {
    this.#engine.json_discard(this.#receipt)
  }

  #bytes(): Uint8Array {
    return view(this.#engine.json_bytes(this.#receipt), this.#engine.json_length(this.#receipt))
  }

  /** Not every engine of JavaScript says where a text is no JSON. */
  #located(error: unknown): unknown {
    const at = this.#engine.json_fault(this.#receipt)
    if ((error as Error).name !== 'SyntaxError' || at < 0) return error
    const before = decode(this.#bytes().subarray(0, at))
    const lineStart = before.lastIndexOf('\n') + 1
    const line = before.split('\n').length
    const where = `byte ${at}, line ${line}, column ${before.length - lineStart + 1}`
    return new SyntaxError(`${(error as Error).message} (${where})`, { cause: error })
  }
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}
