import { environmentManager } from './environmentManager.js'

const FIVE_MINUTES = 5 * 60 * 1000

/** For how many ms what nobody looks at is kept; for ever where the option is no number. */
export function gcTimeOf(option: number | undefined): number {
  const ms = Math.max(option ?? (environmentManager.isServer() ? Infinity : FIVE_MINUTES), 0)
  return Number.isNaN(ms) ? Infinity : ms
}
