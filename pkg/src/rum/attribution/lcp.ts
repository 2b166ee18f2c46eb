import { observeLCP } from '../vitals/onLCP.js'
import { activationStart, navigationEntry } from '../vitals/pageLifecycle.js'
import type { LCPMetric, ObserveOpts } from '../vitals/types.js'
import { attributed, type Attributed, type AttributedCallback, targetOf } from './attributed.js'
import { keepRecentResources, resourceBefore } from './recentResources.js'
import type { LCPAttributionReportOpts } from './types.js'

export interface AttributedLCP extends Attributed {
  /** What startRum does not report; missing without a paint. */
  more$?: [
    paint: LargestContentfulPaint,
    /** That of the image. */
    resource: PerformanceResourceTiming | undefined,
    navigation: PerformanceNavigationTiming | PerformanceSoftNavigation | undefined,
  ]
  /** Until the first byte, the request for the image, its end, and the paint. */
  phases$: [number, number, number, number]
}

/** Like `observeLCP`, with the painted element and the phases. */
export function observeAttributedLCP(
  callback: AttributedCallback<LCPMetric, AttributedLCP>,
  opts: LCPAttributionReportOpts & ObserveOpts,
): void {
  const targets = new WeakMap<LargestContentfulPaint, string>()
  observeLCP(
    attributed(callback, (metric, softEntry) => attribute(metric, targets, softEntry)),
    opts,
    (entry, reporter) => {
      const { element, id } = entry
      // Of two paints of one time the second is the larger. startRum, which alone sets `buffered`, hears of it though the value is
      // the same; other listeners do not, as in web-vitals.
      if (opts.buffered != null) reporter.previous$ = -1
      if (element || id) targets.set(entry, element ? targetOf(element, opts) : `#${id}`)
    },
  )
  keepRecentResources(opts.resourceBufferSize)
}

function attribute(
  { value, entries, navigationType, navigationStartTime }: LCPMetric,
  targets: WeakMap<LargestContentfulPaint, string>,
  softEntry?: PerformanceSoftNavigation,
): AttributedLCP {
  const paint = entries.at(-1)
  if (!paint) return { phases$: [0, 0, 0, value] }
  const { url } = paint
  const resource = url ? resourceBefore(url, paint.startTime) : undefined
  const soft = navigationType === 'soft-navigation'
  const entry = soft ? undefined : navigationEntry()
  const navigation = entry ?? softEntry
  let firstByte = 0
  let requested = 0
  let loaded = 0
  if (navigation) {
    const since = soft ? navigationStartTime! : activationStart()
    firstByte = Math.max(0, (entry?.responseStart ?? 0) - since)
    requested = Math.max(firstByte, resource ? (resource.requestStart || resource.startTime) - since : 0)
    // A video continues to load after its first frame was painted.
    loaded = Math.min(value, Math.max(requested, resource ? resource.responseEnd - since : 0))
  }
  return {
    target$: targets.get(paint),
    url$: url,
    phases$: [firstByte, requested - firstByte, loaded - requested, value - loaded],
    more$: [paint, resource, navigation],
  }
}
