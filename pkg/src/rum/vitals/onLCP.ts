import { attempt } from '../guard.js'
import { now, on } from '../hooks.js'
import { listen, tell } from './listener.js'
import { observe } from './observe.js'
import { activationStart, firstHidden, seenAnew, watchVisibility, whenActivated, whenIdle, whenPainted } from './page.js'
import { isSoftNavigation, reportsSoftNavigations } from './softNavigation.js'
import type { LCPMetric, ReportOpts, WatchOpts } from './types.js'

export { LCP_THRESHOLDS as LCPThresholds } from '../../boundary/vitals.js'

/** Largest Contentful Paint, once it is final: at the first input, or when the page is hidden. */
export function onLCP(callback: (metric: LCPMetric) => void, opts: ReportOpts = {}): void {
  tell(watchLCP, callback, opts)
}

/** What attribution hears of. */
export interface LCPWatcher {
  paint?(entry: LargestContentfulPaint): void
  softNavigation?(entry: PerformanceSoftNavigation): void
}

/** As `onLCP`; tells `watcher`, and returns how to stop. */
export function watchLCP(
  callback: (metric: LCPMetric) => void,
  opts: WatchOpts,
  watcher: LCPWatcher = {},
): () => void {
  return whenActivated(() => watchPaints(callback, opts, watcher))
}

function watchPaints(callback: (metric: LCPMetric) => void, opts: WatchOpts, watcher: LCPWatcher): () => void {
  return listen<LCPMetric>('LCP', -1, callback, opts.reportAllChanges, (listener) => {
    const soft = reportsSoftNavigations(opts)
    let isFinal = false

    const take = (entries: PerformanceEntry[]) => {
      // All but the last are of interest only to those who want all changes.
      if (!opts.reportAllChanges && !soft) entries = entries.slice(-1)
      for (const entry of entries) {
        if (isSoftNavigation(entry)) navigate(entry)
        else if (entry.entryType === 'interaction-contentful-paint') paintAfter(entry as InteractionContentfulPaint)
        else paint(entry as LargestContentfulPaint, entry.startTime, activationStart())
      }
    }
    const paint = (entry: LargestContentfulPaint | undefined, at: number, since: number) => {
      if (entry) watcher.paint?.(entry)
      if (at < firstHidden()) {
        listener.metric.value = Math.max(at - since, 0)
        listener.metric.entries = entry ? [entry] : []
        listener.report()
      }
    }
    /** A paint that an interaction caused: it counts where that began the page view. */
    const paintAfter = (entry: InteractionContentfulPaint) => {
      const { navigationId, navigationInteractionId } = listener.metric
      if (!navigationId || ('interactionId' in entry && entry.interactionId !== navigationInteractionId)) return
      paint(entry.largestContentfulPaint, entry.largestContentfulPaint?.renderTime || 0, entry.startTime)
    }
    const navigate = (entry: PerformanceSoftNavigation) => {
      watcher.softNavigation?.(entry)
      if (!isFinal) listener.report(true)
      listener.begin('soft-navigation', -1, entry)
      isFinal = false
      seenAnew()
      // What was largest until now was painted before the navigation was known.
      const largest = attempt(() => entry.getLargestInteractionContentfulPaint?.())
      if (largest) take([largest])
    }

    const types = ['largest-contentful-paint']
    if (soft) types.push('interaction-contentful-paint', 'soft-navigation')
    // Also where no paints are told of: others may ask when the page was first hidden.
    listener.undo(watchVisibility())
    const observation = observe(types, take, opts.buffered)
    if (!observation) return

    let ends: (() => void)[] = []
    let stopped = false
    const stop = () => {
      stopped = true
      observation.stop()
      for (const end of ends.splice(0)) end()
    }
    listener.undo(stop)
    const finalize = () => {
      if (isFinal) return
      take(observation.take())
      isFinal = true
      if (!soft) stop()
      listener.report(true)
    }
    // What is painted after an input may be its effect; and once the page is shown that was hidden, nobody waited for
    // what is painted then. Scrolling ends the search too, but may be a script's.
    const onEnd = (event: Event) => {
      if (!event.isTrusted || isFinal) return
      const { id } = listener.metric
      // Not within the input's own task: it would be slower for it.
      whenIdle(() => {
        if (id === listener.metric.id) finalize()
        else if (!soft) stop()
      })
    }
    listener.attend({
      hidden(event) {
        if (stopped || !event.isTrusted) return
        // Final or not: a soft navigation that comes later must not take it for its own.
        take(observation.take())
        finalize()
      },
      restored({ timeStamp }) {
        listener.begin('back-forward-cache', -1)
        isFinal = false
        whenPainted(() => {
          listener.metric.value = now() - timeStamp
          isFinal = true
          listener.report(true)
        })
      },
    })
    ends = ['keydown', 'click', 'visibilitychange'].map((type) => on(globalThis, type, onEnd))
  })
}
