import { timeAfter } from './inp.js'
import type { INPAttribution } from './types.js'

/** The members of an attribution that come from long animation frames; `undefined` without such frames. */
type ScriptAttribution = Pick<
  INPAttribution,
  'longestScript' | 'totalScriptDuration' | 'totalStyleAndLayoutDuration' | 'totalPaintDuration' | 'totalUnattributedDuration'
>

/** Attributes the time from `start` to `painted` to scripts, style and layout, and painting, by the long animation frames. */
export function attributeScripts(
  _: unknown,
  frames: PerformanceLongAnimationFrameTiming[],
  longest: PerformanceScriptTiming | undefined,
  start: number,
  processingStart: number,
  processingEnd: number,
  painted: number,
): ScriptAttribution {
  let scripts = 0
  let layout = 0
  let frameEnd = 0
  for (const frame of frames) {
    frameEnd = frame.startTime + frame.duration
    layout += frameEnd - frame.styleAndLayoutStart
    for (const script of frame.scripts) {
      const within = timeAfter(start, script)
      if (within < 0) continue
      // When the script forced layout is unknown, so the forced time is counted in proportion.
      const forced = script.duration ? (within / script.duration) * script.forcedStyleAndLayoutDuration : 0
      scripts += within - forced
      layout += forced
    }
  }
  const paint = frameEnd >= processingEnd ? painted - frameEnd : 0
  const hasFrames = start && frames.length
  const ifFrames = <T>(value: T) => (hasFrames ? value : undefined)
  return {
    longestScript: ifFrames(
      longest && {
        entry: longest,
        subpart:
          longest.startTime < processingStart
            ? 'input-delay'
            : longest.startTime < processingEnd
              ? 'processing-duration'
              : 'presentation-delay',
        intersectingDuration: timeAfter(start, longest),
      },
    ),
    totalScriptDuration: ifFrames(scripts),
    totalStyleAndLayoutDuration: ifFrames(layout),
    totalPaintDuration: ifFrames(paint),
    totalUnattributedDuration: ifFrames(painted - start - scripts - layout - paint),
  }
}
