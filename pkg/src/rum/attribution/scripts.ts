import type { INPAttribution, INPLongestScriptSummary } from './types.js'

/**
 * Attributes the time from `start` to `painted` to scripts, style and layout, and painting, by the long animation frames.
 * Does nothing without such frames.
 */
export function attributeScripts(
  attribution: INPAttribution,
  start: number,
  processingStart: number,
  processingEnd: number,
  painted: number,
): void {
  const frames = attribution.longAnimationFrameEntries
  const last = frames[frames.length - 1]
  if (!last) return
  let scripts = 0
  let layout = 0
  let longest: INPLongestScriptSummary | undefined

  for (const frame of frames) {
    layout += frame.startTime + frame.duration - frame.styleAndLayoutStart
    for (const entry of frame.scripts) {
      const end = entry.startTime + entry.duration
      if (end < start) continue
      const within = end - Math.max(start, entry.startTime)
      // When the script forced layout is unknown, so the forced time is counted in proportion.
      const forced = entry.duration ? (within / entry.duration) * entry.forcedStyleAndLayoutDuration : 0
      scripts += within - forced
      layout += forced
      if (within > (longest?.intersectingDuration ?? 0)) {
        const subpart =
          entry.startTime < processingStart
            ? 'input-delay'
            : entry.startTime >= processingEnd
              ? 'presentation-delay'
              : 'processing-duration'
        longest = { entry, subpart, intersectingDuration: within }
      }
    }
  }
  const end = last.startTime + last.duration
  const paint = end >= processingEnd ? painted - end : 0
  if (longest) attribution.longestScript = longest
  attribution.totalScriptDuration = scripts
  attribution.totalStyleAndLayoutDuration = layout
  attribution.totalPaintDuration = paint
  attribution.totalUnattributedDuration = painted - start - scripts - layout - paint
}
