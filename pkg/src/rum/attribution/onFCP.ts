import { activationStart, navigationEntry, restoredAt } from '../vitals/pageLifecycle.js'
import { observeFCP } from '../vitals/onFCP.js'
import type { FCPMetric } from '../vitals/types.js'
import { withAttribution } from './withAttribution.js'
import { loadState } from './loadState.js'
import type { AttributionReportOpts, FCPAttribution, FCPMetricWithAttribution } from './types.js'

function attribution(
  { value, entries, navigationId, navigationType }: FCPMetric,
  softEntry?: PerformanceSoftNavigation,
): FCPAttribution {
  const soft = { timeToFirstByte: 0, firstByteToFCP: value }
  // A late paint may have moved the metric to a navigation that has not been reported.
  if (softEntry && softEntry.navigationId === navigationId) return { ...soft, loadState: 'complete', navigationEntry: softEntry }
  const entry = navigationType === 'soft-navigation' ? undefined : navigationEntry()
  const paint = entries[entries.length - 1]
  if (!paint || !entry) return { ...soft, loadState: loadState(restoredAt) }
  const timeToFirstByte = Math.max(0, entry.responseStart - activationStart())
  return {
    timeToFirstByte,
    firstByteToFCP: value - timeToFirstByte,
    loadState: loadState(entries[0]!.startTime),
    navigationEntry: entry,
    fcpEntry: paint,
  }
}

/** Reports First Contentful Paint, with the phases before it. */
export const onFCP: (callback: (metric: FCPMetricWithAttribution) => void, opts?: AttributionReportOpts) => void =
  /* @__PURE__ */ withAttribution(observeFCP, attribution)
