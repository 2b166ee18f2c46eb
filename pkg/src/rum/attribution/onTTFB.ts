import { forPage } from '../vitals/metricReporter.js'
import { observeTTFB } from '../vitals/onTTFB.js'
import type { TTFBMetric, ObserveOpts } from '../vitals/types.js'
import { withAttribution } from './withAttribution.js'
import type { AttributionReportOpts, TTFBAttribution, TTFBMetricWithAttribution } from './types.js'

/** Like `onTTFB`, within a scope. */
export const observeAttributedTTFB = (
  callback: (metric: TTFBMetricWithAttribution) => void,
  opts: AttributionReportOpts & ObserveOpts,
): void => observeTTFB(withAttribution(callback, attribute), opts)

function attribute({ entries, value }: TTFBMetric): TTFBAttribution {
  const navigationEntry = entries[0]
  const nothing = { waitingDuration: 0, cacheDuration: 0, dnsDuration: 0, connectionDuration: 0, requestDuration: 0 }
  // A soft navigation requests no page from a server.
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

/** Reports Time to First Byte, with its phases. */
export const onTTFB: (callback: (metric: TTFBMetricWithAttribution) => void, opts?: AttributionReportOpts) => void =
  /* @__PURE__ */ forPage(observeAttributedTTFB)
