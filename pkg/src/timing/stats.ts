import { started, tellAll } from './host.js'

/**
 * The figures of all debounced, throttled, batched and memoized functions together. The difference is what
 * pacing saved.
 */
export interface TimingStats {
  /** How often they were called. */
  calls: number
  /** How often the functions behind them ran. */
  invocations: number
}

export function stats(): TimingStats {
  tellAll()
  const engine = started()
  return { calls: engine?.pace_calls() ?? 0, invocations: engine?.pace_invocations() ?? 0 }
}
