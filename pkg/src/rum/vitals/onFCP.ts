import { MetricCode } from '../../boundary/vitals.js'
import { now, whenPainted } from '../lib/eventsAndTimers.js'
import { forPage, observeMetric } from './metricReporter.js'
import { activationStart, firstHiddenTime } from './pageLifecycle.js'
import type { FCPMetric, MetricCallback, ReportOpts, ObserveOpts } from './types.js'

export { FCP_THRESHOLDS as FCPThresholds } from '../../boundary/vitals.js'

/** @internal Like `onFCP`, within a scope. */
export const observeFCP = (callback: MetricCallback<FCPMetric>, opts: ObserveOpts): void =>
  observeMetric<FCPMetric>('FCP', MetricCode.FCP, -1, ['paint'], callback, opts, (reporter) => {
    // Set with the first entry, and when the list with it ends.
    let isPainted = false
    let isDone = false
    return {
      deliver(entries) {
        // The paint is that of the document, wherever it comes in the list.
        for (const type of ['paint', 'soft-navigation']) reporter.process(entries.filter(({ entryType }) => entryType === type))
      },
      take(entry) {
        if (isDone || entry.name !== 'first-contentful-paint') return
        isPainted = true
        // A page that is hidden before it is painted has no FCP.
        if (entry.startTime >= firstHiddenTime()) return
        const { metric } = reporter
        metric.navigationId = entry.navigationId || metric.navigationId
        reporter.report(true, Math.max(entry.startTime - activationStart(), 0), [...metric.entries, entry])
      },
      navigate(entry) {
        reporter.begin(Math.max((entry.presentationTime || entry.paintTime || 0) - entry.startTime, 0), entry)
        reporter.report(true)
      },
      update() {
        isDone = isPainted
      },
      restored: (since) => whenPainted(() => reporter.report(true, now() - since)),
    }
  })

/** Reports First Contentful Paint when it happens. */
export const onFCP: (callback: (metric: FCPMetric) => void, opts?: ReportOpts) => void = /* @__PURE__ */ forPage(observeFCP)
