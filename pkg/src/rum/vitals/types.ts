// Metrics by the names and fields of Chrome's web-vitals library, version 6.
import type { METRICS, NAVIGATION_TYPES, RATINGS } from '../../boundary/vitals.js'

/** A metric as it stands. */
export interface Metric {
  name: (typeof METRICS)[number]
  /** Milliseconds; a plain number for CLS. */
  value: number
  rating: (typeof RATINGS)[number]
  /** What was added since the last report; the whole value on the first. */
  delta: number
  /** Names this metric of this page view: reports with the same id replace one another. */
  id: string
  /** The performance entries that the value came from; empty where there are none. */
  entries: PerformanceEntry[]
  /**
   * How the page view began: as Navigation Timing says, with `back-forward` for `back_forward`, or
   * `back-forward-cache` where the page was still there, `prerender` where it was loaded ahead of time, `restore` where
   * the browser had discarded it, `soft-navigation` where only the route changed.
   */
  navigationType: (typeof NAVIGATION_TYPES)[number]
  /** The browser's number of the navigation that the metric belongs to; 0 where it has none. */
  navigationId: number
  /** The interaction that began a soft navigation. */
  navigationInteractionId?: number
  /** Where the page view began, ms since the document did; 0 for the first. */
  navigationStartTime?: number
  /** The address of the page view, which by now may be another. */
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

/** Up to the first value a metric is good, above the second poor; see https://web.dev/articles/vitals. */
export type MetricRatingThresholds = [number, number]

/** @deprecated As in web-vitals: a callback of any metric. */
export interface ReportCallback {
  (metric: MetricType): void
}

export interface ReportOpts {
  /** Report every change, not only what is settled. Default: `false`. */
  reportAllChanges?: boolean
  /** The shortest event that is looked at, in ms, for INP. Default: 40. */
  durationThreshold?: number
  /** Report each soft navigation as a page view of its own, where the browser knows them. Default: `false`. */
  reportSoftNavs?: boolean
}

export type INPReportOpts = ReportOpts

/** As `startRum` listens. */
export interface WatchOpts extends ReportOpts {
  /** Whether entries from before count. Default: `true`. */
  buffered?: boolean
}

/**
 * How far the document was: `loading` until it is parsed, `dom-interactive` until its deferred scripts ran,
 * `dom-content-loaded` until all it refers to is there, then `complete`.
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

// What TypeScript's own library does not know yet. Interfaces alone, so that others may declare them too.
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
