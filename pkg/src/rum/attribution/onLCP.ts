import { callPageFunction } from '../lib/guard.js'
import { navigationEntry } from '../vitals/pageLifecycle.js'
import { observeForPage } from '../vitals/metricReporter.js'
import { observeLCP } from '../vitals/onLCP.js'
import type { LCPMetric, ObserveOpts } from '../vitals/types.js'
import { withAttribution } from './withAttribution.js'
import { RecentNavigations } from './recentNavigations.js'
import { keepRecentResources, resourceBefore } from './recentResources.js'
import { selector } from './selector.js'
import type { LCPAttribution, LCPAttributionReportOpts, LCPMetricWithAttribution } from './types.js'

/** Reports Largest Contentful Paint, with the painted element and the phases. */
export function onLCP(callback: (metric: LCPMetricWithAttribution) => void, opts: LCPAttributionReportOpts = {}): void {
  observeForPage(observeAttributedLCP, callback, opts)
}

/** Like `onLCP`. Returns a function that stops it. */
export function observeAttributedLCP(
  callback: (metric: LCPMetricWithAttribution) => void,
  opts: LCPAttributionReportOpts & ObserveOpts,
): () => void {
  if (typeof document === 'undefined') return () => {}
  keepRecentResources(opts.resourceBufferSize)
  const navigations = new RecentNavigations()
  // Computed when the paint is observed: later the element may be removed.
  const targets = new WeakMap<LargestContentfulPaint, string>()
  return observeLCP(
    (metric) => callback(withAttribution(metric, () => attribute(metric, navigations, targets))),
    opts,
    {
      paint(entry) {
        const node = entry.element
        if (node) targets.set(entry, callPageFunction(() => opts.generateTarget?.(node)) ?? selector(node))
        else if (entry.id) targets.set(entry, `#${entry.id}`)
      },
      softNavigation: navigations.add,
    },
  )
}

function attribute(
  metric: LCPMetric,
  navigations: RecentNavigations,
  targets: WeakMap<LargestContentfulPaint, string>,
): LCPAttribution {
  const { value, entries } = metric
  const unknown = { timeToFirstByte: 0, resourceLoadDelay: 0, resourceLoadDuration: 0, elementRenderDelay: value }
  const paint = entries[entries.length - 1]
  if (!paint) return unknown

  const resource = paint.url ? resourceBefore(paint.url, paint.startTime) : undefined
  const attribution: LCPAttribution = {
    ...unknown,
    target: targets.get(paint),
    lcpEntry: paint,
    ...(paint.url && { url: paint.url }),
    ...(resource && { lcpResourceEntry: resource }),
  }

  const soft = metric.navigationType === 'soft-navigation'
  const entry = soft ? undefined : navigationEntry()
  const navigation = soft ? navigations.get(metric.navigationId) : entry
  if (!navigation) return attribution
  const since = (soft ? metric.navigationStartTime : entry?.activationStart) ?? 0
  const firstByte = Math.max(0, (entry?.responseStart ?? 0) - since)
  const requested = Math.max(firstByte, resource ? (resource.requestStart || resource.startTime) - since : 0)
  // A video continues to load after its first frame was painted.
  const loaded = Math.min(value, Math.max(requested, resource ? resource.responseEnd - since : 0))
  return {
    ...attribution,
    timeToFirstByte: firstByte,
    resourceLoadDelay: requested - firstByte,
    resourceLoadDuration: loaded - requested,
    elementRenderDelay: value - loaded,
    navigationEntry: navigation,
  }
}
