import { TARGET, URL } from '../boundary/rum.js'
import { singleLine } from './lib/format.js'
import type { Measurements } from './measurements.js'
import { scrubText } from './scrub.js'

/** Records a long animation frame, and the scripts that ran in it. */
export function recordLongFrame(
  frame: PerformanceLongAnimationFrameTiming,
  batch: Measurements,
  scrubUrl: (url: string) => string,
): void {
  batch.record('frame.duration', frame.duration)
  batch.record('frame.blocking', frame.blockingDuration)
  for (const { sourceURL, invoker, duration, forcedStyleAndLayoutDuration } of frame.scripts ?? []) {
    // Of a script element the invoker is the script's URL, which `sourceURL` has already.
    const caller = invoker.includes('://') ? '' : scrubText(invoker)
    batch.script(singleLine(scrubUrl(sourceURL), URL), singleLine(caller, TARGET), duration, forcedStyleAndLayoutDuration)
  }
}
