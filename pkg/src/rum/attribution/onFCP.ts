import { activationStart, navigationEntry, restoreTime } from '../vitals/page.js'
import { tell } from '../vitals/listener.js'
import { watchFCP } from '../vitals/onFCP.js'
import type { FCPMetric, WatchOpts } from '../vitals/types.js'
import { attributed } from './attributed.js'
import { loadState } from './loadState.js'
import { RecentNavigations } from './recentNavigations.js'
import type { AttributionReportOpts, FCPAttribution, FCPMetricWithAttribution } from './types.js'

/** First Contentful Paint, with what came before it. */
export function onFCP(callback: (metric: FCPMetricWithAttribution) => void, opts: AttributionReportOpts = {}): void {
  tell(watchAttributedFCP, callback, opts)
}

/** As `onFCP`; returns how to stop. */
export function watchAttributedFCP(
  callback: (metric: FCPMetricWithAttribution) => void,
  opts: AttributionReportOpts & WatchOpts,
): () => void {
  const navigations = new RecentNavigations()
  return watchFCP(
    (metric) => callback(attributed(metric, () => attribute(metric, navigations))),
    opts,
    navigations.add,
  )
}

function attribute(metric: FCPMetric, navigations: RecentNavigations): FCPAttribution {
  const { value, entries } = metric
  const soft = metric.navigationType === 'soft-navigation'
  const entry = soft ? undefined : navigationEntry()
  const softEntry = soft ? navigations.get(metric.navigationId) : undefined
  if (softEntry) return { timeToFirstByte: 0, firstByteToFCP: value, loadState: 'complete', navigationEntry: softEntry }
  const paint = entries[entries.length - 1]
  if (!paint || !entry) return { timeToFirstByte: 0, firstByteToFCP: value, loadState: loadState(restoreTime()) }
  const timeToFirstByte = Math.max(0, entry.responseStart - activationStart())
  return {
    timeToFirstByte,
    firstByteToFCP: value - timeToFirstByte,
    loadState: loadState(entries[0]!.startTime),
    navigationEntry: entry,
    fcpEntry: paint,
  }
}
