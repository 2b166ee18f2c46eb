import { stats as bodies, type JsonStats } from '../stats.js'
import { wireBytes } from './wire.js'

/** Counts of responses that could be a delta. */
export interface DeltaFetchStats {
  /** Whole bodies that were kept. */
  whole: number
  /** Bodies that were made from the last one and a delta. */
  deltas: number
  /** Bytes of those deltas, decompressed. */
  deltaBytes: number
  /** Bytes of the bodies that were made of them. */
  madeBytes: number
  /** Deltas that did not fit: the body was fetched again, whole. */
  failed: number
}

/** As `JsonStats`, and what was transferred. */
export interface WireStats extends JsonStats {
  /**
   * Bytes that were transferred for bodies, encoded, from the latest 256 addresses that `deltaFetch` was asked for: what changed, or
   * the whole body compressed, or nothing for a 304.
   * `undefined` where the browser does not measure it. Other origins tell it if they send `Timing-Allow-Origin`.
   */
  wire: number | undefined
}

export const counted: DeltaFetchStats = { whole: 0, deltas: 0, deltaBytes: 0, madeBytes: 0, failed: 0 }

/** Counts since the start. */
export function deltaStats(): DeltaFetchStats {
  return { ...counted }
}

/** The counts of `stats()` of `whippet/json`, and the bytes on the wire. */
export function stats(): WireStats {
  return { ...bodies(), wire: wireBytes() }
}
