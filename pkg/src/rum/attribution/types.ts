// Attributions by the names and fields of web-vitals 6. Times are milliseconds.
import type {
  CLSMetric,
  FCPMetric,
  INPMetric,
  LCPMetric,
  LoadState,
  ReportOpts,
  TTFBMetric,
} from '../vitals/types.js'

export interface AttributionReportOpts extends ReportOpts {
  /** Names an element; `undefined` or `null` for a selector. */
  generateTarget?: (el: Node | null) => string | undefined | null
}

export interface INPAttributionReportOpts extends AttributionReportOpts {
  /** Whether `processedEventEntries` is filled: it may hold many. Default: `false`. */
  includeProcessedEventEntries?: boolean
}

export interface LCPAttributionReportOpts extends AttributionReportOpts {
  /** How many of the latest resources are remembered beside the browser's own first 250. Default: 50. */
  resourceBufferSize?: number
}

export interface CLSAttribution {
  /** The first element that moved in the largest shift, as a selector or as `generateTarget` names it. */
  largestShiftTarget?: string
  largestShiftTime?: DOMHighResTimeStamp
  largestShiftValue?: number
  largestShiftEntry?: LayoutShift
  /** Where that element was and went. */
  largestShiftSource?: LayoutShiftAttribution
  /** How far the document was then. */
  loadState?: LoadState
}

export interface FCPAttribution {
  timeToFirstByte: number
  firstByteToFCP: number
  loadState: LoadState
  fcpEntry?: PerformancePaintTiming
  navigationEntry?: PerformanceNavigationTiming | PerformanceSoftNavigation
}

export interface INPLongestScriptSummary {
  entry: PerformanceScriptTiming
  /** The part of the interaction that it ran in. */
  subpart: 'input-delay' | 'processing-duration' | 'presentation-delay'
  /** How long it ran within the interaction. */
  intersectingDuration: number
}

export interface INPAttribution {
  /** The element that was interacted with. Missing where the browser told of no event. */
  interactionTarget?: string
  interactionTime?: DOMHighResTimeStamp
  interactionType?: 'pointer' | 'keyboard'
  /** When the next frame was painted, as well as it is known. */
  nextPaintTime?: DOMHighResTimeStamp
  /** The events of the same frame; empty without `includeProcessedEventEntries`. */
  processedEventEntries: PerformanceEventTiming[]
  /** Until the first listener ran. */
  inputDelay: number
  /** Until the last listener ended. */
  processingDuration: number
  /** Until the next frame was painted. */
  presentationDelay: number
  /** How far the document was then. */
  loadState: LoadState
  /** The long animation frames that the interaction was in. */
  longAnimationFrameEntries: PerformanceLongAnimationFrameTiming[]
  /** The script that ran longest within the interaction, of those above 5 ms. */
  longestScript?: INPLongestScriptSummary
  /** All such scripts, forced style and layout aside. */
  totalScriptDuration?: number
  totalStyleAndLayoutDuration?: number
  /** From the end of the last long frame until the paint. */
  totalPaintDuration?: number
  /** The rest. */
  totalUnattributedDuration?: number
}

export interface LCPAttribution {
  /** The element that was painted, as a selector or as `generateTarget` names it. */
  target?: string
  /** The address of its image, where it is one. */
  url?: string
  timeToFirstByte: number
  /** From the first byte until the image was asked for; 0 for text, as the next. */
  resourceLoadDelay: number
  resourceLoadDuration: number
  /** From there until it was painted. */
  elementRenderDelay: number
  navigationEntry?: PerformanceNavigationTiming | PerformanceSoftNavigation
  lcpResourceEntry?: PerformanceResourceTiming
  lcpEntry?: LargestContentfulPaint
}

export interface TTFBAttribution {
  /** Until the page's request was begun: redirects, mostly. */
  waitingDuration: number
  /** Looking into the HTTP cache, and the service worker's part. */
  cacheDuration: number
  dnsDuration: number
  connectionDuration: number
  /** From the request to the first byte. */
  requestDuration: number
  navigationEntry?: PerformanceNavigationTiming | PerformanceSoftNavigation
}

export interface CLSMetricWithAttribution extends CLSMetric {
  attribution: CLSAttribution
}
export interface FCPMetricWithAttribution extends FCPMetric {
  attribution: FCPAttribution
}
export interface INPMetricWithAttribution extends INPMetric {
  attribution: INPAttribution
}
export interface LCPMetricWithAttribution extends LCPMetric {
  attribution: LCPAttribution
}
export interface TTFBMetricWithAttribution extends TTFBMetric {
  attribution: TTFBAttribution
}

export type MetricWithAttribution =
  | CLSMetricWithAttribution
  | FCPMetricWithAttribution
  | INPMetricWithAttribution
  | LCPMetricWithAttribution
  | TTFBMetricWithAttribution
