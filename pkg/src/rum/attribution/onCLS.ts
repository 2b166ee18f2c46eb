import { guard } from '../guard.js'
import { tell } from '../vitals/listener.js'
import { watchCLS } from '../vitals/onCLS.js'
import type { WatchOpts } from '../vitals/types.js'
import { attributed } from './attributed.js'
import { loadState } from './loadState.js'
import { selector } from './selector.js'
import type { AttributionReportOpts, CLSAttribution, CLSMetricWithAttribution } from './types.js'

/** Cumulative Layout Shift, with what moved most. */
export function onCLS(callback: (metric: CLSMetricWithAttribution) => void, opts: AttributionReportOpts = {}): void {
  tell(watchAttributedCLS, callback, opts)
}

/** As `onCLS`; returns how to stop. */
export function watchAttributedCLS(
  callback: (metric: CLSMetricWithAttribution) => void,
  opts: AttributionReportOpts & WatchOpts,
): () => void {
  // Named when they move: later they may be gone.
  const targets = new WeakMap<LayoutShiftAttribution, string>()
  return watchCLS(
    (metric) => callback(attributed(metric, () => attribute(metric.entries, targets))),
    opts,
    (shift) => {
      const source = mostTelling(shift)
      const node = source?.node
      if (node) targets.set(source, guard(() => opts.generateTarget?.(node)) ?? selector(node))
    },
  )
}

function attribute(shifts: LayoutShift[], targets: WeakMap<LayoutShiftAttribution, string>): CLSAttribution {
  let largest = shifts[0]
  // The last of those that are equal.
  for (const shift of shifts) if (largest && shift.value >= largest.value) largest = shift
  const source = largest && mostTelling(largest)
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

/** The first element that moved, or the first thing. */
const mostTelling = ({ sources }: LayoutShift) => sources?.find(({ node }) => node?.nodeType === 1) ?? sources?.[0]
