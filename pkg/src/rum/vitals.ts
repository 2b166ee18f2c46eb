// The web vitals, by the names, arguments and fields of Chrome's web-vitals library.
import { guard } from './guard.js'
import { engine, quietly } from './wasm.js'

export type NavigationType = (typeof navigations)[number]
export type Rating = (typeof ratings)[number]
export type MetricName = (typeof metrics)[number]

/** A metric as it stands. */
export interface Metric {
  name: MetricName
  /** Milliseconds; a plain number for CLS. */
  value: number
  rating: Rating
  /** What was added since the last report; the whole value on the first. */
  delta: number
  /** Names this metric of this page view: reports with the same id replace one another. */
  id: string
  /** The performance entries that the value came from; empty where there are none. */
  entries: PerformanceEntry[]
  navigationType: NavigationType
}

export interface CLSMetric extends Metric {
  name: 'CLS'
}
export interface FCPMetric extends Metric {
  name: 'FCP'
}
export interface INPMetric extends Metric {
  name: 'INP'
}
export interface LCPMetric extends Metric {
  name: 'LCP'
}
export interface TTFBMetric extends Metric {
  name: 'TTFB'
}

export interface ReportOpts {
  /** Report every change, not only what is settled. Default: `false`. */
  reportAllChanges?: boolean
}

// The orders of the engine's lists: `Metric::ALL`, `Rating::ALL`, `Navigation::ALL`.
const metrics = ['LCP', 'INP', 'CLS', 'FCP', 'TTFB'] as const
const ratings = ['good', 'needs-improvement', 'poor'] as const
const navigations = [
  'navigate',
  'reload',
  'back-forward',
  'back-forward-cache',
  'prerender',
  'restore',
] as const

/** Up to the first value a metric is good, above the second poor; see https://web.dev/articles/vitals. */
export type MetricRatingThresholds = [number, number]
export const LCPThresholds: MetricRatingThresholds = [2500, 4000]
export const INPThresholds: MetricRatingThresholds = [200, 500]
export const CLSThresholds: MetricRatingThresholds = [0.1, 0.25]
export const FCPThresholds: MetricRatingThresholds = [1800, 3000]
export const TTFBThresholds: MetricRatingThresholds = [800, 1800]

let driver: InstanceType<NonNullable<ReturnType<typeof engine>>['VitalsDriver']> | undefined

function watch<M extends Metric>(name: M['name'], callback: (metric: M) => void, opts?: ReportOpts): void {
  const module = engine()
  if (!module) return
  driver ??= quietly(() => new module.VitalsDriver())

  let entries: PerformanceEntry[] = []
  let id = ''
  let idOf = -1
  // Nobody is called before `onLCP` and the like returned.
  let listening = false
  const listener = {
    entry(entry: PerformanceEntry) {
      entries.push(entry)
    },
    report(value: number, delta: number, rating: number, navigation: number, view: number) {
      if (view !== idOf) id = newId()
      idOf = view
      const metric = {
        name,
        value,
        rating: ratings[rating],
        delta,
        id,
        entries,
        navigationType: navigations[navigation],
      } as M
      entries = []
      const tell = () => guard(() => callback(metric))
      if (listening) tell()
      else queueMicrotask(tell)
    },
  }
  quietly(() => driver?.listen(metrics.indexOf(name), !!opts?.reportAllChanges, listener as never))
  listening = true
}

function newId(): string {
  return `v6-${Date.now()}-${Math.floor(Math.random() * 9e12) + 1e12}`
}

/** Largest Contentful Paint, once it is final: at the first input, or when the page is hidden. */
export function onLCP(callback: (metric: LCPMetric) => void, opts?: ReportOpts): void {
  watch('LCP', callback, opts)
}

/** Cumulative Layout Shift, each time the page is hidden after it rose. */
export function onCLS(callback: (metric: CLSMetric) => void, opts?: ReportOpts): void {
  watch('CLS', callback, opts)
}

/** Interaction to Next Paint, each time the page is hidden after it changed. */
export function onINP(callback: (metric: INPMetric) => void, opts?: ReportOpts): void {
  watch('INP', callback, opts)
}

/** First Contentful Paint, when it happens. */
export function onFCP(callback: (metric: FCPMetric) => void, opts?: ReportOpts): void {
  watch('FCP', callback, opts)
}

/** Time to First Byte, once the page is loaded. */
export function onTTFB(callback: (metric: TTFBMetric) => void, opts?: ReportOpts): void {
  watch('TTFB', callback, opts)
}
