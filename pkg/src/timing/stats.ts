import { started, syncAll } from './host.js'

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

export function stats(): TimingStats {
  syncAll()
  const engine = started()
  return { calls: engine?.pace_calls() ?? 0, invocations: engine?.pace_invocations() ?? 0 }
}
