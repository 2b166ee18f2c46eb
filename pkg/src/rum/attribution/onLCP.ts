import { navigationEntry } from '../vitals/pageLifecycle.js'
import { forPage } from '../vitals/metricReporter.js'
import { observeLCP } from '../vitals/onLCP.js'
import type { LCPMetric, ObserveOpts } from '../vitals/types.js'
import { targetOf, withAttribution } from './withAttribution.js'
import { keepRecentResources, resourceBefore } from './recentResources.js'
import type { LCPAttribution, LCPAttributionReportOpts, LCPMetricWithAttribution } from './types.js'

/** Like `onLCP`, within a scope. */
export function observeAttributedLCP(
  callback: (metric: LCPMetricWithAttribution) => void,
  opts: LCPAttributionReportOpts & ObserveOpts,
): void {
  if (typeof document === 'undefined') return
  keepRecentResources(opts.resourceBufferSize)
  const targets = new WeakMap<LargestContentfulPaint, string>()
  const attributed = withAttribution(callback, (metric: LCPMetric, softEntry) => attribute(metric, targets, softEntry))
  observeLCP(attributed, opts, (entry) => {
    const { element, id } = entry
    if (element || id) targets.set(entry, element ? targetOf(element, opts) : `#${id}`)
  })
}

function attribute(
  { value, entries, navigationType, navigationStartTime }: LCPMetric,
  targets: WeakMap<LargestContentfulPaint, string>,
  softEntry?: PerformanceSoftNavigation,
): LCPAttribution {
  const unknown = { timeToFirstByte: 0, resourceLoadDelay: 0, resourceLoadDuration: 0, elementRenderDelay: value }
  const paint = entries[entries.length - 1]
  if (!paint) return unknown

  const { url } = paint
  const resource = url ? resourceBefore(url, paint.startTime) : undefined
  const attribution: LCPAttribution = {
    ...unknown,
    target: targets.get(paint),
    lcpEntry: paint,
    ...(url && { url }),
    ...(resource && { lcpResourceEntry: resource }),
  }

  const soft = navigationType === 'soft-navigation'
  const entry = soft ? undefined : navigationEntry()
  const navigation = entry ?? softEntry
  if (!navigation) return attribution
  const since = (soft ? navigationStartTime : entry?.activationStart) ?? 0
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

/** Reports Largest Contentful Paint, with the painted element and the phases. */
export const onLCP: (callback: (metric: LCPMetricWithAttribution) => void, opts?: LCPAttributionReportOpts) => void =
  /* @__PURE__ */ forPage(observeAttributedLCP)
