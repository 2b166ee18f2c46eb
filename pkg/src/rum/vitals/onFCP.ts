import { now } from '../lib/eventsAndTimers.js'
import { createReporter, observeForPage } from './metricReporter.js'
import { observe } from './observe.js'
import { activationStart, firstHiddenTime, observeLifecycle, observeVisibility, whenActivated, whenPainted } from './pageLifecycle.js'
import { reportsSoftNavigations } from './softNavigation.js'
import type { FCPMetric, ReportOpts, ObserveOpts } from './types.js'

export { FCP_THRESHOLDS as FCPThresholds } from '../../boundary/vitals.js'

/** Reports First Contentful Paint when it happens. */
export function onFCP(callback: (metric: FCPMetric) => void, opts: ReportOpts = {}): void {
  observeForPage(observeFCP, callback, opts)
}

/** Like `onFCP`. Calls `onSoftNavigation` before the report of each; returns a function that stops it. */
export function observeFCP(
  callback: (metric: FCPMetric) => void,
  opts: ObserveOpts,
  onSoftNavigation?: (entry: PerformanceSoftNavigation) => void,
): () => void {
  return whenActivated(() =>
    createReporter<FCPMetric>('FCP', -1, callback, opts.reportAllChanges, (reporter) => {
      // A page that is hidden before it is painted has no FCP.
      reporter.defer(observeVisibility())
      const observation = observe(['paint'], (entries) => {
        for (const entry of entries) {
          if (entry.name !== 'first-contentful-paint') continue
          observation?.stop()
          if (entry.startTime < firstHiddenTime()) {
            const { metric } = reporter
            metric.value = Math.max(entry.startTime - activationStart(), 0)
            metric.entries.push(entry as PerformancePaintTiming)
            metric.navigationId = entry.navigationId || metric.navigationId
            reporter.report(true)
          }
        }
      }, opts.buffered)
      reporter.defer(observation?.stop)
      if (observation) {
        reporter.defer(observeLifecycle({
          restored({ timeStamp }) {
            reporter.begin('back-forward-cache', -1)
            whenPainted(() => {
              reporter.metric.value = now() - timeStamp
              reporter.report(true)
            })
          },
        }))
      }
      if (reportsSoftNavigations(opts)) {
        const navigations = observe(['soft-navigation'], (entries) => {
          for (const entry of entries as PerformanceSoftNavigation[]) {
            onSoftNavigation?.(entry)
            const painted = entry.presentationTime || entry.paintTime || 0
            reporter.begin('soft-navigation', Math.max(painted - entry.startTime, 0), entry)
            reporter.report(true)
          }
        }, opts.buffered)
        reporter.defer(navigations?.stop)
      }
    }),
  )
}
