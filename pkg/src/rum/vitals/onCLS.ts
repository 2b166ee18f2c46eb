import { MetricCode } from '../../boundary/vitals.js'
import { setTimer, whenPainted } from '../lib/eventsAndTimers.js'
import { forPage, observeMetric } from './metricReporter.js'
import { observeVisibility } from './pageLifecycle.js'
import { observeFCP } from './onFCP.js'
import { vitalsEngine } from './engine.js'
import type { CLSMetric, ReportOpts, ObserveOpts } from './types.js'

export { CLS_THRESHOLDS as CLSThresholds } from '../../boundary/vitals.js'

/** @internal Like `onCLS`, within a scope. Calls `onShift` for each shift that counts. */
export function observeCLS(
  callback: (metric: CLSMetric) => void,
  opts: ObserveOpts,
  onShift?: (shift: LayoutShift) => void,
): void {
  if (!vitalsEngine()) return
  let isStarted = false
  observeVisibility()
  // Only page views with an FCP have a CLS, as in the Chrome User Experience Report.
  const onFirstPaint = () => {
    if (!isStarted) observeShifts(callback, opts, onShift)
    isStarted = true
  }
  observeFCP(onFirstPaint, { buffered: opts.buffered })
}

const observeShifts = (callback: (metric: CLSMetric) => void, opts: ObserveOpts, onShift?: (shift: LayoutShift) => void): void =>
  observeMetric<CLSMetric>('CLS', MetricCode.CLS, 0, ['layout-shift'], callback, opts, (reporter, pending) => {
    const { engine, tracker } = reporter
    /** The shifts of the current session window. */
    let window: LayoutShift[] = []

    const update = (settled?: boolean) => {
      const score = engine.vital_score(tracker)
      if (score > reporter.metric.value) reporter.report(settled, score, window)
      else reporter.report(settled)
    }
    /** Returns a function that reports, unless a new page view has begun. */
    const reportLater = () => {
      const { metric } = reporter
      return () => metric === reporter.metric && reporter.report()
    }
    // With `reportAllChanges` a page without shifts reports a CLS of 0.
    setTimer(reportLater())
    return {
      take(entry) {
        const shift = entry as LayoutShift
        if (shift.hadRecentInput) return
        if (engine.vital_shift(tracker, shift.startTime, shift.value)) window = []
        window.push(shift)
        onShift?.(shift)
      },
      navigate(entry) {
        update(true)
        reporter.begin(0, entry)
      },
      update,
      hidden: () => reporter.process(pending(), true),
      restored: () => whenPainted(reportLater()),
    }
  })

/** Reports Cumulative Layout Shift each time the page is hidden, if the value rose. */
export const onCLS: (callback: (metric: CLSMetric) => void, opts?: ReportOpts) => void = /* @__PURE__ */ forPage(observeCLS)
