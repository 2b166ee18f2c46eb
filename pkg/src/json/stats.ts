import { COMPARED, EVICTED, SCANNED } from '../boundary/json.js'
import { counted } from './counted.js'
import { memoryBytes, startedEngine } from './engine.js'
import { keptBytes } from './keptBody.js'

/** Counts of bytes, of one body or of many. */
export interface BodyFigures {
  /** Bytes that arrived. */
  received: number
  /** Bytes that were compared with the previous body. */
  compared: number
  /** Bytes that were parsed. */
  parsed: number
  /** Bytes that were not parsed, though they arrived, or would have without an `ETag`. */
  spared: number
}

/** Counts of bytes since the start. */
export interface JsonStats extends BodyFigures {
  /** Bytes that are kept now: bodies and their tapes, which say where values are. */
  kept: number
  /** Bytes that were evicted to stay within the budget. */
  evicted: number
  /** Bytes that were read token by token, to find where values begin and end. */
  scanned: number
  /** Bytes of the wasm memory, which never shrinks. 0 before a second body of anything has arrived. */
  memory: number
}

/** The counts of all queries together. Bodies that are parsed without wasm are not counted. */
export function stats(): JsonStats {
  const figure = (which: number) => startedEngine()?.json_stat(which) ?? 0
  return {
    received: counted.received,
    compared: figure(COMPARED),
    parsed: counted.parsed,
    spared: counted.spared,
    kept: keptBytes(),
    evicted: figure(EVICTED),
    scanned: figure(SCANNED),
    memory: memoryBytes(),
  }
}
