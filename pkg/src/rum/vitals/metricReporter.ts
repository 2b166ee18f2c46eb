// Observes one metric for one callback.
import { EVENT_THRESHOLD, type MetricCode, RATINGS } from '../../boundary/vitals.js'
import { attempt, callPageFunction } from '../lib/guard.js'
import { copyOwn } from '../lib/properties.js'
import { random } from '../lib/random.js'
import { within } from '../lib/scope.js'
import { vitalsEngine, type VitalsEngine } from './engine.js'
import { interactionCount } from './interactionCount.js'
import { observe, type Pending } from './observe.js'
import { navigationEntry, observeLifecycle, observeVisibility, restoredAt, whenActivated } from './pageLifecycle.js'
import { reportsSoftNavigations } from './softNavigation.js'
import type { Metric, MetricCallback, ObserveOpts } from './types.js'

export interface MetricReporter<M extends Metric> {
  /** The metric of the current page view. */
  metric: M
  engine: VitalsEngine
  /** The handle of this metric's tracker in the engine. */
  tracker: number
  /** Sets the metric's value, and calls the callback if it changed. Without `reportAllChanges` only if it is `settled`. */
  report(settled?: boolean, value?: number, entries?: PerformanceEntry[]): void
  /** Begins a new page view: that of a soft navigation, or after a return from the back/forward cache. */
  begin(value: number, entry?: PerformanceSoftNavigation): void
  /** Passes entries to the handlers. */
  process(entries: PerformanceEntry[], settled?: boolean): void
}

/** What is special of a metric. */
export interface MetricHandlers {
  /** Takes the entries that the browser delivers, instead of `process`. */
  deliver?(entries: PerformanceEntry[]): void
  take?(entry: PerformanceEntry): void
  navigate(entry: PerformanceSoftNavigation): void
  /** Called after all entries were taken. */
  update?(settled?: boolean): void
  hidden?(event: Event): void
  /** Called when the page view after a return from the back/forward cache has begun, `since` when. */
  restored?(since: number): void
}

/**
 * Observes entries of `types` for the metric `name`, once the page is not prerendering, within a scope. `start` returns the
 * handlers; it is not called where the browser has no such entries. Does nothing where wasm cannot run. `value`: that of a page
 * view without any measurement.
 */
export const observeMetric = <M extends Metric>(
  name: M['name'],
  code: MetricCode,
  value: number,
  types: string[],
  callback: MetricCallback<M>,
  opts: ObserveOpts,
  start: (reporter: MetricReporter<M>, pending: Pending) => MetricHandlers,
): void =>
  whenActivated(() => {
    const engine = vitalsEngine()
    if (!engine) return
    const tracker = engine.vital_create()
    let navigation: PerformanceSoftNavigation | undefined
    const reporter: MetricReporter<M> = {
      metric: createMetric(name, value),
      engine,
      tracker,
      report(settled, value = reporter.metric.value, entries = reporter.metric.entries) {
        const { metric } = reporter
        metric.value = value
        metric.entries = entries
        const delta = engine.vital_delta(tracker, value, settled || opts.reportAllChanges ? 1 : 0)
        if (delta !== delta) return
        metric.delta = delta
        metric.rating = RATINGS[engine.vital_rating(code, value)]!
        // A late paint may move the metric to a navigation that has not been reported.
        attempt(() => callback(metric, navigation?.navigationId === metric.navigationId ? navigation : undefined))
      },
      begin(value, entry) {
        const { navigationId, navigationInteractionId: interactionId, navigationURL: url } = reporter.metric
        engine.vital_begin(tracker, interactionCount(engine))
        navigation = entry
        const restored = { navigationId, interactionId, name: url, startTime: restoredAt }
        reporter.metric = createMetric(name, value, entry ?? restored)
      },
      process(entries, settled) {
        for (const entry of entries) {
          if (entry.entryType === 'soft-navigation') {
            const next = entry as PerformanceSoftNavigation
            // Of two with one id, the later is the metric's.
            if (navigation?.navigationId === next.navigationId) navigation = next
            handlers.navigate(next)
          } else handlers.take!(entry)
        }
        handlers.update?.(settled)
      },
    }
    // TTFB has no entries, and does not depend on visibility.
    const hasEntries = types.length
    if (hasEntries) observeVisibility()
    if (reportsSoftNavigations(opts)) types = [...types, 'soft-navigation']
    const deliver = (entries: PerformanceEntry[]) => (handlers.deliver ?? reporter.process)(entries)
    const pending = observe(types, deliver, opts.buffered, opts.durationThreshold ?? EVENT_THRESHOLD)
    if (hasEntries && !pending) return
    const handlers = copyOwn(start(reporter, pending!))
    observeLifecycle({
      hidden: handlers.hidden,
      restored({ timeStamp }) {
        reporter.begin(value)
        handlers.restored?.(timeStamp)
      },
    })
  })

/** A function for pages: errors of the callback reach the page, errors of `observe` do not. */
export const forPage =
  <M, O extends object>(observe: (callback: (metric: M) => void, opts: O) => unknown) =>
  (callback: (metric: M) => void, opts: O = {} as O): void =>
    void within(undefined, () => observe((metric) => callPageFunction(() => callback(metric)), opts))

/** Where a metric's page view begins: a soft navigation, or the members of one. */
interface Beginning {
  /** Of a soft navigation, its type of navigation too. */
  entryType?: string
  navigationId?: number
  interactionId?: number
  name?: string
  startTime: number
}

export function createMetric<M extends Metric>(name: M['name'], value: number, from?: Beginning): M {
  const entry = navigationEntry()
  return {
    name,
    value,
    rating: 'good',
    delta: 0,
    entries: [],
    id: `v6-${Date.now()}-${Math.floor(random() * 9e12) + 1e12}`,
    navigationType: from?.entryType ?? documentNavigationType(entry),
    navigationId: from?.navigationId || entry?.navigationId || 0,
    navigationInteractionId: from?.interactionId,
    navigationURL: from?.name || entry?.name,
    navigationStartTime: from?.startTime || 0,
  } as unknown as M
}

/** The navigation type of the document's page view. */
export function documentNavigationType(entry = navigationEntry()): Metric['navigationType'] {
  if (restoredAt >= 0) return 'back-forward-cache'
  if (!entry) return 'navigate'
  if (document.prerendering || entry.activationStart! > 0) return 'prerender'
  if (document.wasDiscarded) return 'restore'
  return (entry.type?.replace('_', '-') as Metric['navigationType']) || 'navigate'
}

/** Whether the document's navigation began the page view: neither a soft navigation nor the back/forward cache did. */
export const isFirstView = ({ navigationType }: Metric): boolean => !/soft|cache/.test(navigationType)
