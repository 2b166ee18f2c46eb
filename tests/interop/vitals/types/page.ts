// A page that uses every type and every option.
import {
  CLSThresholds,
  FCPThresholds,
  INPThresholds,
  LCPThresholds,
  onCLS,
  onFCP,
  onINP,
  onLCP,
  onTTFB,
  TTFBThresholds,
} from 'web-vitals'
import type {
  AttributionReportOpts,
  CLSAttribution,
  CLSMetric,
  CLSMetricWithAttribution,
  FCPAttribution,
  FCPMetric,
  FCPMetricWithAttribution,
  INPAttribution,
  INPAttributionReportOpts,
  INPLongestScriptSummary,
  INPMetric,
  INPMetricWithAttribution,
  INPReportOpts,
  LCPAttribution,
  LCPAttributionReportOpts,
  LCPMetric,
  LCPMetricWithAttribution,
  LoadState,
  Metric,
  MetricRatingThresholds,
  MetricType,
  MetricWithAttribution,
  ReportCallback,
  ReportOpts,
  TTFBAttribution,
  TTFBMetric,
  TTFBMetricWithAttribution,
} from 'web-vitals'
import * as attributed from 'web-vitals/attribution'

const sent: { name: Metric['name']; value: number; state?: LoadState }[] = []
const thresholds: MetricRatingThresholds[] = [CLSThresholds, FCPThresholds, INPThresholds, LCPThresholds, TTFBThresholds]
export const worst = Math.max(...thresholds.map(([, poor]) => poor), attributed.LCPThresholds[0])

const send = (metric: MetricType) => sent.push({ name: metric.name, value: metric.value })
const old: ReportCallback = (metric) => send(metric)
const opts: ReportOpts = { reportAllChanges: true, reportSoftNavs: true }
const forINP: INPReportOpts = { ...opts, durationThreshold: 16 }

onCLS((metric: CLSMetric) => send(metric), opts)
onFCP((metric: FCPMetric) => metric.entries[0]?.startTime)
onINP(({ entries: [first] }: INPMetric) => first?.interactionId, forINP)
onLCP(({ entries, navigationURL }: LCPMetric) => `${entries.at(-1)?.element?.nodeName} ${navigationURL}`)
onTTFB((metric: TTFBMetric) => send(metric))
onLCP(old)
onTTFB(old)

const named: AttributionReportOpts = { ...opts, generateTarget: (el: Node | null) => el?.nodeName }
const namedINP: INPAttributionReportOpts = { ...named, durationThreshold: 0, includeProcessedEventEntries: true }
const namedLCP: LCPAttributionReportOpts = { ...named, resourceBufferSize: 10 }

attributed.onCLS((metric: CLSMetricWithAttribution) => {
  const { largestShiftSource, largestShiftTarget, loadState }: CLSAttribution = metric.attribution
  sent.push({ name: metric.name, value: metric.attribution.largestShiftEntry?.value ?? 0, state: loadState })
  return [largestShiftSource?.node, largestShiftSource?.currentRect.width, largestShiftTarget]
}, named)
attributed.onFCP(({ attribution }: FCPMetricWithAttribution) => {
  const { fcpEntry, firstByteToFCP }: FCPAttribution = attribution
  return [fcpEntry?.startTime, firstByteToFCP]
})
attributed.onINP(({ attribution }: INPMetricWithAttribution) => {
  const { longestScript, longAnimationFrameEntries, processedEventEntries }: INPAttribution = attribution
  const script: INPLongestScriptSummary | undefined = longestScript
  const blocking: number = longAnimationFrameEntries.reduce((sum, { blockingDuration }) => sum + blockingDuration, 0)
  return [script?.entry.invokerType, script?.subpart === 'input-delay', blocking, processedEventEntries[0]?.targetSelector]
}, namedINP)
attributed.onLCP(({ attribution }: LCPMetricWithAttribution) => {
  const { lcpEntry, lcpResourceEntry, elementRenderDelay }: LCPAttribution = attribution
  return [lcpEntry?.url, lcpResourceEntry?.initiatorType, elementRenderDelay]
}, namedLCP)
attributed.onTTFB(({ attribution }: TTFBMetricWithAttribution) => {
  const { navigationEntry, waitingDuration }: TTFBAttribution = attribution
  return navigationEntry && 'serverTiming' in navigationEntry ? navigationEntry.serverTiming.length : waitingDuration
})

export function kindOf(metric: MetricWithAttribution): string | undefined {
  if (metric.name === 'INP') return metric.attribution.interactionType
  return metric.name === 'LCP' ? metric.attribution.target : metric.navigationType
}
const softly: PerformanceSoftNavigation[] = performance.getEntriesByType('soft-navigation')
export const paints = softly.map((entry) => entry.getLargestInteractionContentfulPaint?.()?.largestContentfulPaint?.renderTime)
export const known = 'getLargestInteractionContentfulPaint' in PerformanceSoftNavigation.prototype
export const ahead: boolean = (document.prerendering ?? false) || (document.wasDiscarded ?? false)
