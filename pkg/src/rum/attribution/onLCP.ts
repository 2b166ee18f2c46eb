import { guard } from '../guard.js'
import { navigationEntry } from '../vitals/page.js'
import { tell } from '../vitals/listener.js'
import { watchLCP } from '../vitals/onLCP.js'
import type { LCPMetric, WatchOpts } from '../vitals/types.js'
import { attributed } from './attributed.js'
import { RecentNavigations } from './recentNavigations.js'
import { rememberResources, resourceBefore } from './resources.js'
import { selector } from './selector.js'
import type { LCPAttribution, LCPAttributionReportOpts, LCPMetricWithAttribution } from './types.js'

/** Largest Contentful Paint, with what was painted and where the time went. */
export function onLCP(callback: (metric: LCPMetricWithAttribution) => void, opts: LCPAttributionReportOpts = {}): void {
  tell(watchAttributedLCP, callback, opts)
}

/** As `onLCP`; returns how to stop. */
export function watchAttributedLCP(
  callback: (metric: LCPMetricWithAttribution) => void,
  opts: LCPAttributionReportOpts & WatchOpts,
): () => void {
  if (typeof document === 'undefined') return () => {}
  rememberResources(opts.resourceBufferSize)
  const navigations = new RecentNavigations()
  // Named when they are painted: later they may be gone.
  const targets = new WeakMap<LargestContentfulPaint, string>()
  return watchLCP(
    (metric) => callback(attributed(metric, () => attribute(metric, navigations, targets))),
    opts,
    {
      paint(entry) {
        const node = entry.element
        if (node) targets.set(entry, guard(() => opts.generateTarget?.(node)) ?? selector(node))
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
  const asked = Math.max(firstByte, resource ? (resource.requestStart || resource.startTime) - since : 0)
  // A video goes on loading after its first frame was painted.
  const loaded = Math.min(value, Math.max(asked, resource ? resource.responseEnd - since : 0))
  return {
    ...attribution,
    timeToFirstByte: firstByte,
    resourceLoadDelay: asked - firstByte,
    resourceLoadDuration: loaded - asked,
    elementRenderDelay: value - loaded,
    navigationEntry: navigation,
  }
}
