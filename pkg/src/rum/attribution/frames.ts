// The frames that interactions were in: events of one frame belong together, and long ones name their scripts.
import { observe, type Observation } from '../vitals/observe.js'
import { whenIdle } from '../vitals/page.js'

/** The events that were painted together. */
export interface Frame {
  start: number
  processingStart: number
  processingEnd: number
  painted: number
  events: PerformanceEventTiming[]
}

/** How many of the latest are kept, whatever they are: events and frames may come in any order. */
const KEPT = 10
/** Event Timing rounds to 8 ms: what was painted as close together was painted in one frame. */
const ROUNDED = 8

export class Frames {
  #frames: Frame[] = []
  #long: PerformanceLongAnimationFrameTiming[] = []
  readonly #byEvent = new WeakMap<PerformanceEventTiming, Frame>()
  #latest = 0
  #tidying = false
  readonly #keepEvents: boolean | undefined
  readonly #held: () => Iterable<PerformanceEventTiming[]>
  #observation: Observation | undefined

  /** `held` gives the events that may still be reported. */
  constructor(keepEvents: boolean | undefined, held: () => Iterable<PerformanceEventTiming[]>) {
    this.#keepEvents = keepEvents
    this.#held = held
  }

  /** Begins to take long frames in; returns how to stop. */
  watch(): (() => void) | undefined {
    this.#observation = observe(['long-animation-frame'], (entries) => {
      this.#take(entries)
      this.#tidySoon()
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
    this.#tidySoon()
  }

  /** The frame of an event of an interaction. */
  of(event: PerformanceEventTiming): Frame | undefined {
    return this.#byEvent.get(event)
  }

  /** The long frames between two moments. */
  longBetween(start: number, end: number): PerformanceLongAnimationFrameTiming[] {
    // What the browser did not tell yet is missing otherwise, above all when the page is hidden.
    this.#take(this.#observation?.take() ?? [])
    return this.#long.filter((frame) => frame.startTime + frame.duration >= start && frame.startTime <= end)
  }

  #take(entries: PerformanceEntry[]): void {
    if (entries.length) this.#long = this.#long.concat(entries as PerformanceLongAnimationFrameTiming[])
  }

  #tidySoon(): void {
    if (this.#tidying) return
    this.#tidying = true
    const tidy = () => {
      this.#tidying = false
      this.#tidy()
    }
    // In a page that is hidden, every moment is idle: not before all is taken in.
    void Promise.resolve().then(() => whenIdle(tidy))
  }

  /** Lets go what cannot be part of a report any more. */
  #tidy(): void {
    const held = new Set<Frame | undefined>()
    for (const [event] of this.#held()) if (event) held.add(this.of(event))
    const first = this.#frames.length - KEPT
    this.#frames = this.#frames.filter((frame, at) => at >= first || held.has(frame))

    const firstLong = this.#long.length - KEPT
    const touched = new Set(this.#frames.flatMap(({ start, processingEnd }) => this.longBetween(start, processingEnd)))
    this.#long = this.#long.filter(
      (frame, at) => touched.has(frame) || (at >= firstLong && frame.startTime > this.#latest),
    )
  }
}
