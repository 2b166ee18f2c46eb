import { EventRank, INP_THRESHOLDS } from '../../boundary/vitals.js'
import { whenIdle } from '../lib/eventsAndTimers.js'
import { countInteractions, interactionCount } from './interactionCount.js'
import { forPage, isFirstView, observeMetric } from './metricReporter.js'
import { observeVisibility } from './pageLifecycle.js'
import { type Interaction, slowestInteractionsEvent, slowestInteractionsInpOfView } from '../../rules/vitals.js'
import type { INPMetric, INPReportOpts, ObserveOpts } from './types.js'

export { INP_THRESHOLDS as INPThresholds }

/** One of the slowest interactions, with the slowest of its events. */
export interface Candidate extends Interaction {
  entries$?: PerformanceEventTiming[]
}

/** The slowest interactions of a page view. */
export interface Candidates {
  list$: Candidate[]
}

/**
 * @internal Like `onINP`, within a scope. For attribution, in `candidates` are the slowest interactions; `onEvent` is called for each event,
 * before it is processed, and `onCandidate` after an event of one of those, with its slowest events, and what it was before.
 */
export function observeINP(
  callback: (metric: INPMetric) => void,
  opts: ObserveOpts,
  candidates: Candidates = { list$: [] },
  onEvent?: (entry: PerformanceEventTiming) => void,
  onCandidate?: (entries: PerformanceEventTiming[], before?: Candidate) => void,
): void {
  if (!('interactionId' in PerformanceEventTiming.prototype)) return
  // Before the events, and both also while the page is prerendering.
  countInteractions()
  observeVisibility()
  observeMetric<INPMetric>('INP', INP_THRESHOLDS, -1, ['event', 'first-input'], callback, opts, (reporter, pending) => {
    /** Interactions of the document before this page view. */
    let countBefore = 0
    /** Lists of entries that are processed when the browser is idle. */
    const queue = new Set<PerformanceEntry[]>()
    const begin = () => {
      countBefore = interactionCount()
      candidates.list$ = []
    }
    const update = () => {
      const { metric$: metric } = reporter
      const count = interactionCount() - countBefore
      const worst: Candidate | undefined = slowestInteractionsInpOfView(candidates, count, isFirstView(metric))
      if (worst && worst.duration$ !== metric.value) reporter.report$(false, worst.duration$, worst.id$ ? worst.entries$ : [])
    }
    return {
      __proto__: null,
      deliver$(entries) {
        queue.add(entries)
        // When the browser is idle, all events of an interaction have been delivered.
        whenIdle(() => queue.delete(entries) && reporter.process$(entries))
      },
      take$(entry) {
        const event = entry as PerformanceEventTiming
        onEvent?.(event)
        const { interactionId: id, startTime, duration } = event
        if (!id) return
        const find = () => candidates.list$.find((known) => known.id$ === id)
        const before = find()
        const rank = slowestInteractionsEvent(candidates, id, startTime, duration)
        const found = find()
        if (!found) return
        if (rank === EventRank.SLOWEST) found.entries$ = []
        if (rank) found.entries$!.push(event)
        onCandidate?.(found.entries$!, before)
      },
      navigate$(entry) {
        update()
        reporter.report$(true)
        reporter.begin$(-1, entry)
        begin()
      },
      update$: update,
      hidden$() {
        // The queue first, then entries that the browser has not delivered. Without them the last interaction before a
        // page is closed would be lost.
        countInteractions()
        for (const entries of [...queue, pending()]) reporter.process$(entries)
        queue.clear()
        reporter.report$(true)
      },
      restored$: begin,
    }
  })
}

/** Reports Interaction to Next Paint each time the page is hidden, if the value changed. */
export const onINP: (callback: (metric: INPMetric) => void, opts?: INPReportOpts) => void = /* @__PURE__ */ forPage(observeINP)
