import { MetricCode } from '../../boundary/vitals.js'
import { now, whenPainted } from '../lib/eventsAndTimers.js'
import { forPage, observeMetric } from './metricReporter.js'
import { activationStart, firstHiddenTime } from './pageLifecycle.js'
import type { FCPMetric, ReportOpts, ObserveOpts } from './types.js'

export { FCP_THRESHOLDS as FCPThresholds } from '../../boundary/vitals.js'

/** Like `onFCP`. Calls `onSoftNavigation` before the report of each; returns a function that stops it. */
export const observeFCP = (
  callback: (metric: FCPMetric) => void,
  opts: ObserveOpts,
  onSoftNavigation?: (entry: PerformanceSoftNavigation) => void,
): (() => void) =>
  observeMetric<FCPMetric>('FCP', MetricCode.FCP, -1, ['paint'], callback, opts, (reporter) => ({
    take(entry) {
      // A page that is hidden before it is painted has no FCP.
      if (entry.name !== 'first-contentful-paint' || entry.startTime >= firstHiddenTime()) return
      reporter.metric.navigationId = entry.navigationId || reporter.metric.navigationId
      reporter.report(true, Math.max(entry.startTime - activationStart(), 0), [entry])
    },
    navigate(entry) {
      onSoftNavigation?.(entry)
      reporter.begin(Math.max((entry.presentationTime || entry.paintTime || 0) - entry.startTime, 0), entry)
      reporter.report(true)
    },
    restored: (since) => whenPainted(() => reporter.report(true, now() - since)),
  }))

/** Reports First Contentful Paint when it happens. */
export const onFCP: (callback: (metric: FCPMetric) => void, opts?: ReportOpts) => void = /* @__PURE__ */ forPage(observeFCP)
