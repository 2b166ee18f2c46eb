import { activationStart, navigationEntry, bfcacheRestoreTime } from '../vitals/pageLifecycle.js'
import { observeForPage } from '../vitals/metricReporter.js'
import { observeFCP } from '../vitals/onFCP.js'
import type { FCPMetric, ObserveOpts } from '../vitals/types.js'
import { withAttribution } from './withAttribution.js'
import { loadState } from './loadState.js'
import { RecentNavigations } from './recentNavigations.js'
import type { AttributionReportOpts, FCPAttribution, FCPMetricWithAttribution } from './types.js'

/** Reports First Contentful Paint, with the phases before it. */
export function onFCP(callback: (metric: FCPMetricWithAttribution) => void, opts: AttributionReportOpts = {}): void {
  observeForPage(observeAttributedFCP, callback, opts)
}

/** Like `onFCP`. Returns a function that stops it. */
export function observeAttributedFCP(
  callback: (metric: FCPMetricWithAttribution) => void,
  opts: AttributionReportOpts & ObserveOpts,
): () => void {
  const navigations = new RecentNavigations()
  return observeFCP(
    (metric) => callback(withAttribution(metric, () => attribute(metric, navigations))),
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
  if (!paint || !entry) return { timeToFirstByte: 0, firstByteToFCP: value, loadState: loadState(bfcacheRestoreTime()) }
  const timeToFirstByte = Math.max(0, entry.responseStart - activationStart())
  return {
    timeToFirstByte,
    firstByteToFCP: value - timeToFirstByte,
    loadState: loadState(entries[0]!.startTime),
    navigationEntry: entry,
    fcpEntry: paint,
  }
}
