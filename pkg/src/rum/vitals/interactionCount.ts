import { observe } from './observe.js'
import type { Engine } from './wasm.js'

let estimated = false

/** How many interactions there were in this document. */
export function interactionCount(engine: Engine): number {
  return estimated ? engine.vital_count() : (performance.interactionCount ?? 0)
}

/** Sees to it that interactions are counted, where the browser does not: by the ids of all events, however short. */
export function countInteractions(engine: Engine): void {
  if (estimated || 'interactionCount' in performance) return
  estimated = !!observe(
    ['event'],
    (entries) => {
      for (const { interactionId } of entries as PerformanceEventTiming[]) {
        if (interactionId) engine.vital_note(interactionId)
      }
    },
    true,
    0,
  )
}
