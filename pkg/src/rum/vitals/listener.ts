// One listener to one metric.
import { attempt, guard } from '../guard.js'
import { random } from '../random.js'
import { activationStart, attend, navigationEntry, restoreTime, type Attendant } from './page.js'
import { interactionCount } from './interactionCount.js'
import type { Metric } from './types.js'
import { METRICS, RATINGS } from '../../boundary/vitals.js'
import { engine, type Engine } from './wasm.js'

/** What a listener is, while it listens. */
export interface Listener<M extends Metric> {
  metric: M
  /** The engine, and the number of this listener's tracker in it. */
  engine: Engine
  tracker: number
  /** Tells the callback, where there is news for it: a settled value, or any for those who want all. */
  report(settled?: boolean): void
  /** A new page view begins: the present metric is left as it is. */
  begin(type: Metric['navigationType'], value: number, entry?: PerformanceSoftNavigation): void
  attend(attendant: Attendant): void
  /** To be undone when it stops. */
  undo(undo: (() => void) | undefined): void
}

/**
 * Begins to listen: `start` wires a new listener to the page. Returns how to stop; nothing happens where wasm
 * cannot run.
 */
export function listen<M extends Metric>(
  name: M['name'],
  value: number,
  callback: (metric: M) => void,
  allChanges: boolean | undefined,
  start: (listener: Listener<M>) => void,
): () => void {
  const wasm = engine()
  if (!wasm) return () => {}
  const undos: (() => void)[] = []
  let stopped = false
  const listener: Listener<M> = {
    metric: create(name, value),
    engine: wasm,
    tracker: wasm.vital_create(allChanges ? 1 : 0),
    report(settled) {
      const { metric } = listener
      const delta = stopped ? NaN : wasm.vital_delta(listener.tracker, metric.value, settled === true ? 1 : 0)
      if (delta !== delta) return
      metric.delta = delta
      metric.rating = RATINGS[wasm.vital_rating(METRICS.indexOf(name), metric.value)]!
      attempt(() => callback(metric))
    },
    begin(type, value, entry) {
      const { navigationId, navigationInteractionId, navigationURL } = listener.metric
      wasm.vital_begin(listener.tracker, interactionCount(wasm))
      listener.metric = entry
        ? create(name, value, type, entry.navigationId, entry.interactionId, entry.name, entry.startTime)
        : create(name, value, type, navigationId, navigationInteractionId, navigationURL, restoreTime())
    },
    attend: (attendant) => listener.undo(attend(attendant)),
    undo: (undo) => undo && (stopped ? undo() : undos.push(undo)),
  }
  attempt(() => start(listener))
  return () => {
    stopped = true
    for (const undo of undos.splice(0)) undo()
  }
}

/** Has `watch` tell a callback of the page's, whose errors are the page's own. None of ours is. */
export function tell<M, O>(
  watch: (callback: (metric: M) => void, opts: O) => unknown,
  callback: (metric: M) => void,
  opts: O,
): void {
  attempt(() => watch((metric) => guard(() => callback(metric)), opts))
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
    navigationType: type ?? arrival(entry),
    navigationId: id || entry?.navigationId || 0,
    navigationInteractionId: interaction,
    navigationURL: url || entry?.name,
    navigationStartTime: start || 0,
  } as unknown as M
}

/** How the document's page view began. */
export function arrival(entry = navigationEntry()): Metric['navigationType'] {
  if (restoreTime() >= 0) return 'back-forward-cache'
  if (!entry) return 'navigate'
  if (document.prerendering || activationStart() > 0) return 'prerender'
  if (document.wasDiscarded) return 'restore'
  return (entry.type?.replace('_', '-') as Metric['navigationType']) || 'navigate'
}
