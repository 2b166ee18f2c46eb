import { EventRank, MetricCode, TOO_SHORT } from '../../boundary/vitals.js'
import { whenIdle } from '../lib/eventsAndTimers.js'
import { attempt } from '../lib/guard.js'
import { vitalsEngine } from './engine.js'
import { countInteractions, interactionCount } from './interactionCount.js'
import { forPage, isFirstView, observeMetric } from './metricReporter.js'
import { observeVisibility } from './pageLifecycle.js'
import type { INPMetric, INPReportOpts, ObserveOpts } from './types.js'

export { INP_THRESHOLDS as INPThresholds } from '../../boundary/vitals.js'

/** Callbacks for attribution. */
export interface INPObserver {
  /** Called for each event, before it is processed. */
  event?(entry: PerformanceEventTiming): void
  /** Called after an event of one of the slowest interactions, with the slowest events of that interaction. */
  candidate?(interaction: number, entries: PerformanceEventTiming[]): void
  /** Called when a new page view begins. */
  begin?(): void
  /** Set by `observeINP`: the slowest events of the slowest interactions, by interaction id. */
  slowest: ReadonlyMap<number, PerformanceEventTiming[]> | undefined
}

/** @internal Like `onINP`, within a scope. Calls `observer`. */
export function observeINP(
  callback: (metric: INPMetric) => void,
  opts: ObserveOpts,
  observer: INPObserver = { slowest: undefined },
): void {
  const engine = vitalsEngine()
  if (!engine || !attempt(() => 'interactionId' in PerformanceEventTiming.prototype)) return
  // Before the events, and both also while the page is prerendering.
  countInteractions(engine)
  observeVisibility()
  observeEvents(callback, opts, observer)
}

const observeEvents = (callback: (metric: INPMetric) => void, opts: ObserveOpts, observer: INPObserver): void =>
  observeMetric<INPMetric>('INP', MetricCode.INP, -1, ['event', 'first-input'], callback, opts, (reporter, pending) => {
    const { engine, tracker } = reporter
    /** The slowest events of the slowest interactions, by interaction id. */
    const slowest = new Map<number, PerformanceEventTiming[]>()
    /** Lists of entries that are processed when the browser is idle. */
    const queue = new Set<PerformanceEntry[]>()
    observer.slowest = slowest
    const begin = () => {
      slowest.clear()
      observer.begin?.()
    }
    const update = () => {
      const { metric } = reporter
      const worst = engine.vital_inp(tracker, interactionCount(engine), isFirstView(metric) ? 1 : 0)
      if (worst < 0) return
      const entries = slowest.get(worst) ?? []
      const value = entries[0]?.duration ?? TOO_SHORT
      if (value !== metric.value) reporter.report(false, value, entries)
    }
    return {
      deliver(entries) {
        queue.add(entries)
        // When the browser is idle, all events of an interaction have been delivered.
        whenIdle(() => queue.delete(entries) && reporter.process(entries))
      },
      take(entry) {
        const event = entry as PerformanceEventTiming
        observer.event?.(event)
        const id = event.interactionId
        if (!id) return
        const rank = engine.vital_event(tracker, id, event.startTime, event.duration)
        const entries = slowest.get(id)
        if (rank === EventRank.EQUAL) entries?.push(event)
        if (rank === EventRank.SLOWEST) {
          slowest.set(id, [event])
          if (!entries) for (const id of slowest.keys()) if (!engine.vital_has(tracker, id)) slowest.delete(id)
        }
        const candidates = slowest.get(id)
        if (candidates) observer.candidate?.(id, candidates)
      },
      navigate(entry) {
        update()
        reporter.report(true)
        reporter.begin(-1, entry)
        begin()
      },
      update,
      hidden() {
        // The queue first, then entries that the browser has not delivered. Without them the last interaction before a
        // page is closed would be lost.
        countInteractions(engine)
        for (const entries of [...queue, pending()]) reporter.process(entries)
        queue.clear()
        reporter.report(true)
      },
      restored: begin,
    }
  })

/** Reports Interaction to Next Paint each time the page is hidden, if the value changed. */
export const onINP: (callback: (metric: INPMetric) => void, opts?: INPReportOpts) => void = /* @__PURE__ */ forPage(observeINP)
