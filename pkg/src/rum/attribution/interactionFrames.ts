// Groups events by the frame that presented them, and keeps the long animation frames, which name their scripts.
import { observe, type Observation } from '../vitals/observe.js'
import { whenIdle } from '../vitals/pageLifecycle.js'

/** Events that were presented in one frame. */
export interface Frame {
  start: number
  processingStart: number
  processingEnd: number
  painted: number
  events: PerformanceEventTiming[]
}

/** The number of latest frames that are always kept: events and long frames may arrive in any order. */
const KEPT = 10
/** Event Timing rounds to 8 ms: events whose paints are this close belong to one frame. */
const ROUNDED = 8

export class InteractionFrames {
  #frames: Frame[] = []
  #long: PerformanceLongAnimationFrameTiming[] = []
  readonly #byEvent = new WeakMap<PerformanceEventTiming, Frame>()
  #latest = 0
  #cleanupPending = false
  readonly #keepEvents: boolean | undefined
  readonly #reportable: () => Iterable<PerformanceEventTiming[]>
  #observation: Observation | undefined

  /** `reportable` returns the events that may still be reported. */
  constructor(keepEvents: boolean | undefined, reportable: () => Iterable<PerformanceEventTiming[]>) {
    this.#keepEvents = keepEvents
    this.#reportable = reportable
  }

  /** Starts to observe long animation frames; returns a function that stops it. */
  observe(): (() => void) | undefined {
    this.#observation = observe(['long-animation-frame'], (entries) => {
      this.#addLong(entries)
      this.#scheduleCleanup()
    })
    return this.#observation?.stop
  }

  readonly add = (event: PerformanceEventTiming): void => {
    const painted = event.startTime + event.duration
    this.#latest = Math.max(this.#latest, event.processingEnd)
    let at = this.#frames.length - 1
    while (at >= 0 && Math.abs(painted - this.#frames[at]!.painted) > ROUNDED) at--
    let frame = this.#frames[at]
    if (frame) {
      frame.start = Math.min(event.startTime, frame.start)
      frame.processingStart = Math.min(event.processingStart, frame.processingStart)
      frame.processingEnd = Math.max(event.processingEnd, frame.processingEnd)
    } else {
      const { startTime: start, processingStart, processingEnd } = event
      frame = { start, processingStart, processingEnd, painted, events: [] }
      this.#frames.push(frame)
    }
    if (this.#keepEvents) frame.events.push(event)
    if (event.interactionId) this.#byEvent.set(event, frame)
    this.#scheduleCleanup()
  }

  /** The frame that presented an event of an interaction. */
  of(event: PerformanceEventTiming): Frame | undefined {
    return this.#byEvent.get(event)
  }

  /** The long animation frames that overlap this time. */
  longBetween(start: number, end: number): PerformanceLongAnimationFrameTiming[] {
    // Includes entries that the browser has not delivered. Most matter when the page is hidden.
    this.#addLong(this.#observation?.take() ?? [])
    return this.#long.filter((frame) => frame.startTime + frame.duration >= start && frame.startTime <= end)
  }

  #addLong(entries: PerformanceEntry[]): void {
    if (entries.length) this.#long = this.#long.concat(entries as PerformanceLongAnimationFrameTiming[])
  }

  #scheduleCleanup(): void {
    if (this.#cleanupPending) return
    this.#cleanupPending = true
    const cleanup = () => {
      this.#cleanupPending = false
      this.#cleanup()
    }
    // In a hidden page `whenIdle` calls at once. The microtask lets the caller add all events first.
    void Promise.resolve().then(() => whenIdle(cleanup))
  }

  /** Drops frames that cannot be part of a report any more. */
  #cleanup(): void {
    const reportable = new Set<Frame | undefined>()
    for (const [event] of this.#reportable()) if (event) reportable.add(this.of(event))
    const first = this.#frames.length - KEPT
    this.#frames = this.#frames.filter((frame, at) => at >= first || reportable.has(frame))

    const firstLong = this.#long.length - KEPT
    const overlapping = new Set(this.#frames.flatMap(({ start, processingEnd }) => this.longBetween(start, processingEnd)))
    this.#long = this.#long.filter(
      (frame, at) => overlapping.has(frame) || (at >= firstLong && frame.startTime > this.#latest),
    )
  }
}
