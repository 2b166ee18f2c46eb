import { TARGET, URL } from '../boundary/rum.js'
import { observeAttributedCLS } from './attribution/onCLS.js'
import { observeAttributedINP } from './attribution/onINP.js'
import { observeAttributedLCP } from './attribution/onLCP.js'
import { observeAttributedTTFB } from './attribution/onTTFB.js'
import type { VitalData } from './beacon.js'
import { round, singleLine, truncate } from './lib/format.js'
import { attempt } from './lib/guard.js'
import { observeFCP } from './vitals/onFCP.js'
import type { Metric } from './vitals/types.js'

/**
 * Calls `report` for every change of every vital, with its attribution; returns a function that stops it. `isLate`:
 * ignore what happened before this call.
 */
export function observeVitals(
  isLate: boolean,
  scrubUrl: (url: string) => string,
  report: (metric: Metric, data: VitalData) => void,
): () => void {
  const opts = { reportAllChanges: true, reportSoftNavs: true, buffered: !isLate }
  const reportVital = (metric: Metric, target?: string, url?: string, state?: string, phases?: Record<string, number>) => {
    const rounded = Object.entries(phases ?? {}).map(([phase, ms]) => [phase, round(ms)] as const)
    const positive = rounded.filter(([, ms]) => ms > 0)
    report(metric, {
      value: round(metric.value),
      // The collector takes a missing rating for `good`, a missing phase for 0 ms.
      ...(metric.rating !== 'good' && { rating: metric.rating }),
      ...(target && { target: singleLine(target, TARGET) }),
      ...(url && { url: truncate(scrubUrl(url), URL) }),
      ...(state && { state }),
      ...(positive.length && { parts: Object.fromEntries(positive) }),
    })
  }
  const observers = [
    () => observeAttributedINP((metric) => {
      const { attribution } = metric
      reportVital(metric, attribution.interactionTarget, attribution.longestScript?.entry.sourceURL, attribution.interactionType, {
        input: attribution.inputDelay,
        processing: attribution.processingDuration,
        presentation: attribution.presentationDelay,
      })
    }, opts),
    () => observeAttributedCLS(
      (metric) => reportVital(metric, metric.attribution.largestShiftTarget, undefined, metric.attribution.loadState),
      opts,
    ),
    () => observeAttributedLCP((metric) => {
      const { attribution } = metric
      reportVital(metric, attribution.target, attribution.url, undefined, {
        ttfb: attribution.timeToFirstByte,
        loadDelay: attribution.resourceLoadDelay,
        load: attribution.resourceLoadDuration,
        render: attribution.elementRenderDelay,
      })
    }, opts),
    () => observeFCP((metric) => reportVital(metric), opts),
    () => observeAttributedTTFB((metric) => {
      const { attribution, navigationType: type } = metric
      if (isLate && type !== 'back-forward-cache' && type !== 'soft-navigation') return
      reportVital(metric, undefined, undefined, undefined, {
        waiting: attribution.waitingDuration,
        cache: attribution.cacheDuration,
        dns: attribution.dnsDuration,
        connection: attribution.connectionDuration,
        request: attribution.requestDuration,
      })
    }, opts),
  ]
  // Separately: an API that is missing for one vital must not stop the others.
  const stops = observers.map(attempt)
  return () => {
    for (const stop of stops) attempt(() => stop?.())
  }
}
