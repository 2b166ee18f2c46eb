import { TARGET, URL } from '../boundary/rum.js'
import { observeAttributedCLS } from './attribution/onCLS.js'
import { observeAttributedINP } from './attribution/onINP.js'
import { observeAttributedLCP } from './attribution/onLCP.js'
import { observeAttributedTTFB } from './attribution/onTTFB.js'
import type { CLSAttribution, INPAttribution, LCPAttribution, TTFBAttribution } from './attribution/types.js'
import type { VitalData } from './beacon.js'
import { round, singleLine, truncate } from './lib/format.js'
import { attempt } from './lib/guard.js'
import { isFirstView } from './vitals/metricReporter.js'
import { observeFCP } from './vitals/onFCP.js'
import type { Metric } from './vitals/types.js'

type Attribution = CLSAttribution & INPAttribution & LCPAttribution & TTFBAttribution

/** The phases of all vitals by their names in beacons. */
const PHASES = {
  input: 'inputDelay',
  processing: 'processingDuration',
  presentation: 'presentationDelay',
  ttfb: 'timeToFirstByte',
  loadDelay: 'resourceLoadDelay',
  load: 'resourceLoadDuration',
  render: 'elementRenderDelay',
  waiting: 'waitingDuration',
  cache: 'cacheDuration',
  dns: 'dnsDuration',
  connection: 'connectionDuration',
  request: 'requestDuration',
} as const

/**
 * Calls `report` for every change of every vital, with its attribution, within a scope. `isLate`: ignore
 * what happened before this call.
 */
export function observeVitals(
  isLate: boolean,
  scrubUrl: (url: string) => string,
  report: (metric: Metric, data: VitalData) => void,
): void {
  const opts = { reportAllChanges: true, reportSoftNavs: true, buffered: !isLate }
  const onMetric = (metric: Metric & { attribution?: Partial<Attribution> }) => {
    const { name, value, rating, attribution = {} } = metric
    // A TTFB is read from the navigation, however long ago that was.
    if (isLate && name === 'TTFB' && isFirstView(metric)) return
    const target = attribution.interactionTarget ?? attribution.largestShiftTarget ?? attribution.target
    const url = attribution.longestScript?.entry.sourceURL ?? attribution.url
    const state = name === 'CLS' ? attribution.loadState : attribution.interactionType
    const phases = Object.entries(PHASES)
      .map(([phase, member]) => [phase, round(attribution[member] ?? 0)] as const)
      .filter(([, ms]) => ms > 0)
    report(metric, {
      value: round(value),
      // The collector takes a missing rating for `good`, a missing phase for 0 ms.
      ...(rating !== 'good' && { rating }),
      ...(target && { target: singleLine(target, TARGET) }),
      ...(url && { url: truncate(scrubUrl(url), URL) }),
      ...(state && { state }),
      ...(phases.length && { parts: Object.fromEntries(phases) }),
    })
  }
  // Separately: an API that is missing for one vital must not stop the others.
  for (const observe of [observeAttributedINP, observeAttributedCLS, observeAttributedLCP, observeFCP, observeAttributedTTFB]) {
    attempt(() => observe(onMetric, opts))
  }
}
