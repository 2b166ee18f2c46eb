import { memoryBytes, startedEngine } from './engine.js'

/** What came of one body, or of many: bytes. */
export interface BodyFigures {
  /** Came in. */
  received: number
  /** Were compared with the body before. */
  compared: number
  /** Were parsed. */
  parsed: number
  /** Came in, or need not have come, and were not parsed. */
  spared: number
}

/** Bytes of JSON bodies since the start. */
export interface JsonStats extends BodyFigures {
  /** Are kept now: bodies, and where their values are. */
  kept: number
  /** Were dropped to stay within the budget. */
  evicted: number
  /** Were read word by word, to know where values begin and end. */
  scanned: number
  /** The memory of the wasm module, which never shrinks. */
  memory: number
}

/** Counted here, since bodies that are too long for the engine count too. */
export const counted = { received: 0, parsed: 0, spared: 0 }

// Figures of the engine, by their number in crates/npm/src/json.rs.
const COMPARED = 1
const KEPT = 3
const EVICTED = 4
const SCANNED = 5

/** The figures of all queries together. What is parsed where wasm cannot run is not counted. */
export function stats(): JsonStats {
  const figure = (which: number) => startedEngine()?.json_stat(which) ?? 0
  return {
    received: counted.received,
    compared: figure(COMPARED),
    parsed: counted.parsed,
    spared: counted.spared,
    kept: figure(KEPT),
    evicted: figure(EVICTED),
    scanned: figure(SCANNED),
    memory: memoryBytes(),
  }
}
