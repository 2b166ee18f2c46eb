// Long animation frames, and the scripts that made them long.
import type { Batch } from './batch.js'
import { TARGET, URL } from '../boundary/rum.js'
import { scrubText } from './scrub.js'
import { line } from './text.js'

/** Notes one long frame. */
export function addFrame(
  frame: PerformanceLongAnimationFrameTiming,
  batch: Batch,
  scrubUrl: (url: string) => string,
): void {
  batch.record('frame.duration', frame.duration)
  batch.record('frame.blocking', frame.blockingDuration)
  for (const { sourceURL, invoker, duration, forcedStyleAndLayoutDuration } of frame.scripts ?? []) {
    // An invoker may be an address too: that of the script itself.
    const caller = invoker.includes('://') ? '' : scrubText(invoker)
    batch.script(line(scrubUrl(sourceURL), URL), line(caller, TARGET), duration, forcedStyleAndLayoutDuration)
  }
}
