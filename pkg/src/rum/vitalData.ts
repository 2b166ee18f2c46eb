// Vitals as beacons have them, with what they are put down to.
import { watchAttributedCLS } from './attribution/onCLS.js'
import { watchAttributedINP } from './attribution/onINP.js'
import { watchAttributedLCP } from './attribution/onLCP.js'
import { watchAttributedTTFB } from './attribution/onTTFB.js'
import type { VitalData } from './batch.js'
import { TARGET, URL } from './limits.js'
import { own } from './own.js'
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
    const data = own<VitalData>({ value: round(metric.value) })
    // What is left out is good, and parts that are left out took no time.
    if (metric.rating !== 'good') data.rating = metric.rating
    if (target) data.target = line(target, TARGET)
    if (url) data.url = cut(scrubUrl(url), URL)
    if (state) data.state = state
    for (const [part, ms] of Object.entries(parts ?? {})) if (round(ms) > 0) (data.parts ??= own<Record<string, number>>({}))[part] = round(ms)
    report(metric, data)
  }
  const stops = [
    watchAttributedINP((metric) => {
      const { attribution: found } = metric
      tell(metric, found.interactionTarget, found.longestScript?.entry.sourceURL, found.interactionType, {
        input: found.inputDelay,
        processing: found.processingDuration,
        presentation: found.presentationDelay,
      })
    }, opts),
    watchAttributedCLS(
      (metric) => tell(metric, metric.attribution.largestShiftTarget, undefined, metric.attribution.loadState),
      opts,
    ),
    watchAttributedLCP((metric) => {
      const { attribution: found } = metric
      tell(metric, found.target, found.url, undefined, {
        ttfb: found.timeToFirstByte,
        loadDelay: found.resourceLoadDelay,
        load: found.resourceLoadDuration,
        render: found.elementRenderDelay,
      })
    }, opts),
    watchFCP((metric) => tell(metric), opts),
    watchAttributedTTFB((metric) => {
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
  return () => {
    for (const stop of stops) stop()
  }
}
