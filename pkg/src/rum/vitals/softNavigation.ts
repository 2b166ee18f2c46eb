import type { ReportOpts } from './types.js'

/** Whether soft navigations are wanted, and the browser knows them as it does since it shipped them. */
export function reportsSoftNavigations(opts: ReportOpts): boolean {
  const { PerformanceSoftNavigation: known, PerformanceObserver: observer } = globalThis as {
    PerformanceSoftNavigation?: { prototype: PerformanceSoftNavigation }
    PerformanceObserver?: { supportedEntryTypes?: readonly string[] }
  }
  return !!(
    opts.reportSoftNavs &&
    observer?.supportedEntryTypes?.includes('soft-navigation') &&
    typeof known?.prototype?.getLargestInteractionContentfulPaint === 'function'
  )
}

export const isSoftNavigation = (entry: PerformanceEntry): entry is PerformanceSoftNavigation =>
  entry.entryType === 'soft-navigation'
