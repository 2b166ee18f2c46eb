// The first body of a query. Nothing is there to compare it with, and many are never fetched again: no wasm runs for it.
import { NO_BODY } from '../boundary/json.js'
import { eachChunk, fillerOf } from './body.js'
import { startEngine, startedEngine } from './engine.js'
import { incomingBody, type Result } from './incomingBody.js'
import { counted } from './counted.js'

/** Reads and parses a body. The bytes are in the result. `undefined` if somebody else is to read it. */
export async function readFirst(response: Response): Promise<Result | undefined> {
  // Where wasm cannot run, `json()` does the same in one.
  const reader = startedEngine() !== null && fillerOf(response.body)
  if (!reader) return
  const chunks: Uint8Array[] = []
  const decoder = new TextDecoder()
  let text = ''
  let length = 0
  // Decoded while it is read: all at once by `arrayBuffer` takes more time than `json()`.
  const take = (chunk: Uint8Array) => {
    text += decoder.decode(chunk, { stream: true })
    chunks.push(chunk.slice())
    length += chunk.length
  }
  // Most bodies are one chunk. Longer chunks take more time where a page holds little else.
  await eachChunk(reader, take, 0x10000)
  let value
  try {
    value = JSON.parse(text + decoder.decode())
  } catch (error) {
    const engine = startEngine()
    if (!engine) throw error
    // The engine finds the place.
    const incoming = incomingBody(engine, NO_BODY, length)
    chunks.forEach(incoming.write)
    return incoming.end(undefined)
  }
  counted.received += length
  counted.parsed += length
  return { value, body: NO_BODY, chunks, shared: false, received: length, compared: 0, parsed: length, spared: 0 }
}
