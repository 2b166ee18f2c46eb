// Vitals as beacons have them, with what they are put down to.
import { watchAttributedCLS } from './attribution/onCLS.js'
import { watchAttributedINP } from './attribution/onINP.js'
import { watchAttributedLCP } from './attribution/onLCP.js'
import { watchAttributedTTFB } from './attribution/onTTFB.js'
import type { VitalData } from './batch.js'
import { attempt } from './guard.js'
import { TARGET, URL } from '../boundary/rum.js'
import { cut, line, round } from './text.js'
import { watchFCP } from './vitals/onFCP.js'
import type { Metric } from './vitals/types.js'

/**
 * Tells `report` of every change of every vital; returns how to stop. `isLate`: what happened before this is not
 * looked at.
 */
export function watchVitals(
  isLate: boolean,
  scrubUrl: (url: string) => string,
  report: (metric: Metric, data: VitalData) => void,
): () => void {
  const opts = { reportAllChanges: true, reportSoftNavs: true, buffered: !isLate }
  const tell = (metric: Metric, target?: string, url?: string, state?: string, parts?: Record<string, number>) => {
    const took = Object.entries(parts ?? {}).map(([part, ms]) => [part, round(ms)] as const)
    const told = took.filter(([, ms]) => ms > 0)
    report(metric, {
      value: round(metric.value),
      // What is left out is good, and parts that are left out took no time.
      ...(metric.rating !== 'good' && { rating: metric.rating }),
      ...(target && { target: line(target, TARGET) }),
      ...(url && { url: cut(scrubUrl(url), URL) }),
      ...(state && { state }),
      ...(told.length && { parts: Object.fromEntries(told) }),
    })
  }
  const watches = [
    () => watchAttributedINP((metric) => {
      const { attribution: found } = metric
      tell(metric, found.interactionTarget, found.longestScript?.entry.sourceURL, found.interactionType, {
        input: found.inputDelay,
        processing: found.processingDuration,
        presentation: found.presentationDelay,
      })
    }, opts),
    () => watchAttributedCLS(
      (metric) => tell(metric, metric.attribution.largestShiftTarget, undefined, metric.attribution.loadState),
      opts,
    ),
    () => watchAttributedLCP((metric) => {
      const { attribution: found } = metric
      tell(metric, found.target, found.url, undefined, {
        ttfb: found.timeToFirstByte,
        loadDelay: found.resourceLoadDelay,
        load: found.resourceLoadDuration,
        render: found.elementRenderDelay,
      })
    }, opts),
    () => watchFCP((metric) => tell(metric), opts),
    () => watchAttributedTTFB((metric) => {
      const { attribution: found, navigationType: type } = metric
      if (isLate && type !== 'back-forward-cache' && type !== 'soft-navigation') return
      tell(metric, undefined, undefined, undefined, {
        waiting: found.waitingDuration,
        cache: found.cacheDuration,
        dns: found.dnsDuration,
        connection: found.connectionDuration,
        request: found.requestDuration,
      })
    }, opts),
  ]
  // Each for itself: what one lacks, another may do without.
  const stops = watches.map(attempt)
  return () => {
    for (const stop of stops) attempt(() => stop?.())
  }
}
