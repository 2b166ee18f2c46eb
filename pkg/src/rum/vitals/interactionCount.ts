import { observe, type Observation } from './observe.js'
import type { Engine } from './wasm.js'

let estimate: Observation | undefined

/** How many interactions there were in this document. */
export function interactionCount(engine: Engine): number {
  return estimate ? engine.vital_count() : (performance.interactionCount ?? 0)
}

/** Sees to it that interactions are counted, where the browser does not: by the ids of all events, however short. */
export function countInteractions(engine: Engine): void {
  if (estimate || 'interactionCount' in performance) return
  estimate = observe(['event'], (entries) => note(engine, entries), true, 0)
}

/** Counts what the browser did not tell yet, too. */
export function countLatest(engine: Engine): void {
  if (estimate) note(engine, estimate.take())
}

function note(engine: Engine, entries: PerformanceEntry[]): void {
  for (const { interactionId } of entries as PerformanceEventTiming[]) if (interactionId) engine.vital_note(interactionId)
}
