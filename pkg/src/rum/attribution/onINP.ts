import { guard } from '../guard.js'
import { tell } from '../vitals/listener.js'
import { watchINP, type INPWatcher } from '../vitals/onINP.js'
import type { INPMetric, WatchOpts } from '../vitals/types.js'
import { attributed } from './attributed.js'
import { Frames } from './frames.js'
import { loadState } from './loadState.js'
import { attributeScripts } from './scripts.js'
import { selector } from './selector.js'
import type { INPAttribution, INPAttributionReportOpts, INPMetricWithAttribution } from './types.js'

/** Interaction to Next Paint, with what was interacted with and where the time went. */
export function onINP(callback: (metric: INPMetricWithAttribution) => void, opts: INPAttributionReportOpts = {}): void {
  tell(watchAttributedINP, callback, opts)
}

/** As `onINP`; returns how to stop. */
export function watchAttributedINP(
  callback: (metric: INPMetricWithAttribution) => void,
  opts: INPAttributionReportOpts & WatchOpts,
): () => void {
  if (typeof document === 'undefined') return () => {}
  // Named when they are interacted with: later they may be gone.
  const targets = new Map<number, string>()
  const watcher: INPWatcher = {
    slowest: undefined,
    event: (entry) => frames.add(entry),
    begin: () => targets.clear(),
    candidate(interaction, entries) {
      if (targets.get(interaction)) return
      const node = entries.find(({ target }) => target)?.target as Node | null | undefined
      const target = node
        ? (guard(() => opts.generateTarget?.(node)) ?? selector(node))
        : entries.find(({ targetSelector }) => targetSelector)?.targetSelector
      if (target !== undefined) targets.set(interaction, target)
      for (const known of targets.keys()) if (!watcher.slowest?.has(known)) targets.delete(known)
    },
  }
  const frames = new Frames(opts.includeProcessedEventEntries, () => watcher.slowest?.values() ?? [])
  const unwatch = frames.watch()
  const stop = watchINP(
    (metric) => callback(attributed(metric, () => attribute(metric, frames, targets))),
    opts,
    watcher,
  )
  return () => {
    unwatch?.()
    stop()
  }
}

function attribute(metric: INPMetric, frames: Frames, targets: Map<number, string>): INPAttribution {
  const [first] = metric.entries
  const frame = first && frames.of(first)
  // All interactions of the page view were too short to be told of.
  if (!first || !frame) {
    return {
      processedEventEntries: [],
      longAnimationFrameEntries: [],
      inputDelay: 0,
      processingDuration: 0,
      presentationDelay: metric.value,
      loadState: loadState(metric.navigationStartTime || 0),
    }
  }
  // The frame's first listener may have run before this interaction began.
  const processingStart = Math.max(frame.processingStart, first.startTime)
  // Durations are rounded, and some processing goes on after the paint: neither may make a part negative.
  const nextPaintTime = Math.max(first.startTime + first.duration, processingStart)
  const processingEnd = Math.min(frame.processingEnd, nextPaintTime)
  const attribution: INPAttribution = {
    interactionTarget: targets.get(first.interactionId),
    interactionType: first.name.startsWith('key') ? 'keyboard' : 'pointer',
    interactionTime: first.startTime,
    nextPaintTime,
    processedEventEntries: frame.events.sort((a, b) => a.processingStart - b.processingStart),
    longAnimationFrameEntries: frames.longBetween(first.startTime, processingEnd),
    inputDelay: processingStart - first.startTime,
    processingDuration: processingEnd - processingStart,
    presentationDelay: nextPaintTime - processingEnd,
    loadState: loadState(first.startTime),
    longestScript: undefined,
    totalScriptDuration: undefined,
    totalStyleAndLayoutDuration: undefined,
    totalPaintDuration: undefined,
    totalUnattributedDuration: undefined,
  }
  if (first.startTime) attributeScripts(attribution, first.startTime, processingStart, processingEnd, nextPaintTime)
  return attribution
}
