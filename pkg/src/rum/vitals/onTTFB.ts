import { later, on } from '../hooks.js'
import { listen, tell } from './listener.js'
import { observe } from './observe.js'
import { activationStart, navigationEntry, whenActivated } from './page.js'
import { reportsSoftNavigations } from './softNavigation.js'
import type { ReportOpts, TTFBMetric } from './types.js'

export { TTFB_THRESHOLDS as TTFBThresholds } from '../../boundary/vitals.js'

/** Time to First Byte, once the page is loaded. */
export function onTTFB(callback: (metric: TTFBMetric) => void, opts: ReportOpts = {}): void {
  tell(watchTTFB, callback, opts)
}

/** As `onTTFB`; returns how to stop. */
export function watchTTFB(callback: (metric: TTFBMetric) => void, opts: ReportOpts): () => void {
  return listen<TTFBMetric>('TTFB', -1, callback, opts.reportAllChanges, (listener) => {
    const loaded = () => {
      const entry = navigationEntry()
      if (!entry) return
      listener.metric.value = Math.max(entry.responseStart - activationStart(), 0)
      listener.metric.entries = [entry]
      listener.report(true)
      listener.attend({
        restored() {
          listener.begin('back-forward-cache', 0)
          listener.report(true)
        },
      })
      if (!reportsSoftNavigations(opts)) return
      const navigations = observe(['soft-navigation'], (entries) => {
        for (const entry of entries as PerformanceSoftNavigation[]) {
          if (!entry.navigationId) continue
          listener.begin('soft-navigation', 0, entry)
          listener.metric.entries = [entry]
          listener.report(true)
        }
      })
      listener.undo(navigations?.stop)
    }
    listener.undo(whenLoaded(loaded))
  })
}

/** Runs `run` after the load event has ended, of a page that is shown; returns how not to. */
export function whenLoaded(run: () => void): () => void {
  return whenActivated(() => {
    if (document.readyState === 'complete') return later(run)
    // In a task of its own: until all listeners are through, the event has not ended.
    let cancel = on(globalThis, 'load', () => {
      cancel()
      cancel = later(run)
    })
    return () => cancel()
  })
}
