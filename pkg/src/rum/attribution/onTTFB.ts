import { tell } from '../vitals/listener.js'
import { watchTTFB } from '../vitals/onTTFB.js'
import type { TTFBMetric, WatchOpts } from '../vitals/types.js'
import { attributed } from './attributed.js'
import type { AttributionReportOpts, TTFBAttribution, TTFBMetricWithAttribution } from './types.js'

/** Time to First Byte, with the phases it is made of. */
export function onTTFB(callback: (metric: TTFBMetricWithAttribution) => void, opts: AttributionReportOpts = {}): void {
  tell(watchAttributedTTFB, callback, opts)
}

/** As `onTTFB`; returns how to stop. */
export function watchAttributedTTFB(
  callback: (metric: TTFBMetricWithAttribution) => void,
  opts: AttributionReportOpts & WatchOpts,
): () => void {
  return watchTTFB((metric) => callback(attributed(metric, () => attribute(metric))), opts)
}

function attribute({ entries, value }: TTFBMetric): TTFBAttribution {
  const navigationEntry = entries[0]
  const nothing = { waitingDuration: 0, cacheDuration: 0, dnsDuration: 0, connectionDuration: 0, requestDuration: 0 }
  // A soft navigation asks no server for a page.
  if (!navigationEntry || !('responseStart' in navigationEntry)) return { ...nothing, navigationEntry }
  const since = (time: number) => Math.max(time - (navigationEntry.activationStart || 0), 0)
  const waited = since(navigationEntry.workerStart || navigationEntry.fetchStart || 0)
  const lookup = since(navigationEntry.domainLookupStart)
  const connect = since(navigationEntry.connectStart)
  const connected = since(navigationEntry.connectEnd)
  return {
    waitingDuration: waited,
    cacheDuration: lookup - waited,
    dnsDuration: connect - lookup,
    connectionDuration: connected - connect,
    requestDuration: value - connected,
    navigationEntry,
  }
}
