// Groups events by the frame that presented them, and keeps the long animation frames, which name their scripts.
import { whenIdle } from '../lib/eventsAndTimers.js'
import { observe } from '../vitals/observe.js'

/** Events that were presented in one frame. */
export interface Frame {
  start$: number
  processingStart$: number
  processingEnd$: number
  painted$: number
  events$: PerformanceEventTiming[]
}

export interface InteractionFrames {
  add$(event: PerformanceEventTiming): void
  /** The frame that presented an event of an interaction. */
  of$(event: PerformanceEventTiming | undefined): Frame | undefined
  /** The long animation frames that overlap this time. */
  longBetween$(start: number, end: number): PerformanceLongAnimationFrameTiming[]
}

const enum Limit {
  /** The number of latest frames that are always kept: events and long frames may arrive in any order. */
  KEPT = 10,
  /** Event Timing rounds to 8 ms: events whose paints are this close belong to one frame. */
  ROUNDED = 8,
}

/** `reportable` returns the events that may still be reported. */
export function keepFrames(
  keepEvents: boolean | undefined,
  reportable: () => (PerformanceEventTiming | undefined)[],
): InteractionFrames {
  let frames: Frame[] = []
  let long: PerformanceLongAnimationFrameTiming[] = []
  let latest = 0
  let cleanupPending = false
  const byEvent = new WeakMap<object, Frame>()

  const addLong = (entries: PerformanceEntry[] = []) => {
    long = long.concat(entries as PerformanceLongAnimationFrameTiming[])
  }
  const of = (event: PerformanceEventTiming | undefined) => event && byEvent.get(event)
  const longBetween = (start: number, end: number) => {
    // Includes entries that the browser has not delivered. Most matter when the page is hidden.
    addLong(pending?.())
    return long.filter((frame) => frame.startTime + frame.duration >= start && frame.startTime <= end)
  }
  /** Drops frames that cannot be part of a report any more. */
  const cleanup = () => {
    cleanupPending = false
    const kept = new Set(reportable().map(of))
    const first = frames.length - Limit.KEPT
    frames = frames.filter((frame, at) => at >= first || kept.has(frame))
    const overlapping = new Set(
      frames.flatMap(({ start$: start, processingEnd$: processingEnd }) => longBetween(start, processingEnd)),
    )
    const firstLong = long.length - Limit.KEPT
    long = long.filter((frame, at) => overlapping.has(frame) || (at >= firstLong && frame.startTime > latest))
  }
  const scheduleCleanup = () => {
    // In a hidden page `whenIdle` calls at once. The microtask lets the caller add all events first.
    if (!cleanupPending) void Promise.resolve().then(() => whenIdle(cleanup))
    cleanupPending = true
  }
  const pending = observe(['long-animation-frame'], (entries) => {
    addLong(entries)
    scheduleCleanup()
  })

  return {
    of$: of,
    longBetween$: longBetween,
    add$(event) {
      const { startTime: start, processingStart, processingEnd } = event
      const painted = start + event.duration
      latest = Math.max(latest, processingEnd)
      // The latest frame that it may belong to.
      let frame: Frame | undefined
      for (const known of frames) if (Math.abs(painted - known.painted$) <= Limit.ROUNDED) frame = known
      if (!frame)
        frames.push(
          (frame = {
            start$: start,
            processingStart$: processingStart,
            processingEnd$: processingEnd,
            painted$: painted,
            events$: [],
          }),
        )
      frame.start$ = Math.min(start, frame.start$)
      frame.processingStart$ = Math.min(processingStart, frame.processingStart$)
      frame.processingEnd$ = Math.max(processingEnd, frame.processingEnd$)
      if (keepEvents) frame.events$.push(event)
      if (event.interactionId) byEvent.set(event, frame)
      scheduleCleanup()
    },
  }
}
