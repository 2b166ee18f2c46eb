import { countInteractions, countLatest, interactionCount } from './interactionCount.js'
import { listen, tell } from './listener.js'
import { observe } from './observe.js'
import { watchVisibility, whenActivated, whenIdle } from './page.js'
import { isSoftNavigation, reportsSoftNavigations } from './softNavigation.js'
import { EVENT_THRESHOLD, EventRank, TOO_SHORT } from '../../boundary/vitals.js'
import { engine } from './wasm.js'
import type { INPMetric, INPReportOpts, WatchOpts } from './types.js'

export { INP_THRESHOLDS as INPThresholds } from '../../boundary/vitals.js'

/** Interaction to Next Paint, each time the page is hidden after it changed. */
export function onINP(callback: (metric: INPMetric) => void, opts: INPReportOpts = {}): void {
  tell(watchINP, callback, opts)
}

/** What attribution hears of. */
export interface INPWatcher {
  /** Any event, before it is looked at. */
  event?(entry: PerformanceEventTiming): void
  /** An event of an interaction that is one of the slowest, after it was looked at, with its slowest events. */
  candidate?(interaction: number, entries: PerformanceEventTiming[]): void
  /** A new page view begins. */
  begin?(): void
  /** Set once it is watched: the slowest interactions so far, by id, with their slowest events. */
  slowest: ReadonlyMap<number, PerformanceEventTiming[]> | undefined
}

/** As `onINP`; tells `watcher`, and returns how to stop. */
export function watchINP(
  callback: (metric: INPMetric) => void,
  opts: WatchOpts,
  watcher: INPWatcher = { slowest: undefined },
): () => void {
  const known = (globalThis as { PerformanceEventTiming?: { prototype: object } }).PerformanceEventTiming
  if (!known || !('interactionId' in known.prototype) || !engine()) return () => {}
  // While it is prerendered, too.
  const leave = watchVisibility()
  const stop = whenActivated(() => watchEvents(callback, opts, watcher))
  return () => {
    leave()
    stop()
  }
}

function watchEvents(callback: (metric: INPMetric) => void, opts: WatchOpts, watcher: INPWatcher): () => void {
  return listen<INPMetric>('INP', -1, callback, opts.reportAllChanges, (listener) => {
    const { engine, tracker } = listener
    countInteractions(engine)
    /** The events of the slowest interactions, by id. */
    const slowest = new Map<number, PerformanceEventTiming[]>()
    /** What waits for an idle moment, as it came. */
    const queue = new Set<PerformanceEntry[]>()
    watcher.slowest = slowest
    const begin = (type: 'soft-navigation' | 'back-forward-cache', entry?: PerformanceSoftNavigation) => {
      listener.begin(type, -1, entry)
      slowest.clear()
      watcher.begin?.()
    }
    const note = (entry: PerformanceEventTiming) => {
      watcher.event?.(entry)
      const id = entry.interactionId
      if (!id) return
      const rank = engine.vital_event(tracker, id, entry.startTime, entry.duration)
      const entries = slowest.get(id)
      if (rank === EventRank.EQUAL) entries?.push(entry)
      if (rank === EventRank.SLOWEST) {
        slowest.set(id, [entry])
        if (!entries) for (const id of slowest.keys()) if (!engine.vital_has(tracker, id)) slowest.delete(id)
      }
      const candidates = slowest.get(id)
      if (candidates) watcher.candidate?.(id, candidates)
    }
    const update = () => {
      const { metric } = listener
      const isFirst = metric.navigationType !== 'soft-navigation' && metric.navigationType !== 'back-forward-cache'
      const worst = engine.vital_inp(tracker, interactionCount(engine), isFirst ? 1 : 0)
      if (worst < 0) return
      const entries = slowest.get(worst) ?? []
      const value = entries[0]?.duration ?? TOO_SHORT
      if (value === metric.value) return
      metric.value = value
      metric.entries = entries
      listener.report()
    }
    const look = (entries: PerformanceEntry[]) => {
      for (const entry of entries) {
        if (isSoftNavigation(entry)) {
          update()
          listener.report(true)
          begin('soft-navigation', entry)
        } else note(entry as PerformanceEventTiming)
      }
      update()
    }

    const types = ['event', 'first-input']
    if (reportsSoftNavigations(opts)) types.push('soft-navigation')
    const take = (entries: PerformanceEntry[]) => {
      queue.add(entries)
      // Later, when all events of an interaction are there.
      whenIdle(() => queue.delete(entries) && look(entries))
    }
    const observation = observe(types, take, opts.buffered, opts.durationThreshold ?? EVENT_THRESHOLD)
    if (!observation) return
    listener.undo(observation.stop)
    listener.attend({
      hidden() {
        // First what waits for an idle moment, then what the browser did not tell yet: whoever reports without it
        // loses the last interaction before a page is closed.
        countLatest(engine)
        for (const entries of [...queue, observation.take()]) look(entries)
        queue.clear()
        listener.report(true)
      },
      restored: () => begin('back-forward-cache'),
    })
  })
}
