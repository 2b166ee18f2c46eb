// Metrics by the names and fields of Chrome's web-vitals library, version 6.
import type { METRICS, NAVIGATION_TYPES, RATINGS } from '../../boundary/vitals.js'

/** The value of a vital in one page view. */
export interface Metric {
  name: (typeof METRICS)[number]
  /** Milliseconds; a plain number for CLS. */
  value: number
  rating: (typeof RATINGS)[number]
  /** The increase since the last report; on the first report, the whole value. */
  delta: number
  /** Unique per metric and page view: a report replaces the previous one with the same id. */
  id: string
  /** The performance entries from which the value was computed. May be empty. */
  entries: PerformanceEntry[]
  /**
   * How the page view began: the type from Navigation Timing (with `-` for `_`), `back-forward-cache` if the page was
   * restored from that cache, `prerender` if it was loaded ahead of time, `restore` if the browser had discarded it,
   * `soft-navigation` if only the route changed.
   */
  navigationType: (typeof NAVIGATION_TYPES)[number]
  /** The browser's id of the navigation; 0 if it has none. */
  navigationId: number
  /** The interaction that began a soft navigation. */
  navigationInteractionId?: number
  /** When the page view began, in ms since the document's time origin; 0 for the first. */
  navigationStartTime?: number
  /** The URL of the page view. The page's current URL may differ. */
  navigationURL?: string
}

export interface CLSMetric extends Metric {
  name: 'CLS'
  entries: LayoutShift[]
}
export interface FCPMetric extends Metric {
  name: 'FCP'
  entries: PerformancePaintTiming[]
}
export interface INPMetric extends Metric {
  name: 'INP'
  entries: PerformanceEventTiming[]
}
export interface LCPMetric extends Metric {
  name: 'LCP'
  entries: LargestContentfulPaint[]
}
export interface TTFBMetric extends Metric {
  name: 'TTFB'
  entries: PerformanceNavigationTiming[] | PerformanceSoftNavigation[]
}

/** Any of the five. */
export type MetricType = CLSMetric | FCPMetric | INPMetric | LCPMetric | TTFBMetric

/** Up to the first value a metric is good, above the second it is poor; see https://web.dev/articles/vitals. */
export type MetricRatingThresholds = [number, number]

/** @deprecated As in web-vitals: a callback for any metric. */
export interface ReportCallback {
  (metric: MetricType): void
}

export interface ReportOpts {
  /** Report every change, not only final values. Default: `false`. */
  reportAllChanges?: boolean
  /** For INP: the shortest event that is observed, in ms. Default: 40. */
  durationThreshold?: number
  /** Report each soft navigation as a separate page view, if the browser supports it. Default: `false`. */
  reportSoftNavs?: boolean
}

export type INPReportOpts = ReportOpts

/** The options of `startRum`'s observers. */
export interface ObserveOpts extends ReportOpts {
  /** Include entries that were recorded earlier. Default: `true`. */
  buffered?: boolean
}

/** What `startRum`'s observers call. `navigation`: the soft navigation that the metric belongs to. */
export type MetricCallback<M> = (metric: M, navigation?: PerformanceSoftNavigation) => void

/**
 * The state of the document: `loading` until it is parsed, `dom-interactive` until its deferred scripts have run,
 * `dom-content-loaded` until all its resources are loaded, then `complete`.
 */
export type LoadState = 'loading' | 'dom-interactive' | 'dom-content-loaded' | 'complete'

interface EntriesByType {
  event: PerformanceEventTiming
  'interaction-contentful-paint': InteractionContentfulPaint
  'layout-shift': LayoutShift
  navigation: PerformanceNavigationTiming
  paint: PerformancePaintTiming
  resource: PerformanceResourceTiming
  'soft-navigation': PerformanceSoftNavigation
}

// Types that TypeScript's library lacks. Interfaces, so that other libraries may declare the same.
declare global {
  interface Document {
    prerendering?: boolean
    wasDiscarded?: boolean
  }
  interface Performance {
    getEntriesByType<K extends keyof EntriesByType>(type: K): EntriesByType[K][]
  }
  interface PerformanceEntry {
    navigationId?: number
  }
  interface PerformanceObserverInit {
    durationThreshold?: number
  }
  interface PerformanceNavigationTiming {
    activationStart?: number
  }
  interface PerformanceEventTiming {
    readonly targetSelector: string
  }
  interface LayoutShiftAttribution {
    node: Node | null
    previousRect: DOMRectReadOnly
    currentRect: DOMRectReadOnly
  }
  interface LayoutShift extends PerformanceEntry {
    value: number
    sources: LayoutShiftAttribution[]
    hadRecentInput: boolean
  }
  interface InteractionContentfulPaint extends PerformanceEntry {
    readonly interactionId: number
    readonly largestContentfulPaint?: LargestContentfulPaint
  }
  interface PerformanceSoftNavigation extends PerformanceEntry {
    readonly interactionId: number
    readonly navigationType?: 'push' | 'reload' | 'replace' | 'traverse'
    readonly paintTime?: number
    readonly presentationTime?: number
    readonly getLargestInteractionContentfulPaint?: () => InteractionContentfulPaint | null
  }
  var PerformanceSoftNavigation: { prototype: PerformanceSoftNavigation }
  interface PerformanceScriptTiming extends PerformanceEntry {
    readonly invokerType:
      | 'classic-script'
      | 'module-script'
      | 'event-listener'
      | 'user-callback'
      | 'resolve-promise'
      | 'reject-promise'
    readonly invoker: string
    readonly executionStart: DOMHighResTimeStamp
    readonly sourceURL: string
    readonly sourceFunctionName: string
    readonly sourceCharPosition: number
    readonly pauseDuration: DOMHighResTimeStamp
    readonly forcedStyleAndLayoutDuration: DOMHighResTimeStamp
    readonly window?: Window
    readonly windowAttribution: 'self' | 'descendant' | 'ancestor' | 'same-page' | 'other'
  }
  interface PerformanceLongAnimationFrameTiming extends PerformanceEntry {
    readonly renderStart: DOMHighResTimeStamp
    readonly styleAndLayoutStart: DOMHighResTimeStamp
    readonly blockingDuration: DOMHighResTimeStamp
    readonly firstUIEventTimestamp: DOMHighResTimeStamp
    readonly scripts: PerformanceScriptTiming[]
  }
}
