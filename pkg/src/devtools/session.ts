// Sessions as text: what was recorded in one browser is looked at in another, step by step.
import type { Event, Row, Source } from './source.js'
import { Timeline } from './timeline.js'

const FORMAT = 'whippet devtools session 1'

/** How much of a value is saved: what is below, or beyond, is told by a word. */
const DEPTH = 12
const MEMBERS = 10_000

/** What is saved of a row: its state's values are numbers in a table, as one value is in the states of many events. */
interface SavedRow extends Omit<Row, 'state'> {
  readonly state: Record<string, number>
}

export function saveSession(timeline: Timeline): string {
  const values: unknown[] = []
  const places = new Map<unknown, number>()
  const place = (value: unknown): number => {
    let known = places.get(value)
    if (known === undefined) {
      known = values.push(plain(value)) - 1
      places.set(value, known)
    }
    return known
  }
  const saved = (row: Row): SavedRow => {
    const members = Object.entries(row.state).filter(([, value]) => value !== undefined)
    return { ...row, state: Object.fromEntries(members.map(([name, value]) => [name, place(value)])) }
  }
  const base = timeline.base.map(saved)
  const events = timeline.events.map((event) => ({ ...event, row: event.row && saved(event.row) }))
  return JSON.stringify({ format: FORMAT, base, events, values })
}

/** Throws an error for people where the text is no session. */
export function loadSession(text: string): Timeline {
  let saved:
    | undefined
    | { format?: unknown; base?: SavedRow[]; events?: (Omit<Event, 'row'> & { row?: SavedRow })[]; values?: unknown[] }
  try {
    saved = JSON.parse(text)
  } catch {
    // What is no JSON is no session either.
  }
  const { format, base, events, values } = saved ?? {}
  const isSound =
    format === FORMAT &&
    Array.isArray(values) &&
    Array.isArray(base) &&
    Array.isArray(events) &&
    base.every(isRow) &&
    events.every(isEvent)
  if (!isSound) throw new Error('This file is no session of these devtools: choose one that Save has written.')
  const whole = (row: SavedRow): Row => {
    const members = Object.entries(row.state).map(([name, place]) => [name, values[place]])
    return { ...row, state: Object.fromEntries(members) }
  }
  const timeline = new Timeline(base.map(whole), Math.max(1, events.length))
  for (const event of events) timeline.add({ ...event, row: event.row && whole(event.row) })
  return timeline
}

/** A saved session: nothing happens in it any more, and nothing can be done to it. */
export function sessionSource(timeline: Timeline): Source {
  return {
    rows: () => timeline.rows(),
    watch: () => () => {},
    details: (row) => ({ values: Object.entries(row.state), timers: [], observers: [], actions: [] }),
    act() {},
  }
}

function isRow(row: Partial<SavedRow> | null | undefined): boolean {
  const texts = [row?.kind, row?.id, row?.text, row?.label]
  return texts.every((text) => typeof text === 'string') && typeof row?.state === 'object' && row.state !== null
}

function isEvent(event: { at?: unknown; id?: unknown; what?: unknown; row?: SavedRow } | null): boolean {
  return (
    typeof event?.at === 'number' &&
    typeof event.id === 'string' &&
    typeof event.what === 'string' &&
    (!event.row || isRow(event.row))
  )
}

/** A value as JSON can have it. */
export function plain(value: unknown, depth = 0, above = new Set<object>()): unknown {
  if (typeof value === 'function') return '(function)'
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value)
  if (value === undefined) return undefined
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Error) return { name: value.name, message: value.message }
  if (value instanceof Date || value instanceof URL) return String(value)
  if (above.has(value)) return '(itself)'
  if (depth === DEPTH) return '(deeper)'
  const inside = new Set(above).add(value)
  if (value instanceof Map || value instanceof Set) return plain([...value], depth, inside)
  if (Array.isArray(value)) return value.slice(0, MEMBERS).map((item) => plain(item, depth + 1, inside))
  const members = Object.entries(value).slice(0, MEMBERS)
  return Object.fromEntries(members.map(([name, member]) => [name, plain(member, depth + 1, inside)]))
}
