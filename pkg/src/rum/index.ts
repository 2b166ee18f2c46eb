// `whippet/rum`: web vitals, errors and the toolkit's own figures, sent in small beacons.
export { startRum, type Rum, type RumBeacon, type RumOptions, type RumStats } from './rum.js'
export type { MeasuredClient } from './client.js'
export {
  onCLS,
  onFCP,
  onINP,
  onLCP,
  onTTFB,
  CLSThresholds,
  FCPThresholds,
  INPThresholds,
  LCPThresholds,
  TTFBThresholds,
  type CLSMetric,
  type FCPMetric,
  type INPMetric,
  type LCPMetric,
  type Metric,
  type MetricName,
  type MetricRatingThresholds,
  type NavigationType,
  type Rating,
  type ReportOpts,
  type TTFBMetric,
} from './vitals.js'
