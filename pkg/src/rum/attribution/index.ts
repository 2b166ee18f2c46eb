// `whippet/rum/attribution`: the web vitals with attribution.
export { onCLS } from './onCLS.js'
export { onFCP } from './onFCP.js'
export { onINP } from './onINP.js'
export { onLCP } from './onLCP.js'
export { onTTFB } from './onTTFB.js'
export { CLSThresholds } from '../vitals/onCLS.js'
export { FCPThresholds } from '../vitals/onFCP.js'
export { INPThresholds } from '../vitals/onINP.js'
export { LCPThresholds } from '../vitals/onLCP.js'
export { TTFBThresholds } from '../vitals/onTTFB.js'
export type {
  AttributionReportOpts,
  CLSAttribution,
  CLSMetricWithAttribution,
  FCPAttribution,
  FCPMetricWithAttribution,
  INPAttribution,
  INPAttributionReportOpts,
  INPLongestScriptSummary,
  INPMetricWithAttribution,
  LCPAttribution,
  LCPAttributionReportOpts,
  LCPMetricWithAttribution,
  MetricWithAttribution,
  TTFBAttribution,
  TTFBMetricWithAttribution,
} from './types.js'
export type {
  CLSMetric,
  FCPMetric,
  INPMetric,
  INPReportOpts,
  LCPMetric,
  LoadState,
  Metric,
  MetricRatingThresholds,
  MetricType,
  ReportCallback,
  ReportOpts,
  TTFBMetric,
} from '../vitals/types.js'
