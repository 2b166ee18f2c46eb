import type { ReportOpts } from './types.js'

/**
 * Whether soft navigations are requested, and supported in the form in which Chrome shipped them: earlier experiments
 * had no `getLargestInteractionContentfulPaint`.
 */
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
