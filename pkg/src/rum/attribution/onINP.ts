import { forPage } from '../vitals/metricReporter.js'
import { observeINP, type INPObserver } from '../vitals/onINP.js'
import type { INPMetric, ObserveOpts } from '../vitals/types.js'
import { targetOf, withAttribution } from './withAttribution.js'
import { keepFrames, type InteractionFrames } from './interactionFrames.js'
import { loadState } from './loadState.js'
import { attributeScripts } from './scripts.js'
import type { INPAttribution, INPAttributionReportOpts, INPMetricWithAttribution } from './types.js'

/** Like `onINP`, within a scope. */
export function observeAttributedINP(
  callback: (metric: INPMetricWithAttribution) => void,
  opts: INPAttributionReportOpts & ObserveOpts,
): void {
  if (typeof document === 'undefined') return
  const targets = new Map<number, string>()
  const frames = keepFrames(opts.includeProcessedEventEntries, () => observer.slowest?.values() ?? [])
  const observer: INPObserver = {
    slowest: undefined,
    event: frames.add,
    begin: () => targets.clear(),
    candidate(interaction, entries) {
      if (targets.get(interaction)) return
      const node = entries.find(({ target }) => target)?.target as Node | null | undefined
      const target = node ? targetOf(node, opts) : entries.find(({ targetSelector }) => targetSelector)?.targetSelector
      if (target !== undefined) targets.set(interaction, target)
      for (const known of targets.keys()) if (!observer.slowest?.has(known)) targets.delete(known)
    },
  }
  const attributed = withAttribution(callback, (metric: INPMetric) => attribute(metric, frames, targets))
  observeINP(attributed, opts, observer)
}

function attribute(
  { entries, value, navigationStartTime }: INPMetric,
  frames: InteractionFrames,
  targets: Map<number, string>,
): INPAttribution {
  const [first] = entries
  const frame = frames.of(first)
  // All interactions of the page view were shorter than the threshold.
  if (!first || !frame) {
    return {
      processedEventEntries: [],
      longAnimationFrameEntries: [],
      inputDelay: 0,
      processingDuration: 0,
      presentationDelay: value,
      loadState: loadState(navigationStartTime || 0),
    }
  }
  const start = first.startTime
  // The first listener of the frame may have run before this interaction began.
  const processingStart = Math.max(frame.processingStart, start)
  // Durations are rounded, and processing may continue after the paint. Neither may make a phase negative.
  const nextPaintTime = Math.max(start + first.duration, processingStart)
  const processingEnd = Math.min(frame.processingEnd, nextPaintTime)
  const longFrames = frames.longBetween(start, processingEnd)
  return {
    interactionTarget: targets.get(first.interactionId),
    interactionType: first.name.startsWith('key') ? 'keyboard' : 'pointer',
    interactionTime: start,
    nextPaintTime,
    processedEventEntries: frame.events.sort((a, b) => a.processingStart - b.processingStart),
    longAnimationFrameEntries: longFrames,
    inputDelay: processingStart - start,
    processingDuration: processingEnd - processingStart,
    presentationDelay: nextPaintTime - processingEnd,
    loadState: loadState(start),
    ...attributeScripts(longFrames, start, processingStart, processingEnd, nextPaintTime),
  }
}

/** Reports Interaction to Next Paint, with the target of the interaction and its phases. */
export const onINP: (callback: (metric: INPMetricWithAttribution) => void, opts?: INPAttributionReportOpts) => void =
  /* @__PURE__ */ forPage(observeAttributedINP)
