import { LCP_THRESHOLDS } from '../../boundary/vitals.js'
import type { Tracker } from '../../rules/vitals.js'
import { now, on, whenIdle, whenPainted } from '../lib/eventsAndTimers.js'
import { attempt } from '../lib/guard.js'
import { forPage, observeMetric } from './metricReporter.js'
import { activationStart, hiddenAt, resetFirstHidden } from './pageLifecycle.js'
import { reportsSoftNavigations } from './softNavigation.js'
import type { LCPMetric, MetricCallback, ReportOpts, ObserveOpts } from './types.js'

export { LCP_THRESHOLDS as LCPThresholds }

/** @internal Like `onLCP`, within a scope. Calls `onPaint` for each paint that may be the largest. */
export function observeLCP(
  callback: MetricCallback<LCPMetric>,
  opts: ObserveOpts,
  onPaint?: (entry: LargestContentfulPaint, reporter: Tracker) => void,
): void {
  const soft = reportsSoftNavigations(opts)
  const types = ['largest-contentful-paint']
  if (soft) types.push('interaction-contentful-paint')
  observeMetric<LCPMetric>('LCP', LCP_THRESHOLDS, -1, types, callback, opts, (reporter, pending) => {
    let isFinal = false
    /** Without soft navigations: LCP was final once. Entries that come later are of no page view. */
    let isOver = false
    // Only `reportAllChanges` and soft navigations need all candidates; otherwise the last one is enough.
    const deliver = (entries: PerformanceEntry[]) =>
      isOver || reporter.process$(opts.reportAllChanges || soft ? entries : entries.slice(-1))
    const paint = (entry: LargestContentfulPaint | undefined, at: number, since: number) => {
      if (entry) onPaint?.(entry, reporter)
      if (at < hiddenAt) reporter.report$(false, Math.max(at - since, 0), entry ? [entry] : [])
    }
    const finalize = () => {
      // Even if LCP is final: a later soft navigation must not receive these entries.
      deliver(pending())
      if (isFinal) return
      isOver = !soft
      isFinal = true
      reporter.report$(true)
    }
    // LCP is final at the first input, as what is painted afterwards may be its effect, and when a hidden page is shown, as
    // no user waited for it. Scrolling does not end it here, because scripts can scroll.
    const finalizeLater = (event: Event) => {
      if (!event.isTrusted || isFinal || isOver) return
      const { metric$: metric } = reporter
      // Not within the task of the input, which this would make slower.
      whenIdle(() => {
        if (metric !== reporter.metric$) isOver = !soft
        else finalize()
      })
    }
    for (const type of ['keydown', 'click', 'visibilitychange']) on(globalThis, type, finalizeLater)
    return {
      __proto__: null,
      deliver$: deliver,
      take$(entry) {
        if (entry.entryType === types[0]) return paint(entry as LargestContentfulPaint, entry.startTime, activationStart())
        // A paint caused by an interaction. It counts if the same interaction began the soft navigation.
        const { interactionId, largestContentfulPaint, startTime } = entry as InteractionContentfulPaint
        const { navigationId, navigationInteractionId } = reporter.metric$
        if (!navigationId || ('interactionId' in entry && interactionId !== navigationInteractionId)) return
        paint(largestContentfulPaint, largestContentfulPaint?.renderTime || 0, startTime)
      },
      navigate$(entry) {
        if (!isFinal) reporter.report$(true)
        reporter.begin$(-1, entry)
        isFinal = false
        resetFirstHidden()
        // The largest paint so far was reported before the soft navigation's entry.
        const largest = attempt(() => entry.getLargestInteractionContentfulPaint?.())
        if (largest) deliver([largest])
      },
      hidden$(event) {
        if (!isOver && event.isTrusted) finalize()
      },
      restored$(since) {
        isFinal = false
        whenPainted(() => {
          isFinal = true
          reporter.report$(true, now() - since)
        })
      },
    }
  })
}

/** Reports Largest Contentful Paint when it is final: at the first input, or when the page is hidden. */
export const onLCP: (callback: (metric: LCPMetric) => void, opts?: ReportOpts) => void = /* @__PURE__ */ forPage(observeLCP)
