import { figures, type TimingStats } from './figures.js'

export type { TimingStats }

export function stats(): TimingStats {
  return { ...figures }
}
