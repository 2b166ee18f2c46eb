export { CLSThresholds, onCLS } from './onCLS.js'
export { FCPThresholds, onFCP } from './onFCP.js'
export { INPThresholds, onINP } from './onINP.js'
export { LCPThresholds, onLCP } from './onLCP.js'
export { onTTFB, TTFBThresholds } from './onTTFB.js'
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
} from './types.js'
