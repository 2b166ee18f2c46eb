import { now } from '../hooks.js'
import { listen, tell } from './listener.js'
import { observe } from './observe.js'
import { activationStart, firstHidden, watchVisibility, whenActivated, whenPainted } from './page.js'
import { reportsSoftNavigations } from './softNavigation.js'
import type { FCPMetric, ReportOpts, WatchOpts } from './types.js'

export { FCP_THRESHOLDS as FCPThresholds } from '../../boundary/vitals.js'

/** First Contentful Paint, when it happens. */
export function onFCP(callback: (metric: FCPMetric) => void, opts: ReportOpts = {}): void {
  tell(watchFCP, callback, opts)
}

/** As `onFCP`; tells `onSoftNavigation` of each entry first, and returns how to stop. */
export function watchFCP(
  callback: (metric: FCPMetric) => void,
  opts: WatchOpts,
  onSoftNavigation?: (entry: PerformanceSoftNavigation) => void,
): () => void {
  return whenActivated(() =>
    listen<FCPMetric>('FCP', -1, callback, opts.reportAllChanges, (listener) => {
      // Watched from now on: a page that is hidden before it is painted has no FCP.
      listener.undo(watchVisibility())
      const observation = observe(['paint'], (entries) => {
        for (const entry of entries) {
          if (entry.name !== 'first-contentful-paint') continue
          observation?.stop()
          if (entry.startTime < firstHidden()) {
            const { metric } = listener
            metric.value = Math.max(entry.startTime - activationStart(), 0)
            metric.entries.push(entry as PerformancePaintTiming)
            metric.navigationId = entry.navigationId || metric.navigationId
            listener.report(true)
          }
        }
      }, opts.buffered)
      listener.undo(observation?.stop)
      if (observation) {
        listener.attend({
          restored({ timeStamp }) {
            listener.begin('back-forward-cache', -1)
            whenPainted(() => {
              listener.metric.value = now() - timeStamp
              listener.report(true)
            })
          },
        })
      }
      if (reportsSoftNavigations(opts)) {
        const navigations = observe(['soft-navigation'], (entries) => {
          for (const entry of entries as PerformanceSoftNavigation[]) {
            onSoftNavigation?.(entry)
            const painted = entry.presentationTime || entry.paintTime || 0
            listener.begin('soft-navigation', Math.max(painted - entry.startTime, 0), entry)
            listener.report(true)
          }
        }, opts.buffered)
        listener.undo(navigations?.stop)
      }
    }),
  )
}
