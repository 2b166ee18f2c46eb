import { figures, type TimingStats } from './figures.js'

export type { TimingStats }

/** The figures of all debounced, throttled, batched and memoized functions together. */
export function stats(): TimingStats {
  return { ...figures }
}
