// The first body of a query. Nothing is there to compare it with, and many are never fetched again: no wasm runs for it.
import { NO_BODY } from '../boundary/json.js'
import { decode } from './body.js'
import { startEngine, startedEngine } from './engine.js'
import { incomingBody, type Result } from './incomingBody.js'
import { counted } from './counted.js'

/** Reads and parses a body. The bytes are in the result. `undefined` if the body is to be read as a stream. */
export async function readFirst(response: Response): Promise<Result | undefined> {
  // Libraries may have bodies and no `arrayBuffer`. Where wasm cannot run, `json()` does the same in one.
  if (!response.arrayBuffer || startedEngine() === null) return
  const bytes = new Uint8Array(await response.arrayBuffer())
  const { length } = bytes
  let value
  try {
    value = JSON.parse(decode(bytes))
  } catch (error) {
    const engine = startEngine()
    if (!engine) throw error
    // The engine finds the place.
    const incoming = incomingBody(engine, NO_BODY, length)
    incoming.write(bytes)
    return incoming.end(undefined)
  }
  counted.received += length
  counted.parsed += length
  return { value, body: NO_BODY, bytes, shared: false, received: length, compared: 0, parsed: length, spared: 0 }
}
