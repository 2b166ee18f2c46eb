// Where the body of a value is: in the engine, or still in JavaScript, as nobody has fetched it again.
import { BODY_BUDGET, KEPT, NO_BODY, TOTAL_BUDGET } from '../boundary/json.js'
import { setEngineBudget, startEngine, startedEngine, view } from './engine.js'

/** How many bytes of JSON are kept to compare new bodies with. */
export interface JsonBudget {
  /** The length of one body. A longer one is not kept, and is parsed each time. Default: 16 MiB. */
  body: number
  /** All bodies and their tapes together. The least recently used are evicted first. Default: 32 MiB. */
  total: number
}

/** A body that is kept, or was. */
export interface KeptBody {
  /** The engine's id of the body, or `NO_BODY` if the engine does not have it. */
  id: number
  /** The bytes that the engine has not seen. */
  chunks?: Uint8Array[]
  /** How many they are. */
  length?: number | undefined
}

const waiting = new Set<KeptBody>()
let waitingBytes = 0
let bodyBudget = BODY_BUDGET
let totalBudget = TOTAL_BUDGET

/** How many bytes are kept. */
export function keptBytes(): number {
  return waitingBytes + (startedEngine()?.json_stat(KEPT) ?? 0)
}

/** Keeps a body. Those of which the engine knows nothing are passed to it when there are too many bytes: it evicts. */
export function keep(body: KeptBody): void {
  if (body.chunks && body.length! <= bodyBudget) {
    waiting.add(body)
    waitingBytes += body.length!
  } else body.chunks = undefined
  if (waitingBytes > 0 && keptBytes() > totalBudget) waiting.forEach(idOf)
}

/** The engine's id of a body, which it takes over, or `NO_BODY`. */
export function idOf(body: KeptBody): number {
  const chunks = take(body)
  const engine = chunks && startEngine()
  if (engine) {
    const incoming = engine.json_begin(NO_BODY, body.length!)
    for (const chunk of chunks) {
      view(engine.json_room(incoming, chunk.length), chunk.length).set(chunk)
      engine.json_received(incoming)
    }
    engine.json_finish(incoming, 0 as never)
    body.id = engine.json_keep(incoming)
  } else if (chunks) waiting.forEach(take)
  return body.id
}

/** Drops a body. */
export function forget(body: KeptBody): void {
  take(body)
  if (body.id !== NO_BODY) startedEngine()?.json_forget(body.id)
  body.id = NO_BODY
}

/** Takes the bytes that wait for the engine. */
function take(body: KeptBody): Uint8Array[] | undefined {
  const { chunks } = body
  if (chunks) {
    body.chunks = undefined
    waiting.delete(body)
    waitingBytes -= body.length!
  }
  return chunks
}

/** Changes how much is kept, and evicts what exceeds it. A bound that is not given stays. */
export function setJsonBudget({ body = bodyBudget, total = totalBudget }: Partial<JsonBudget> = {}): void {
  bodyBudget = body
  totalBudget = total
  waiting.forEach(idOf)
  setEngineBudget(body, total)
}
