import { within } from '../lib/scope.js'
import type { VitalsEngine } from './engine.js'
import { observe, type Pending } from './observe.js'

/** Set where the browser has no `performance.interactionCount`. */
let estimate: Pending | undefined

/** The number of interactions in this document. */
export const interactionCount = (engine: VitalsEngine): number =>
  estimate ? engine.vital_count(0) : (performance.interactionCount ?? 0)

/**
 * Without `performance.interactionCount`: estimates it from the interaction ids of all events, however short. Called
 * again, counts those that the browser has recorded but not delivered.
 */
export function countInteractions(engine: VitalsEngine): void {
  const count = (entries: PerformanceEntry[]) => {
    for (const { interactionId } of entries as PerformanceEventTiming[]) engine.vital_count(interactionId || 0)
  }
  if (estimate) count(estimate())
  else if (!('interactionCount' in performance)) estimate = within(undefined, () => observe(['event'], count, true, 0))
}
