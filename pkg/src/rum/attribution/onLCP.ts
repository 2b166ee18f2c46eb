import { forPage } from '../vitals/metricReporter.js'
import type { LCPMetric } from '../vitals/types.js'
import { type AttributedLCP, observeAttributedLCP } from './lcp.js'
import type { LCPAttribution, LCPAttributionReportOpts, LCPMetricWithAttribution } from './types.js'
import { withAttribution } from './withAttribution.js'

function attribution(_: LCPMetric, found: Partial<AttributedLCP>): LCPAttribution | undefined {
  const { paint, url, resource, navigation, target, phases } = found
  return phases && {
    timeToFirstByte: phases[0],
    resourceLoadDelay: phases[1],
    resourceLoadDuration: phases[2],
    elementRenderDelay: phases[3],
    ...(paint && { target, lcpEntry: paint }),
    ...(url && { url }),
    ...(resource && { lcpResourceEntry: resource }),
    ...(navigation && { navigationEntry: navigation }),
  }
}

/** Reports Largest Contentful Paint, with the painted element and the phases. */
export const onLCP: (callback: (metric: LCPMetricWithAttribution) => void, opts?: LCPAttributionReportOpts) => void =
  /* @__PURE__ */ forPage((callback, opts) => observeAttributedLCP(withAttribution(callback, attribution), opts))
