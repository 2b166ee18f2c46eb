import { observeCLS } from '../vitals/onCLS.js'
import type { CLSMetric, LoadState, ObserveOpts } from '../vitals/types.js'
import { attributed, type Attributed, type AttributedCallback, targetOf } from './attributed.js'
import { loadState } from './loadState.js'
import type { AttributionReportOpts } from './types.js'

/** Empty where the largest shift has no sources. */
export interface AttributedCLS extends Attributed {
  state$?: LoadState
  /** What startRum does not report: the largest shift, and where its element was. */
  more$?: [LayoutShift, LayoutShiftAttribution]
}

/** Like `observeCLS`, with the largest shift. */
export function observeAttributedCLS(
  callback: AttributedCallback<CLSMetric, AttributedCLS>,
  opts: AttributionReportOpts & ObserveOpts,
): void {
  const targets = new WeakMap<LayoutShiftAttribution, string>()
  observeCLS(
    attributed(callback, ({ entries }) => attribute(entries, targets)),
    opts,
    (shift) => {
      const source = mainSource(shift)
      if (source?.node) targets.set(source, targetOf(source.node, opts))
    },
  )
}

function attribute(shifts: LayoutShift[], targets: WeakMap<LayoutShiftAttribution, string>): AttributedCLS {
  let shift = shifts[0]
  // The last one, if several are equal.
  for (const next of shifts) if (next.value >= shift!.value) shift = next
  const source = shift && mainSource(shift)
  return source ? { target$: targets.get(source), state$: loadState(shift!.startTime), more$: [shift!, source] } : {}
}

/** The first source that is an element, or the first of any kind. */
const mainSource = ({ sources }: LayoutShift) => sources?.find(({ node }) => node?.nodeType === 1) ?? sources?.[0]
