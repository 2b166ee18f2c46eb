import { readerOf } from './body.js'
import { cached, type QueryContext } from './cached.js'
import { startEngine } from './engine.js'
import { contentLength, skip } from './parseJson.js'
import { httpError } from './httpError.js'
import { Receipt } from './receipt.js'

/** The value of a body: what is in the cache, as far as the bytes say that it is the same. */
export async function readJson(response: Response, context: QueryContext): Promise<unknown> {
  const previous = cached(context)
  const notModified = response.status === 304
  if (previous && (notModified || previous.isBodyOf(response))) {
    const held = previous.held()
    if (held) {
      // It is the body of last time: none of it has to come.
      skip(response, previous.length)
      previous.spared()
      return held.value
    }
  }
  if (notModified) throw await httpError(response)

  const engine = response.body ? startEngine() : undefined
  const reader = engine && readerOf(response.body)
  if (!engine || !reader) return response.json()

  const receipt = new Receipt(engine, previous?.body ?? 0, contentLength(response))
  try {
    await receipt.read(reader)
  } catch (error) {
    receipt.discard()
    throw error
  }
  // The cache is asked now, not when the fetch began: it may have been written to meanwhile.
  const held = previous?.held()
  const result = receipt.end(held)
  previous?.became(result, held, response)
  return result.value
}
