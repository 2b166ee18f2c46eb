import type { CLSMetric } from '../vitals/types.js'
import { type AttributedCLS, observeAttributedCLS } from './cls.js'
import type { AttributionReportOpts, CLSAttribution, CLSMetricWithAttribution } from './types.js'
import { withAttribution } from './withAttribution.js'

const attribution = (_: CLSMetric, find: () => AttributedCLS): CLSAttribution => {
  const { target$: target, state$: state, more$: more } = find()
  if (!more) return {}
  const [shift, source] = more
  return {
    largestShiftTarget: target,
    largestShiftTime: shift.startTime,
    largestShiftValue: shift.value,
    largestShiftSource: source,
    largestShiftEntry: shift,
    loadState: state,
  }
}

/** Reports Cumulative Layout Shift, with the largest shift. */
export const onCLS: (callback: (metric: CLSMetricWithAttribution) => void, opts?: AttributionReportOpts) => void =
  /* @__PURE__ */ withAttribution(observeAttributedCLS, attribution)
