import { isBroken } from './engine.js'
import { figures, type TimingStats } from './figures.js'

export type { TimingStats }

export function stats(): TimingStats {
  return isBroken ? { calls: 0, invocations: 0 } : { ...figures }
}
