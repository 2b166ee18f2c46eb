import { TARGET, URL } from '../boundary/rum.js'
import type { Attributed } from './attribution/attributed.js'
import { observeAttributedCLS } from './attribution/cls.js'
import { observeAttributedINP } from './attribution/inp.js'
import { observeAttributedLCP } from './attribution/lcp.js'
import { observeAttributedTTFB } from './attribution/ttfb.js'
import type { VitalData } from './beacon.js'
import { round, singleLine, truncate } from './lib/format.js'
import { attempt } from './lib/guard.js'
import { copyOwn } from './lib/properties.js'
import { isFirstView } from './vitals/metricReporter.js'
import { observeFCP } from './vitals/onFCP.js'
import type { Metric } from './vitals/types.js'

/** What beacons call the phases of a vital, in the order of its `Attributed.phases`. */
const PHASES: { [name in Metric['name']]?: string } = {
  INP: 'input processing presentation',
  LCP: 'ttfb loadDelay load render',
  TTFB: 'waiting cache dns connection request',
}

/**
 * Calls `report` for every change of every vital, with its attribution, within a scope. `isLate`: ignore
 * what happened before this call.
 */
export function observeVitals(
  isLate: boolean,
  scrubUrl: (url: string) => string,
  report: (metric: Metric, data: VitalData) => void,
): void {
  const opts = { reportAllChanges: true, reportSoftNavs: true, buffered: !isLate }
  // For FCP, which has no attribution, `find` is no function: `attempt` gives `undefined`.
  const onMetric = (metric: Metric, find?: unknown) => {
    const { name, value, rating } = metric
    // A TTFB is read from the navigation, however long ago that was.
    if (isLate && name === 'TTFB' && isFirstView(metric)) return
    const {
      target$: target,
      url$: url,
      state$: state,
      phases$: phases = [],
    } = copyOwn<Attributed>(attempt(find as () => Attributed))
    const names = PHASES[name]?.split(' ') ?? []
    const parts = phases.map((ms, place) => [names[place]!, round(ms)] as const).filter(([, ms]) => ms > 0)
    const data = {
      value: round(value),
      // The collector takes a missing rating for `good`, a missing phase for 0 ms.
      ...(rating !== 'good' && { rating }),
      ...(target && { target: singleLine(target, TARGET) }),
      ...(url && { url: truncate(scrubUrl(url), URL) }),
      ...(state && { state }),
      ...(parts.length && { parts: Object.fromEntries(parts) }),
    }
    attempt(() => report(metric, data))
  }
  // Separately: an API that is missing for one vital must not stop the others.
  const all = [observeAttributedINP, observeAttributedCLS, observeAttributedLCP, observeFCP, observeAttributedTTFB]
  for (const observe of all) attempt(() => observe(onMetric, opts))
}
