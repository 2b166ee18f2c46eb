import { started, tellAll } from './host.js'

/** The figures of all debounced and throttled functions together. */
export interface TimingStats {
  /** How often they were called. */
  calls: number
  /** How often the functions behind them ran. */
  invocations: number
}

export function stats(): TimingStats {
  tellAll()
  const engine = started()
  return { calls: engine?.pacers_calls() ?? 0, invocations: engine?.pacers_invocations() ?? 0 }
}
