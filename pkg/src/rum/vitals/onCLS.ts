import { setTimer } from '../lib/eventsAndTimers.js'
import { createReporter, observeForPage } from './metricReporter.js'
import { observe } from './observe.js'
import { observeLifecycle, observeVisibility, whenPainted } from './pageLifecycle.js'
import { observeFCP } from './onFCP.js'
import { isSoftNavigation, reportsSoftNavigations } from './softNavigation.js'
import { vitalsEngine } from './engine.js'
import type { CLSMetric, ReportOpts, ObserveOpts } from './types.js'

export { CLS_THRESHOLDS as CLSThresholds } from '../../boundary/vitals.js'

/** Reports Cumulative Layout Shift each time the page is hidden, if the value rose. */
export function onCLS(callback: (metric: CLSMetric) => void, opts: ReportOpts = {}): void {
  observeForPage(observeCLS, callback, opts)
}

/** Like `onCLS`. Calls `onShift` for each shift that counts; returns a function that stops it. */
export function observeCLS(
  callback: (metric: CLSMetric) => void,
  opts: ObserveOpts,
  onShift?: (shift: LayoutShift) => void,
): () => void {
  if (!vitalsEngine()) return () => {}
  let started = false
  const stops: (() => void)[] = []
  // Only page views with an FCP have a CLS, as in the Chrome User Experience Report.
  const onFirstPaint = () => {
    if (started) return
    started = true
    stops.push(observeShifts(callback, opts, onShift))
  }
  stops.push(observeVisibility(), observeFCP(onFirstPaint, { buffered: opts.buffered }))
  return () => {
    for (const stop of stops) stop()
  }
}

function observeShifts(
  callback: (metric: CLSMetric) => void,
  opts: ObserveOpts,
  onShift?: (shift: LayoutShift) => void,
): () => void {
  return createReporter<CLSMetric>('CLS', 0, callback, opts.reportAllChanges, (reporter) => {
    const { engine, tracker } = reporter
    /** The shifts of the current session window. */
    let window: LayoutShift[] = []

    const update = (settled?: boolean) => {
      const score = engine.vital_score(tracker)
      if (score > reporter.metric.value) {
        reporter.metric.value = score
        reporter.metric.entries = window
      }
      reporter.report(settled)
    }
    /** Returns a function that reports, unless a new page view has begun. */
    const reportLater = () => {
      const { metric } = reporter
      return () => metric === reporter.metric && reporter.report()
    }
    const take = (entries: PerformanceEntry[], settled?: boolean) => {
      for (const entry of entries) {
        if (isSoftNavigation(entry)) {
          update(true)
          reporter.begin('soft-navigation', 0, entry)
        } else if (!(entry as LayoutShift).hadRecentInput) {
          const shift = entry as LayoutShift
          if (engine.vital_shift(tracker, shift.startTime, shift.value)) window = [shift]
          else window.push(shift)
          onShift?.(shift)
        }
      }
      update(settled)
    }

    const types = reportsSoftNavigations(opts) ? ['layout-shift', 'soft-navigation'] : ['layout-shift']
    const observation = observe(types, take, opts.buffered)
    if (!observation) return
    reporter.defer(observation.stop)
    reporter.defer(observeLifecycle({
      hidden: () => take(observation.take(), true),
      restored() {
        reporter.begin('back-forward-cache', 0)
        whenPainted(reportLater())
      },
    }))
    // With `reportAllChanges` a page without shifts reports a CLS of 0.
    reporter.defer(setTimer(reportLater()))
  })
}
