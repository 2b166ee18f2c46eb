import { environmentManager } from './environmentManager.js'
import type { Exports } from './wasm.js'

/** @internal The option or its default, in ms. NaN counts as `Infinity`. */
export function resolveGcTime(exports: Exports, option: number | undefined): number {
  const ms = Math.max(option ?? exports.query_default_gc_time(+environmentManager.isServer()), 0)
  return Number.isNaN(ms) ? Infinity : ms
}
