import { type Candidates, observeINP } from '../vitals/onINP.js'
import type { INPMetric, ObserveOpts } from '../vitals/types.js'
import { attributed, type Attributed, type AttributedCallback, targetOf } from './attributed.js'
import { type Frame, type InteractionFrames, keepFrames } from './interactionFrames.js'
import type { INPAttributionReportOpts } from './types.js'

export interface AttributedINP extends Attributed {
  state$?: 'keyboard' | 'pointer'
  /** Until the first listener ran, until the last one returned, and until the paint. */
  phases$: [number, number, number]
  /** What startRum does not report; missing without an entry. */
  more$?: [
    frame: Frame,
    /** Those that overlap the interaction, and the script in them that ran longest meanwhile. */
    longFrames: PerformanceLongAnimationFrameTiming[],
    longest: PerformanceScriptTiming | undefined,
    /** Where the phases begin, ms since the document's time origin. */
    start: number,
    processingStart: number,
    processingEnd: number,
    painted: number,
  ]
}

/** Like `observeINP`, with the target of the interaction and its phases. */
export function observeAttributedINP(
  callback: AttributedCallback<INPMetric, AttributedINP>,
  opts: INPAttributionReportOpts & ObserveOpts,
): void {
  /** By the first of an interaction's slowest events. */
  const targets = new WeakMap<PerformanceEventTiming, string | undefined>()
  const candidates: Candidates = { list$: [] }
  const frames = keepFrames(opts.includeProcessedEventEntries, () =>
    candidates.list$.map(({ entries$: entries }) => entries?.[0]),
  )
  observeINP(
    attributed(callback, (metric) => attribute(metric, frames, targets)),
    opts,
    candidates,
    frames.add$,
    (entries, before) => {
      const known = before && targets.get(before.entries$![0]!)
      const node = entries.find(({ target }) => target)?.target as Node | null | undefined
      targets.set(
        entries[0]!,
        known || (node ? targetOf(node, opts) : (entries.find(({ targetSelector }) => targetSelector)?.targetSelector ?? known)),
      )
    },
  )
}

function attribute(
  { entries, value }: INPMetric,
  frames: InteractionFrames,
  targets: WeakMap<PerformanceEventTiming, string | undefined>,
): AttributedINP {
  const [first] = entries
  const frame = frames.of$(first)
  // All interactions of the page view were shorter than the threshold.
  if (!first || !frame) return { phases$: [0, 0, value] }
  const start = first.startTime
  // The first listener of the frame may have run before this interaction began.
  const processingStart = Math.max(frame.processingStart$, start)
  // Durations are rounded, and processing may continue after the paint. Neither may make a phase negative.
  const painted = Math.max(start + first.duration, processingStart)
  const processingEnd = Math.min(frame.processingEnd$, painted)
  const longFrames = frames.longBetween$(start, processingEnd)
  let longest: PerformanceScriptTiming | undefined
  for (const { scripts } of longFrames)
    for (const script of scripts) if (timeAfter(start, script) > (longest ? timeAfter(start, longest) : 0)) longest = script
  return {
    target$: targets.get(first),
    url$: longest?.sourceURL,
    state$: first.name.startsWith('key') ? 'keyboard' : 'pointer',
    phases$: [processingStart - start, processingEnd - processingStart, painted - processingEnd],
    more$: [frame, longFrames, longest, start, processingStart, processingEnd, painted],
  }
}

/** How long a script ran after `start`; negative if it had ended. */
export const timeAfter = (start: number, { startTime, duration }: PerformanceScriptTiming): number =>
  startTime + duration - Math.max(start, startTime)
