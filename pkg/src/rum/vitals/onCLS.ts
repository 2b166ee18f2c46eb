import { later } from '../hooks.js'
import { listen, tell } from './listener.js'
import { observe } from './observe.js'
import { watchVisibility, whenPainted } from './page.js'
import { watchFCP } from './onFCP.js'
import { isSoftNavigation, reportsSoftNavigations } from './softNavigation.js'
import { engine } from './wasm.js'
import type { CLSMetric, ReportOpts, WatchOpts } from './types.js'

export { CLS_THRESHOLDS as CLSThresholds } from '../../boundary/vitals.js'

/** Cumulative Layout Shift, each time the page is hidden after it rose. */
export function onCLS(callback: (metric: CLSMetric) => void, opts: ReportOpts = {}): void {
  tell(watchCLS, callback, opts)
}

/** As `onCLS`; tells `onShift` of each shift that counts, and returns how to stop. */
export function watchCLS(
  callback: (metric: CLSMetric) => void,
  opts: WatchOpts,
  onShift?: (shift: LayoutShift) => void,
): () => void {
  if (!engine()) return () => {}
  let begun = false
  const stops: (() => void)[] = []
  // Reported of page views whose FCP is, as the Chrome User Experience Report does it.
  const painted = () => {
    if (begun) return
    begun = true
    stops.push(watchShifts(callback, opts, onShift))
  }
  stops.push(watchVisibility(), watchFCP(painted, { buffered: opts.buffered }))
  return () => {
    for (const stop of stops) stop()
  }
}

function watchShifts(
  callback: (metric: CLSMetric) => void,
  opts: WatchOpts,
  onShift?: (shift: LayoutShift) => void,
): () => void {
  return listen<CLSMetric>('CLS', 0, callback, opts.reportAllChanges, (listener) => {
    const { engine, tracker } = listener
    /** The shifts of the present window. */
    let window: LayoutShift[] = []

    const update = (settled?: boolean) => {
      const score = engine.vital_score(tracker)
      if (score > listener.metric.value) {
        listener.metric.value = score
        listener.metric.entries = window
      }
      listener.report(settled)
    }
    /** Reports later, unless by then there is another page view. */
    const reportThis = () => {
      const { metric } = listener
      return () => metric === listener.metric && listener.report()
    }
    const take = (entries: PerformanceEntry[], settled?: boolean) => {
      for (const entry of entries) {
        if (isSoftNavigation(entry)) {
          update(true)
          listener.begin('soft-navigation', 0, entry)
        } else if (!(entry as LayoutShift).hadRecentInput) {
          const shift = entry as LayoutShift
          if (engine.vital_shift(tracker, shift.startTime, shift.value)) window = [shift]
          else window.push(shift)
          onShift?.(shift)
        }
      }
      update(settled)
    }

    const types = reportsSoftNavigations(opts) ? ['layout-shift', 'soft-navigation'] : ['layout-shift']
    const observation = observe(types, take, opts.buffered)
    if (!observation) return
    listener.undo(observation.stop)
    listener.attend({
      hidden: () => take(observation.take(), true),
      restored() {
        listener.begin('back-forward-cache', 0)
        whenPainted(reportThis())
      },
    })
    // A page without shifts has a CLS too, for those who want all changes.
    listener.undo(later(reportThis()))
  })
}
