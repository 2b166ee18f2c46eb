import type { VitalsEngine } from './engine.js'
import { observe, type Observation } from './observe.js'

/** Set where the browser has no `performance.interactionCount`. */
let estimate: Observation | undefined

/** The number of interactions in this document. */
export function interactionCount(engine: VitalsEngine): number {
  return estimate ? engine.vital_count() : (performance.interactionCount ?? 0)
}

/** Without `performance.interactionCount`: estimates it from the interaction ids of all events, however short. */
export function countInteractions(engine: VitalsEngine): void {
  if (estimate || 'interactionCount' in performance) return
  estimate = observe(['event'], (entries) => countEntries(engine, entries), true, 0)
}

/** Counts entries that the browser has recorded but not delivered. */
export function countPending(engine: VitalsEngine): void {
  if (estimate) countEntries(engine, estimate.take())
}

function countEntries(engine: VitalsEngine, entries: PerformanceEntry[]): void {
  for (const { interactionId } of entries as PerformanceEventTiming[]) if (interactionId) engine.vital_note(interactionId)
}
