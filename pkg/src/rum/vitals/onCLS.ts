import { CLS_THRESHOLDS } from '../../boundary/vitals.js'
import { setTimer, whenPainted } from '../lib/eventsAndTimers.js'
import { forPage, observeMetric } from './metricReporter.js'
import { observeVisibility } from './pageLifecycle.js'
import { sessionWindowsNew, sessionWindowsShift } from '../../rules/vitals.js'
import { observeFCP } from './onFCP.js'
import type { CLSMetric, ReportOpts, ObserveOpts } from './types.js'

export { CLS_THRESHOLDS as CLSThresholds }

/** @internal Like `onCLS`, within a scope. Calls `onShift` for each shift that counts. */
export function observeCLS(
  callback: (metric: CLSMetric) => void,
  opts: ObserveOpts,
  onShift?: (shift: LayoutShift) => void,
): void {
  let isStarted = false
  // Also while the page is prerendering.
  observeVisibility()
  // Only page views with an FCP have a CLS, as in the Chrome User Experience Report.
  const onFirstPaint = () => {
    if (!isStarted) observeShifts(callback, opts, onShift)
    isStarted = true
  }
  observeFCP(onFirstPaint, { buffered: opts.buffered })
}

const observeShifts = (callback: (metric: CLSMetric) => void, opts: ObserveOpts, onShift?: (shift: LayoutShift) => void): void =>
  observeMetric<CLSMetric>('CLS', CLS_THRESHOLDS, 0, ['layout-shift'], callback, opts, (reporter, pending) => {
    let windows = sessionWindowsNew()
    /** The shifts of the current window. */
    let shifts: LayoutShift[] = []

    const update = (settled?: boolean) => {
      const { score$: score } = windows
      if (score > reporter.metric$.value) reporter.report$(settled, score, shifts)
      else reporter.report$(settled)
    }
    /** Returns a function that reports, unless a new page view has begun. */
    const reportLater = () => {
      const { metric$: metric } = reporter
      return () => metric === reporter.metric$ && reporter.report$()
    }
    // With `reportAllChanges` a page without shifts reports a CLS of 0.
    setTimer(reportLater())
    return {
      __proto__: null,
      take$(entry) {
        const shift = entry as LayoutShift
        if (shift.hadRecentInput) return
        if (sessionWindowsShift(windows, shift.startTime, shift.value)) shifts = []
        shifts.push(shift)
        onShift?.(shift)
      },
      navigate$(entry) {
        update(true)
        reporter.begin$(0, entry)
        windows = sessionWindowsNew()
      },
      update$: update,
      hidden$: () => reporter.process$(pending(), true),
      restored$() {
        windows = sessionWindowsNew()
        whenPainted(reportLater())
      },
    }
  })

/** Reports Cumulative Layout Shift each time the page is hidden, if the value rose. */
export const onCLS: (callback: (metric: CLSMetric) => void, opts?: ReportOpts) => void = /* @__PURE__ */ forPage(observeCLS)
