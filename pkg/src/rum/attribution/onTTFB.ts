import { forPage } from '../vitals/metricReporter.js'
import type { TTFBMetric } from '../vitals/types.js'
import { type AttributedTTFB, observeAttributedTTFB } from './ttfb.js'
import type { AttributionReportOpts, TTFBAttribution, TTFBMetricWithAttribution } from './types.js'
import { withAttribution } from './withAttribution.js'

const attribution = ({ entries }: TTFBMetric, { phases }: Partial<AttributedTTFB>): TTFBAttribution | undefined =>
  phases && {
    waitingDuration: phases[0],
    cacheDuration: phases[1],
    dnsDuration: phases[2],
    connectionDuration: phases[3],
    requestDuration: phases[4],
    navigationEntry: entries[0],
  }

/** Reports Time to First Byte, with its phases. */
export const onTTFB: (callback: (metric: TTFBMetricWithAttribution) => void, opts?: AttributionReportOpts) => void =
  /* @__PURE__ */ forPage((callback, opts) => observeAttributedTTFB(withAttribution(callback, attribution), opts))
