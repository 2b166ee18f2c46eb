import { attempt } from '../lib/guard.js'
import { now, on } from '../lib/eventsAndTimers.js'
import { createReporter, observeForPage } from './metricReporter.js'
import { observe } from './observe.js'
import { activationStart, firstHiddenTime, resetFirstHidden, observeLifecycle, observeVisibility, whenActivated, whenIdle, whenPainted } from './pageLifecycle.js'
import { isSoftNavigation, reportsSoftNavigations } from './softNavigation.js'
import type { LCPMetric, ReportOpts, ObserveOpts } from './types.js'

export { LCP_THRESHOLDS as LCPThresholds } from '../../boundary/vitals.js'

/** Reports Largest Contentful Paint when it is final: at the first input, or when the page is hidden. */
export function onLCP(callback: (metric: LCPMetric) => void, opts: ReportOpts = {}): void {
  observeForPage(observeLCP, callback, opts)
}

/** Callbacks for attribution. */
export interface LCPObserver {
  paint?(entry: LargestContentfulPaint): void
  softNavigation?(entry: PerformanceSoftNavigation): void
}

/** Like `onLCP`. Calls `observer`; returns a function that stops it. */
export function observeLCP(
  callback: (metric: LCPMetric) => void,
  opts: ObserveOpts,
  observer: LCPObserver = {},
): () => void {
  return whenActivated(() => observePaints(callback, opts, observer))
}

function observePaints(callback: (metric: LCPMetric) => void, opts: ObserveOpts, observer: LCPObserver): () => void {
  return createReporter<LCPMetric>('LCP', -1, callback, opts.reportAllChanges, (reporter) => {
    const soft = reportsSoftNavigations(opts)
    let isFinal = false

    const take = (entries: PerformanceEntry[]) => {
      // Only `reportAllChanges` and soft navigations need all candidates; otherwise the last one is enough.
      if (!opts.reportAllChanges && !soft) entries = entries.slice(-1)
      for (const entry of entries) {
        if (isSoftNavigation(entry)) navigate(entry)
        else if (entry.entryType === 'interaction-contentful-paint') paintAfter(entry as InteractionContentfulPaint)
        else paint(entry as LargestContentfulPaint, entry.startTime, activationStart())
      }
    }
    const paint = (entry: LargestContentfulPaint | undefined, at: number, since: number) => {
      if (entry) observer.paint?.(entry)
      if (at < firstHiddenTime()) {
        reporter.metric.value = Math.max(at - since, 0)
        reporter.metric.entries = entry ? [entry] : []
        reporter.report()
      }
    }
    /** A paint caused by an interaction. It counts if the same interaction began the soft navigation. */
    const paintAfter = (entry: InteractionContentfulPaint) => {
      const { navigationId, navigationInteractionId } = reporter.metric
      if (!navigationId || ('interactionId' in entry && entry.interactionId !== navigationInteractionId)) return
      paint(entry.largestContentfulPaint, entry.largestContentfulPaint?.renderTime || 0, entry.startTime)
    }
    const navigate = (entry: PerformanceSoftNavigation) => {
      observer.softNavigation?.(entry)
      if (!isFinal) reporter.report(true)
      reporter.begin('soft-navigation', -1, entry)
      isFinal = false
      resetFirstHidden()
      // The largest paint so far was reported before the soft navigation's entry.
      const largest = attempt(() => entry.getLargestInteractionContentfulPaint?.())
      if (largest) take([largest])
    }

    const types = ['largest-contentful-paint']
    if (soft) types.push('interaction-contentful-paint', 'soft-navigation')
    // Even without paint entries: other metrics ask when the page was first hidden.
    reporter.defer(observeVisibility())
    const observation = observe(types, take, opts.buffered)
    if (!observation) return

    let ends: (() => void)[] = []
    let stopped = false
    const stop = () => {
      stopped = true
      observation.stop()
      for (const end of ends.splice(0)) end()
    }
    reporter.defer(stop)
    const finalize = () => {
      if (isFinal) return
      take(observation.take())
      isFinal = true
      if (!soft) stop()
      reporter.report(true)
    }
    // LCP is final at the first input, as what is painted afterwards may be its effect, and when a hidden page is shown, as
    // no user waited for it. Scrolling does not end it here, because scripts can scroll.
    const onEnd = (event: Event) => {
      if (!event.isTrusted || isFinal) return
      const { id } = reporter.metric
      // Not within the task of the input, which this would make slower.
      whenIdle(() => {
        if (id === reporter.metric.id) finalize()
        else if (!soft) stop()
      })
    }
    reporter.defer(observeLifecycle({
      hidden(event) {
        if (stopped || !event.isTrusted) return
        // Even if LCP is final: a later soft navigation must not receive these entries.
        take(observation.take())
        finalize()
      },
      restored({ timeStamp }) {
        reporter.begin('back-forward-cache', -1)
        isFinal = false
        whenPainted(() => {
          reporter.metric.value = now() - timeStamp
          isFinal = true
          reporter.report(true)
        })
      },
    }))
    ends = ['keydown', 'click', 'visibilitychange'].map((type) => on(globalThis, type, onEnd))
  })
}
