import { within } from '../lib/scope.js'
import { interactionCountEstimateCount, interactionCountEstimateNew, interactionCountEstimateNote } from '../../rules/vitals.js'
import { observe, type Pending } from './observe.js'

const estimate = /* @__PURE__ */ interactionCountEstimateNew()
/** Set where the browser has no `performance.interactionCount`. */
let pending: Pending | undefined

/** The number of interactions in this document. */
export const interactionCount = (): number =>
  pending ? interactionCountEstimateCount(estimate) : (performance.interactionCount ?? 0)

/**
 * Without `performance.interactionCount`: estimates it from the interaction ids of all events, however short. Called
 * again, counts those that the browser has recorded but not delivered.
 */
export function countInteractions(): void {
  const count = (entries: PerformanceEntry[]) => {
    for (const { interactionId } of entries as PerformanceEventTiming[])
      interactionCountEstimateNote(estimate, interactionId || 0)
  }
  if (pending) count(pending())
  else if (!('interactionCount' in performance)) pending = within(undefined, () => observe(['event'], count, true, 0))
}
