import type { LCPMetric } from '../vitals/types.js'
import { type AttributedLCP, observeAttributedLCP } from './lcp.js'
import type { LCPAttribution, LCPAttributionReportOpts, LCPMetricWithAttribution } from './types.js'
import { withAttribution } from './withAttribution.js'

function attribution(_: LCPMetric, find: () => AttributedLCP): LCPAttribution {
  const { url$: url, target$: target, phases$: phases, more$: more } = find()
  const [timeToFirstByte, resourceLoadDelay, resourceLoadDuration, elementRenderDelay] = phases
  const [paint, resource, navigation] = more ?? []
  return {
    timeToFirstByte,
    resourceLoadDelay,
    resourceLoadDuration,
    elementRenderDelay,
    ...(paint && { target, lcpEntry: paint }),
    ...(url && { url }),
    ...(resource && { lcpResourceEntry: resource }),
    ...(navigation && { navigationEntry: navigation }),
  }
}

/** Reports Largest Contentful Paint, with the painted element and the phases. */
export const onLCP: (callback: (metric: LCPMetricWithAttribution) => void, opts?: LCPAttributionReportOpts) => void =
  /* @__PURE__ */ withAttribution(observeAttributedLCP, attribution)
