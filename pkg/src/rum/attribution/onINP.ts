import { callPageFunction } from '../lib/guard.js'
import { observeForPage } from '../vitals/metricReporter.js'
import { observeINP, type INPObserver } from '../vitals/onINP.js'
import type { INPMetric, ObserveOpts } from '../vitals/types.js'
import { withAttribution } from './withAttribution.js'
import { InteractionFrames } from './interactionFrames.js'
import { loadState } from './loadState.js'
import { attributeScripts } from './scripts.js'
import { selector } from './selector.js'
import type { INPAttribution, INPAttributionReportOpts, INPMetricWithAttribution } from './types.js'

/** Reports Interaction to Next Paint, with the target of the interaction and its phases. */
export function onINP(callback: (metric: INPMetricWithAttribution) => void, opts: INPAttributionReportOpts = {}): void {
  observeForPage(observeAttributedINP, callback, opts)
}

/** Like `onINP`. Returns a function that stops it. */
export function observeAttributedINP(
  callback: (metric: INPMetricWithAttribution) => void,
  opts: INPAttributionReportOpts & ObserveOpts,
): () => void {
  if (typeof document === 'undefined') return () => {}
  // Computed when the interaction is observed: later the element may be removed.
  const targets = new Map<number, string>()
  const observer: INPObserver = {
    slowest: undefined,
    event: (entry) => frames.add(entry),
    begin: () => targets.clear(),
    candidate(interaction, entries) {
      if (targets.get(interaction)) return
      const node = entries.find(({ target }) => target)?.target as Node | null | undefined
      const target = node
        ? (callPageFunction(() => opts.generateTarget?.(node)) ?? selector(node))
        : entries.find(({ targetSelector }) => targetSelector)?.targetSelector
      if (target !== undefined) targets.set(interaction, target)
      for (const known of targets.keys()) if (!observer.slowest?.has(known)) targets.delete(known)
    },
  }
  const frames = new InteractionFrames(opts.includeProcessedEventEntries, () => observer.slowest?.values() ?? [])
  const stopFrames = frames.observe()
  const stop = observeINP(
    (metric) => callback(withAttribution(metric, () => attribute(metric, frames, targets))),
    opts,
    observer,
  )
  return () => {
    stopFrames?.()
    stop()
  }
}

function attribute(metric: INPMetric, frames: InteractionFrames, targets: Map<number, string>): INPAttribution {
  const [first] = metric.entries
  const frame = first && frames.of(first)
  // All interactions of the page view were shorter than the threshold.
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
  // The first listener of the frame may have run before this interaction began.
  const processingStart = Math.max(frame.processingStart, first.startTime)
  // Durations are rounded, and processing may continue after the paint. Neither may make a phase negative.
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
