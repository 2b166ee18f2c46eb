/**
 * The figures of all debounced, throttled, batched and memoized functions together. Their difference is the number of runs
 * that pacing saved.
 */
export interface TimingStats {
  /** How often they were called. */
  calls: number
  /** How often the wrapped functions ran. */
  invocations: number
}

export const figures: TimingStats = { calls: 0, invocations: 0 }
