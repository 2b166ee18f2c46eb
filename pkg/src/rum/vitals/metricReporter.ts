// Observes one metric for one callback.
import { EVENT_THRESHOLD, RATINGS } from '../../boundary/vitals.js'
import { ratingOf, type Tracker, trackerDelta } from '../../rules/vitals.js'
import { callPageFunction } from '../lib/guard.js'
import { random32 } from '../lib/random.js'
import { within } from '../lib/scope.js'
import { observe, type Pending } from './observe.js'
import { navigationEntry, observeLifecycle, observeVisibility, restoredAt, whenActivated } from './pageLifecycle.js'
import { reportsSoftNavigations } from './softNavigation.js'
import type { Metric, MetricCallback, ObserveOpts } from './types.js'

export interface MetricReporter<M extends Metric> extends Tracker {
  /** The metric of the current page view. */
  metric$: M
  /** Sets the metric's value, and calls the callback if it changed. Without `reportAllChanges` only if it is `settled`. */
  report$(settled?: boolean, value?: number, entries?: PerformanceEntry[]): void
  /** Begins a new page view: that of a soft navigation, or after a return from the back/forward cache. */
  begin$(value: number, entry?: PerformanceSoftNavigation): void
  /** Passes entries to the handlers. */
  process$(entries: PerformanceEntry[], settled?: boolean): void
}

/** What is special of a metric. Without a prototype: a page may have added members to `Object.prototype`. */
export interface MetricHandlers {
  __proto__: null
  /** Takes the entries that the browser delivers, instead of `process`. */
  deliver$?(entries: PerformanceEntry[]): void
  take$?(entry: PerformanceEntry): void
  navigate$(entry: PerformanceSoftNavigation): void
  /** Called after all entries were taken. */
  update$?(settled?: boolean): void
  hidden$?(event: Event): void
  /** Called when the page view after a return from the back/forward cache has begun, `since` when. */
  restored$?(since: number): void
}

/**
 * Observes entries of `types` for the metric `name`, once the page is not prerendering, within a scope. `start` returns the
 * handlers; it is not called where the browser has no such entries. `value`: that of a page view without any measurement.
 * Throws on a server.
 */
export const observeMetric = <M extends Metric>(
  name: M['name'],
  [good, poor]: readonly [number, number],
  value: number,
  types: string[],
  callback: MetricCallback<M>,
  opts: ObserveOpts,
  start: (reporter: MetricReporter<M>, pending: Pending) => MetricHandlers,
): void =>
  whenActivated(() => {
    let navigation: PerformanceSoftNavigation | undefined
    const reporter: MetricReporter<M> = {
      metric$: createMetric(name, value),
      previous$: undefined,
      report$(settled, value = reporter.metric$.value, entries = reporter.metric$.entries) {
        const { metric$: metric } = reporter
        metric.value = value
        metric.entries = entries
        const delta = trackerDelta(reporter, value, !!(settled || opts.reportAllChanges))
        if (delta === undefined) return
        metric.delta = delta
        metric.rating = RATINGS[ratingOf(value, good, poor)]!
        callback(metric, navigation)
      },
      begin$(value, entry) {
        const { navigationId, navigationInteractionId: interactionId, navigationURL: url } = reporter.metric$
        reporter.previous$ = undefined
        navigation = entry
        const restored = { navigationId, interactionId, name: url, startTime: restoredAt }
        reporter.metric$ = createMetric(name, value, entry ?? restored)
      },
      process$(entries, settled) {
        for (const entry of entries) {
          if (entry.entryType === 'soft-navigation') {
            const next = entry as PerformanceSoftNavigation
            // Of two with one id, the later is the metric's.
            if (navigation?.navigationId === next.navigationId) navigation = next
            handlers.navigate$(next)
          } else handlers.take$!(entry)
        }
        handlers.update$?.(settled)
      },
    }
    // TTFB has no entries, and does not depend on visibility.
    const hasEntries = types.length
    if (hasEntries) observeVisibility()
    if (reportsSoftNavigations(opts)) types.push('soft-navigation')
    const deliver = (entries: PerformanceEntry[]) => (handlers.deliver$ ?? reporter.process$)(entries)
    const pending = observe(types, deliver, opts.buffered, opts.durationThreshold ?? EVENT_THRESHOLD)
    if (hasEntries && !pending) return
    const handlers = start(reporter, pending!)
    observeLifecycle(handlers.hidden$, ({ timeStamp }) => {
      reporter.begin$(value)
      handlers.restored$?.(timeStamp)
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
    // Thirteen digits, as many as web-vitals has.
    id: `v6-${Date.now()}-${random32() * 2000 + 1e12}`,
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
