import { forPage } from '../vitals/metricReporter.js'
import { observeCLS } from '../vitals/onCLS.js'
import type { CLSMetric, ObserveOpts } from '../vitals/types.js'
import { targetOf, withAttribution } from './withAttribution.js'
import { loadState } from './loadState.js'
import type { AttributionReportOpts, CLSAttribution, CLSMetricWithAttribution } from './types.js'

/** Like `onCLS`, within a scope. */
export function observeAttributedCLS(
  callback: (metric: CLSMetricWithAttribution) => void,
  opts: AttributionReportOpts & ObserveOpts,
): void {
  const targets = new WeakMap<LayoutShiftAttribution, string>()
  observeCLS(
    withAttribution(callback, ({ entries }: CLSMetric) => attribute(entries, targets)),
    opts,
    (shift) => {
      const source = mainSource(shift)
      if (source?.node) targets.set(source, targetOf(source.node, opts))
    },
  )
}

function attribute(shifts: LayoutShift[], targets: WeakMap<LayoutShiftAttribution, string>): CLSAttribution {
  let largest = shifts[0]
  // The last one, if several are equal.
  for (const shift of shifts) if (largest && shift.value >= largest.value) largest = shift
  const source = largest && mainSource(largest)
  if (!source) return {}
  return {
    largestShiftTarget: targets.get(source),
    largestShiftTime: largest!.startTime,
    largestShiftValue: largest!.value,
    largestShiftSource: source,
    largestShiftEntry: largest,
    loadState: loadState(largest!.startTime),
  }
}

/** The first source that is an element, or the first of any kind. */
const mainSource = ({ sources }: LayoutShift) => sources?.find(({ node }) => node?.nodeType === 1) ?? sources?.[0]

/** Reports Cumulative Layout Shift, with the largest shift. */
export const onCLS: (callback: (metric: CLSMetricWithAttribution) => void, opts?: AttributionReportOpts) => void =
  /* @__PURE__ */ forPage(observeAttributedCLS)
