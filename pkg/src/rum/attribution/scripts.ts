import type { INPAttribution, INPLongestScriptSummary } from './types.js'

/** The members of an attribution that come from long animation frames; `undefined` without such frames. */
type ScriptAttribution = Pick<
  INPAttribution,
  'longestScript' | 'totalScriptDuration' | 'totalStyleAndLayoutDuration' | 'totalPaintDuration' | 'totalUnattributedDuration'
>

/** Attributes the time from `start` to `painted` to scripts, style and layout, and painting, by the long animation frames. */
export function attributeScripts(
  frames: PerformanceLongAnimationFrameTiming[],
  start: number,
  processingStart: number,
  processingEnd: number,
  painted: number,
): ScriptAttribution {
  let scripts = 0
  let layout = 0
  let frameEnd = 0
  let longest: INPLongestScriptSummary | undefined

  for (const frame of frames) {
    frameEnd = frame.startTime + frame.duration
    layout += frameEnd - frame.styleAndLayoutStart
    for (const entry of frame.scripts) {
      const { startTime, duration } = entry
      const end = startTime + duration
      if (end < start) continue
      const within = end - Math.max(start, startTime)
      // When the script forced layout is unknown, so the forced time is counted in proportion.
      const forced = duration ? (within / duration) * entry.forcedStyleAndLayoutDuration : 0
      scripts += within - forced
      layout += forced
      if (within > (longest?.intersectingDuration ?? 0)) {
        const subpart =
          startTime < processingStart ? 'input-delay' : startTime >= processingEnd ? 'presentation-delay' : 'processing-duration'
        longest = { entry, subpart, intersectingDuration: within }
      }
    }
  }
  const paint = frameEnd >= processingEnd ? painted - frameEnd : 0
  const hasFrames = start && frames.length
  const ifFrames = <T>(value: T) => (hasFrames ? value : undefined)
  return {
    longestScript: ifFrames(longest),
    totalScriptDuration: ifFrames(scripts),
    totalStyleAndLayoutDuration: ifFrames(layout),
    totalPaintDuration: ifFrames(paint),
    totalUnattributedDuration: ifFrames(painted - start - scripts - layout - paint),
  }
}
