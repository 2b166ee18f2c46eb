import type { TTFBMetric } from '../vitals/types.js'
import { type AttributedTTFB, observeAttributedTTFB } from './ttfb.js'
import type { AttributionReportOpts, TTFBAttribution, TTFBMetricWithAttribution } from './types.js'
import { withAttribution } from './withAttribution.js'

function attribution({ entries }: TTFBMetric, find: () => AttributedTTFB): TTFBAttribution {
  const [waitingDuration, cacheDuration, dnsDuration, connectionDuration, requestDuration] = find().phases$
  return { waitingDuration, cacheDuration, dnsDuration, connectionDuration, requestDuration, navigationEntry: entries[0] }
}

/** Reports Time to First Byte, with its phases. */
export const onTTFB: (callback: (metric: TTFBMetricWithAttribution) => void, opts?: AttributionReportOpts) => void =
  /* @__PURE__ */ withAttribution(observeAttributedTTFB, attribution)
