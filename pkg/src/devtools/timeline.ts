// What happened, and how everything was after each event.
import type { Event, Row } from './source.js'

const keyOf = ({ kind, id }: { kind: Row['kind']; id: string }) => `${kind} ${id}`

/** Keeps the newest events. The states of older ones are let go: data that only they had is free then. */
export class Timeline {
  /** How everything was before the first event that is kept. */
  readonly #base = new Map<string, Row>()
  readonly events: Event[] = []
  /** How everything is now. */
  readonly #now = new Map<string, Row>()
  /** How many events were before those that are kept. */
  dropped = 0
  readonly #limit: number

  constructor(rows: readonly Row[], limit = 1000) {
    this.#limit = limit
    for (const row of rows) {
      this.#base.set(keyOf(row), row)
      this.#now.set(keyOf(row), row)
    }
  }

  /** Returns how many events were let go. */
  add(event: Event): number {
    apply(this.#now, event)
    this.events.push(event)
    // Some at a time, as moving the rest for each would cost more.
    if (this.events.length < this.#limit * 1.25) return 0
    const old = this.events.splice(0, this.events.length - this.#limit)
    for (const event of old) apply(this.#base, event)
    this.dropped += old.length
    return old.length
  }

  /** Everything after the first `count` events that are kept; as it is now if not given. */
  rows(count?: number): Row[] {
    if (count === undefined || count >= this.events.length) return [...this.#now.values()]
    const then = new Map(this.#base)
    for (const event of this.events.slice(0, Math.max(0, count))) apply(then, event)
    return [...then.values()]
  }

  /** The rows that it began with, to save them. */
  get base(): Row[] {
    return [...this.#base.values()]
  }
}

function apply(rows: Map<string, Row>, event: Event): void {
  if (event.row) rows.set(keyOf(event), event.row)
  else rows.delete(keyOf(event))
}
