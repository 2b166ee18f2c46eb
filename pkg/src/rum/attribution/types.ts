// The attributions of web-vitals 6, with the same names and members. Times are in milliseconds.
import type { CLSMetric, FCPMetric, INPMetric, LCPMetric, LoadState, ReportOpts, TTFBMetric } from '../vitals/types.js'

export interface AttributionReportOpts extends ReportOpts {
  /** Returns the name of an element, or `undefined` or `null` to use a selector. */
  generateTarget?: (el: Node | null) => string | undefined | null
}

export interface INPAttributionReportOpts extends AttributionReportOpts {
  /** Fill `processedEventEntries`, which may be long. Default: `false`. */
  includeProcessedEventEntries?: boolean
}

export interface LCPAttributionReportOpts extends AttributionReportOpts {
  /** The number of latest resources that are kept in addition to the browser's own buffer of 250. Default: 50. */
  resourceBufferSize?: number
}

export interface CLSAttribution {
  /** The first element that moved in the largest shift, as a selector or as `generateTarget` names it. */
  largestShiftTarget?: string
  largestShiftTime?: DOMHighResTimeStamp
  largestShiftValue?: number
  largestShiftEntry?: LayoutShift
  /** Where that element was before and after the shift. */
  largestShiftSource?: LayoutShiftAttribution
  /** The state of the document at that time. */
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
  /** The phase of the interaction in which it started. */
  subpart: 'input-delay' | 'processing-duration' | 'presentation-delay'
  /** How long it ran during the interaction. */
  intersectingDuration: number
}

export interface INPAttribution {
  /** The target of the interaction. Missing if the browser reported no event. */
  interactionTarget?: string
  interactionTime?: DOMHighResTimeStamp
  interactionType?: 'pointer' | 'keyboard'
  /** When the next frame was painted, rounded to 8 ms. */
  nextPaintTime?: DOMHighResTimeStamp
  /** The events of the same frame; empty without `includeProcessedEventEntries`. */
  processedEventEntries: PerformanceEventTiming[]
  /** From the interaction until the first listener ran. */
  inputDelay: number
  /** From there until the last listener returned. */
  processingDuration: number
  /** From there until the next frame was painted. */
  presentationDelay: number
  /** The state of the document at that time. */
  loadState: LoadState
  /** The long animation frames that overlap the interaction. */
  longAnimationFrameEntries: PerformanceLongAnimationFrameTiming[]
  /** The script that ran longest during the interaction. The browser reports scripts of more than 5 ms. */
  longestScript?: INPLongestScriptSummary
  /** The duration of all such scripts, without forced style and layout. */
  totalScriptDuration?: number
  totalStyleAndLayoutDuration?: number
  /** From the end of the last long frame until the paint. */
  totalPaintDuration?: number
  /** The remaining time. */
  totalUnattributedDuration?: number
}

export interface LCPAttribution {
  /** The element that was painted, as a selector or as `generateTarget` names it. */
  target?: string
  /** The URL of the image, if the element is one. */
  url?: string
  timeToFirstByte: number
  /** From the first byte until the image was requested; 0 for text. */
  resourceLoadDelay: number
  /** From the request until the image was loaded; 0 for text. */
  resourceLoadDuration: number
  /** From there until the element was painted. */
  elementRenderDelay: number
  navigationEntry?: PerformanceNavigationTiming | PerformanceSoftNavigation
  lcpResourceEntry?: PerformanceResourceTiming
  lcpEntry?: LargestContentfulPaint
}

export interface TTFBAttribution {
  /** Before the request for the page: mostly redirects. */
  waitingDuration: number
  /** The lookup in the HTTP cache, and the service worker. */
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
