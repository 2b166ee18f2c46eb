import { callPageFunction } from '../lib/guard.js'
import { observeForPage } from '../vitals/metricReporter.js'
import { observeCLS } from '../vitals/onCLS.js'
import type { ObserveOpts } from '../vitals/types.js'
import { withAttribution } from './withAttribution.js'
import { loadState } from './loadState.js'
import { selector } from './selector.js'
import type { AttributionReportOpts, CLSAttribution, CLSMetricWithAttribution } from './types.js'

/** Reports Cumulative Layout Shift, with the largest shift. */
export function onCLS(callback: (metric: CLSMetricWithAttribution) => void, opts: AttributionReportOpts = {}): void {
  observeForPage(observeAttributedCLS, callback, opts)
}

/** Like `onCLS`. Returns a function that stops it. */
export function observeAttributedCLS(
  callback: (metric: CLSMetricWithAttribution) => void,
  opts: AttributionReportOpts & ObserveOpts,
): () => void {
  // Computed when the shift is observed: later the element may be removed.
  const targets = new WeakMap<LayoutShiftAttribution, string>()
  return observeCLS(
    (metric) => callback(withAttribution(metric, () => attribute(metric.entries, targets))),
    opts,
    (shift) => {
      const source = mainSource(shift)
      const node = source?.node
      if (node) targets.set(source, callPageFunction(() => opts.generateTarget?.(node)) ?? selector(node))
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
