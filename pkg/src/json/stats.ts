import { startedEngine } from './engine.js'

/** Bytes of JSON bodies since the start. */
export interface JsonStats {
  /** Came in. */
  received: number
  /** Were compared with the body before. */
  compared: number
  /** Were parsed. */
  parsed: number
  /** Came in as they were before, so that nothing had to be parsed. */
  spared: number
  /** Are kept now, to compare with. */
  kept: number
  /** Were dropped to stay within the budget. */
  evicted: number
}

/** Counted here, since bodies that are too long for the engine count too. */
export const counted = { received: 0, parsed: 0 }

// Figures of the engine, by their number in crates/npm/src/json.rs.
const COMPARED = 1
const SPARED = 2
const KEPT = 3
const EVICTED = 4

/** The figures of all queries together. What is parsed where wasm cannot run is not counted. */
export function stats(): JsonStats {
  const figure = (which: number) => startedEngine()?.json_stat(which) ?? 0
  return {
    ...counted,
    compared: figure(COMPARED),
    spared: figure(SPARED),
    kept: figure(KEPT),
    evicted: figure(EVICTED),
  }
}
