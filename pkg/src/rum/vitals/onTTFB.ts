import { setTimer, on } from '../lib/eventsAndTimers.js'
import { createReporter, observeForPage } from './metricReporter.js'
import { observe } from './observe.js'
import { activationStart, navigationEntry, observeLifecycle, whenActivated } from './pageLifecycle.js'
import { reportsSoftNavigations } from './softNavigation.js'
import type { ReportOpts, TTFBMetric } from './types.js'

export { TTFB_THRESHOLDS as TTFBThresholds } from '../../boundary/vitals.js'

/** Reports Time to First Byte once the page is loaded. */
export function onTTFB(callback: (metric: TTFBMetric) => void, opts: ReportOpts = {}): void {
  observeForPage(observeTTFB, callback, opts)
}

/** Like `onTTFB`. Returns a function that stops it. */
export function observeTTFB(callback: (metric: TTFBMetric) => void, opts: ReportOpts): () => void {
  return createReporter<TTFBMetric>('TTFB', -1, callback, opts.reportAllChanges, (reporter) => {
    const onLoaded = () => {
      const entry = navigationEntry()
      if (!entry) return
      reporter.metric.value = Math.max(entry.responseStart - activationStart(), 0)
      reporter.metric.entries = [entry]
      reporter.report(true)
      reporter.defer(observeLifecycle({
        restored() {
          reporter.begin('back-forward-cache', 0)
          reporter.report(true)
        },
      }))
      if (!reportsSoftNavigations(opts)) return
      const navigations = observe(['soft-navigation'], (entries) => {
        for (const entry of entries as PerformanceSoftNavigation[]) {
          if (!entry.navigationId) continue
          reporter.begin('soft-navigation', 0, entry)
          reporter.metric.entries = [entry]
          reporter.report(true)
        }
      })
      reporter.defer(navigations?.stop)
    }
    reporter.defer(whenLoaded(onLoaded))
  })
}

/** Calls `run` after the load event of a page that is not prerendering; returns a function that cancels it. */
export function whenLoaded(run: () => void): () => void {
  return whenActivated(() => {
    if (document.readyState === 'complete') return setTimer(run)
    // In a separate task: `loadEventEnd` is set after all listeners have run.
    let cancel = on(globalThis, 'load', () => {
      cancel()
      cancel = setTimer(run)
    })
    return () => cancel()
  })
}
