import { DEFAULT_GC_TIME, SERVER_GC_TIME } from '../boundary/query.js'
import { environmentManager } from './environmentManager.js'

/** @internal The option or its default, in ms. NaN counts as `Infinity`. */
export function resolveGcTime(option: number | undefined): number {
  const ms = Math.max(option ?? (environmentManager.isServer() ? SERVER_GC_TIME : DEFAULT_GC_TIME), 0)
  return Number.isNaN(ms) ? Infinity : ms
}
