// Reports one metric to one callback.
import { attempt, callPageFunction } from '../lib/guard.js'
import { random } from '../lib/random.js'
import { activationStart, bfcacheRestoreTime, navigationEntry } from './pageLifecycle.js'
import { interactionCount } from './interactionCount.js'
import type { Metric } from './types.js'
import { METRICS, RATINGS } from '../../boundary/vitals.js'
import { vitalsEngine, type VitalsEngine } from './engine.js'

export interface MetricReporter<M extends Metric> {
  /** The metric of the current page view. */
  metric: M
  engine: VitalsEngine
  /** The handle of this metric's tracker in the engine. */
  tracker: number
  /** Calls the callback if the value changed. Without `reportAllChanges` only if it is `settled`. */
  report(settled?: boolean): void
  /** Begins a new page view with a new metric object. */
  begin(type: Metric['navigationType'], value: number, entry?: PerformanceSoftNavigation): void
  /** Calls `undo` when the reporter stops. */
  defer(undo: (() => void) | undefined): void
}

/**
 * Creates a reporter, and passes it to `start`, which observes the page. Returns a function that stops it. Does nothing
 * where wasm cannot run.
 */
export function createReporter<M extends Metric>(
  name: M['name'],
  value: number,
  callback: (metric: M) => void,
  allChanges: boolean | undefined,
  start: (reporter: MetricReporter<M>) => void,
): () => void {
  const wasm = vitalsEngine()
  if (!wasm) return () => {}
  const undos: (() => void)[] = []
  let stopped = false
  const reporter: MetricReporter<M> = {
    metric: create(name, value),
    engine: wasm,
    tracker: wasm.vital_create(allChanges ? 1 : 0),
    report(settled) {
      const { metric } = reporter
      const delta = stopped ? NaN : wasm.vital_delta(reporter.tracker, metric.value, settled === true ? 1 : 0)
      if (delta !== delta) return
      metric.delta = delta
      metric.rating = RATINGS[wasm.vital_rating(METRICS.indexOf(name), metric.value)]!
      attempt(() => callback(metric))
    },
    begin(type, value, entry) {
      const { navigationId, navigationInteractionId, navigationURL } = reporter.metric
      wasm.vital_begin(reporter.tracker, interactionCount(wasm))
      reporter.metric = entry
        ? create(name, value, type, entry.navigationId, entry.interactionId, entry.name, entry.startTime)
        : create(name, value, type, navigationId, navigationInteractionId, navigationURL, bfcacheRestoreTime())
    },
    defer: (undo) => undo && (stopped ? undo() : undos.push(undo)),
  }
  attempt(() => start(reporter))
  return () => {
    stopped = true
    for (const undo of undos.splice(0)) undo()
  }
}

/** Calls `observe` with a callback of the page. Errors of the callback reach the page, errors of `observe` do not. */
export function observeForPage<M, O>(
  observe: (callback: (metric: M) => void, opts: O) => unknown,
  callback: (metric: M) => void,
  opts: O,
): void {
  attempt(() => observe((metric) => callPageFunction(() => callback(metric)), opts))
}

function create<M extends Metric>(
  name: M['name'],
  value: number,
  type?: Metric['navigationType'],
  id?: number,
  interaction?: number,
  url?: string,
  start?: number,
): M {
  const entry = navigationEntry()
  return {
    name,
    value,
    rating: 'good',
    delta: 0,
    entries: [],
    id: `v6-${Date.now()}-${Math.floor(random() * 9e12) + 1e12}`,
    navigationType: type ?? documentNavigationType(entry),
    navigationId: id || entry?.navigationId || 0,
    navigationInteractionId: interaction,
    navigationURL: url || entry?.name,
    navigationStartTime: start || 0,
  } as unknown as M
}

/** The navigation type of the document's page view. */
export function documentNavigationType(entry = navigationEntry()): Metric['navigationType'] {
  if (bfcacheRestoreTime() >= 0) return 'back-forward-cache'
  if (!entry) return 'navigate'
  if (document.prerendering || activationStart() > 0) return 'prerender'
  if (document.wasDiscarded) return 'restore'
  return (entry.type?.replace('_', '-') as Metric['navigationType']) || 'navigate'
}
