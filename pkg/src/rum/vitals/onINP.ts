import { countInteractions, countPending, interactionCount } from './interactionCount.js'
import { createReporter, observeForPage } from './metricReporter.js'
import { observe } from './observe.js'
import { observeLifecycle, observeVisibility, whenActivated, whenIdle } from './pageLifecycle.js'
import { isSoftNavigation, reportsSoftNavigations } from './softNavigation.js'
import { EVENT_THRESHOLD, EventRank, TOO_SHORT } from '../../boundary/vitals.js'
import { vitalsEngine } from './engine.js'
import type { INPMetric, INPReportOpts, ObserveOpts } from './types.js'

export { INP_THRESHOLDS as INPThresholds } from '../../boundary/vitals.js'

/** Reports Interaction to Next Paint each time the page is hidden, if the value changed. */
export function onINP(callback: (metric: INPMetric) => void, opts: INPReportOpts = {}): void {
  observeForPage(observeINP, callback, opts)
}

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

/** Like `onINP`. Calls `observer`; returns a function that stops it. */
export function observeINP(
  callback: (metric: INPMetric) => void,
  opts: ObserveOpts,
  observer: INPObserver = { slowest: undefined },
): () => void {
  const known = (globalThis as { PerformanceEventTiming?: { prototype: object } }).PerformanceEventTiming
  if (!known || !('interactionId' in known.prototype) || !vitalsEngine()) return () => {}
  // Also while the page is prerendering.
  const stopVisibility = observeVisibility()
  const stop = whenActivated(() => observeEvents(callback, opts, observer))
  return () => {
    stopVisibility()
    stop()
  }
}

function observeEvents(callback: (metric: INPMetric) => void, opts: ObserveOpts, observer: INPObserver): () => void {
  return createReporter<INPMetric>('INP', -1, callback, opts.reportAllChanges, (reporter) => {
    const { engine, tracker } = reporter
    countInteractions(engine)
    /** The slowest events of the slowest interactions, by interaction id. */
    const slowest = new Map<number, PerformanceEventTiming[]>()
    /** Lists of entries that are processed when the browser is idle. */
    const queue = new Set<PerformanceEntry[]>()
    observer.slowest = slowest
    const begin = (type: 'soft-navigation' | 'back-forward-cache', entry?: PerformanceSoftNavigation) => {
      reporter.begin(type, -1, entry)
      slowest.clear()
      observer.begin?.()
    }
    const processEvent = (entry: PerformanceEventTiming) => {
      observer.event?.(entry)
      const id = entry.interactionId
      if (!id) return
      const rank = engine.vital_event(tracker, id, entry.startTime, entry.duration)
      const entries = slowest.get(id)
      if (rank === EventRank.EQUAL) entries?.push(entry)
      if (rank === EventRank.SLOWEST) {
        slowest.set(id, [entry])
        if (!entries) for (const id of slowest.keys()) if (!engine.vital_has(tracker, id)) slowest.delete(id)
      }
      const candidates = slowest.get(id)
      if (candidates) observer.candidate?.(id, candidates)
    }
    const update = () => {
      const { metric } = reporter
      const isFirst = metric.navigationType !== 'soft-navigation' && metric.navigationType !== 'back-forward-cache'
      const worst = engine.vital_inp(tracker, interactionCount(engine), isFirst ? 1 : 0)
      if (worst < 0) return
      const entries = slowest.get(worst) ?? []
      const value = entries[0]?.duration ?? TOO_SHORT
      if (value === metric.value) return
      metric.value = value
      metric.entries = entries
      reporter.report()
    }
    const process = (entries: PerformanceEntry[]) => {
      for (const entry of entries) {
        if (isSoftNavigation(entry)) {
          update()
          reporter.report(true)
          begin('soft-navigation', entry)
        } else processEvent(entry as PerformanceEventTiming)
      }
      update()
    }

    const types = ['event', 'first-input']
    if (reportsSoftNavigations(opts)) types.push('soft-navigation')
    const take = (entries: PerformanceEntry[]) => {
      queue.add(entries)
      // When the browser is idle, all events of an interaction have been delivered.
      whenIdle(() => queue.delete(entries) && process(entries))
    }
    const observation = observe(types, take, opts.buffered, opts.durationThreshold ?? EVENT_THRESHOLD)
    if (!observation) return
    reporter.defer(observation.stop)
    reporter.defer(observeLifecycle({
      hidden() {
        // The queue first, then entries that the browser has not delivered. Without them the last interaction before a
        // page is closed would be lost.
        countPending(engine)
        for (const entries of [...queue, observation.take()]) process(entries)
        queue.clear()
        reporter.report(true)
      },
      restored: () => begin('back-forward-cache'),
    }))
  })
}
