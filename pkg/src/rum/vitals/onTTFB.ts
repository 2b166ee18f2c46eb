import { MetricCode } from '../../boundary/vitals.js'
import { forPage, observeMetric } from './metricReporter.js'
import { activationStart, navigationEntry, whenLoaded } from './pageLifecycle.js'
import type { ObserveOpts, ReportOpts, TTFBMetric } from './types.js'

export { TTFB_THRESHOLDS as TTFBThresholds } from '../../boundary/vitals.js'

/** Like `onTTFB`. Returns a function that stops it. */
export const observeTTFB = (callback: (metric: TTFBMetric) => void, opts: ObserveOpts): (() => void) =>
  whenLoaded(() => {
    const entry = navigationEntry()
    if (!entry) return
    return observeMetric<TTFBMetric>('TTFB', MetricCode.TTFB, -1, [], callback, opts, (reporter) => {
      reporter.report(true, Math.max(entry.responseStart - activationStart(), 0), [entry])
      return {
        navigate(entry) {
          if (!entry.navigationId) return
          reporter.begin(0, entry)
          reporter.report(true, 0, [entry])
        },
        restored: () => reporter.report(true, 0),
      }
    })
  })

/** Reports Time to First Byte once the page is loaded. */
export const onTTFB: (callback: (metric: TTFBMetric) => void, opts?: ReportOpts) => void = /* @__PURE__ */ forPage(observeTTFB)
