import { TTFB_THRESHOLDS } from '../../boundary/vitals.js'
import { createMetric, forPage, observeMetric } from './metricReporter.js'
import { activationStart, navigationEntry, whenLoaded } from './pageLifecycle.js'
import type { ObserveOpts, MetricCallback, ReportOpts, TTFBMetric } from './types.js'

export { TTFB_THRESHOLDS as TTFBThresholds }

/** @internal Like `onTTFB`, within a scope. */
export function observeTTFB(callback: MetricCallback<TTFBMetric>, opts: ObserveOpts): void {
  // What it says of the navigation is that of now.
  const metric = createMetric<TTFBMetric>('TTFB', -1)
  whenLoaded(() => {
    const entry = navigationEntry()
    if (!entry) return
    observeMetric<TTFBMetric>('TTFB', TTFB_THRESHOLDS, -1, [], callback, opts, (reporter) => {
      reporter.metric$ = metric
      reporter.report$(true, Math.max(entry.responseStart - activationStart(), 0), [entry])
      return {
        __proto__: null,
        navigate$(entry) {
          if (!entry.navigationId) return
          reporter.begin$(0, entry)
          reporter.report$(true, 0, [entry])
        },
        restored$: () => reporter.report$(true, 0),
      }
    })
  })
}

/** Reports Time to First Byte once the page is loaded. */
export const onTTFB: (callback: (metric: TTFBMetric) => void, opts?: ReportOpts) => void = /* @__PURE__ */ forPage(observeTTFB)
