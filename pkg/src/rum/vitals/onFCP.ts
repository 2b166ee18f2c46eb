import { FCP_THRESHOLDS } from '../../boundary/vitals.js'
import { now, whenPainted } from '../lib/eventsAndTimers.js'
import { forPage, observeMetric } from './metricReporter.js'
import { activationStart, hiddenAt } from './pageLifecycle.js'
import type { FCPMetric, MetricCallback, ReportOpts, ObserveOpts } from './types.js'

export { FCP_THRESHOLDS as FCPThresholds }

/** @internal Like `onFCP`, within a scope. */
export const observeFCP = (callback: MetricCallback<FCPMetric>, opts: ObserveOpts): void =>
  observeMetric<FCPMetric>('FCP', FCP_THRESHOLDS, -1, ['paint'], callback, opts, (reporter) => {
    // Set with the first entry, and after the list with it.
    let isPainted = false
    let isDone = false
    return {
      __proto__: null,
      deliver$(entries) {
        isDone = isPainted
        // `paint` before `soft-navigation`, whose name is longer: the paint is that of the document, wherever it comes in the list.
        // `localeCompare` would take a page 15 ms the first time.
        reporter.process$(entries.sort((a, b) => a.entryType.length - b.entryType.length))
      },
      take$(entry) {
        if (isDone || entry.name !== 'first-contentful-paint') return
        isPainted = true
        // A page that is hidden before it is painted has no FCP.
        if (entry.startTime >= hiddenAt) return
        const { metric$: metric } = reporter
        metric.navigationId = entry.navigationId || metric.navigationId
        reporter.report$(true, Math.max(entry.startTime - activationStart(), 0), [...metric.entries, entry])
      },
      navigate$(entry) {
        reporter.begin$(Math.max((entry.presentationTime || entry.paintTime || 0) - entry.startTime, 0), entry)
        reporter.report$(true)
      },
      restored$: (since) => whenPainted(() => reporter.report$(true, now() - since)),
    }
  })

/** Reports First Contentful Paint when it happens. */
export const onFCP: (callback: (metric: FCPMetric) => void, opts?: ReportOpts) => void = /* @__PURE__ */ forPage(observeFCP)
