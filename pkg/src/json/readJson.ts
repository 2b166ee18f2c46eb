import { cached, remember, type QueryContext } from './cached.js'
import { startEngine, view, type Engine } from './engine.js'
import { counted } from './stats.js'

/** The value of a body: the cached one where the bytes say that it is the same. */
export async function readJson(response: Response, context: QueryContext): Promise<unknown> {
  const engine = response.body ? startEngine() : undefined
  if (!engine || !response.body) return response.json()

  const previous = cached(context)
  const receipt = engine.json_begin(previous?.body ?? 0)
  let kept = false
  try {
    const long = await receive(engine, receipt, response.body)
    previous?.weighs(long?.length ?? engine.json_length(receipt))
    if (long !== undefined) return JSON.parse(long)

    // The cache is asked now, not when the fetch began: it may have been written to meanwhile.
    const held = engine.json_finish(receipt) ? previous?.held() : undefined
    let value: unknown
    if (held) {
      engine.json_spare(receipt)
      value = held.value
    } else {
      value = parse(engine, receipt)
    }
    if (previous) {
      kept = true
      remember(engine, previous, engine.json_keep(receipt), value)
    }
    return value
  } finally {
    if (!kept) engine.json_discard(receipt)
  }
}

/** Reads a body into the engine; gives its text where it is too long to be kept there. */
async function receive(
  engine: Engine,
  receipt: number,
  body: ReadableStream<Uint8Array>,
): Promise<string | undefined> {
  const reader = body.getReader()
  let decoder: TextDecoder | undefined
  let text = ''
  for (;;) {
    const { value: chunk, done } = await reader.read()
    if (done) break
    counted.received += chunk.length
    if (decoder) {
      counted.parsed += chunk.length
      text += decoder.decode(chunk, { stream: true })
    } else if (chunk.length > 0) {
      view(engine.json_room(receipt, chunk.length), chunk.length).set(chunk)
      if (engine.json_received(receipt)) {
        decoder = new TextDecoder()
        text = decode(engine, receipt, decoder, true)
      }
    }
  }
  return decoder && text + decoder.decode()
}

function parse(engine: Engine, receipt: number): unknown {
  return JSON.parse(decode(engine, receipt, new TextDecoder(), false))
}

function decode(engine: Engine, receipt: number, decoder: TextDecoder, stream: boolean): string {
  const bytes = view(engine.json_bytes(receipt), engine.json_length(receipt))
  counted.parsed += bytes.length
  return decoder.decode(bytes, { stream })
}
