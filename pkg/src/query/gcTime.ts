import { environmentManager } from './environmentManager.js'
import type { Exports } from './wasm.js'

/** @internal For how many ms what nobody looks at is kept; for ever where the option is no number. */
export function resolveGcTime(exports: Exports, option: number | undefined): number {
  const ms = Math.max(option ?? exports.query_default_gc_time(+environmentManager.isServer()), 0)
  return Number.isNaN(ms) ? Infinity : ms
}
