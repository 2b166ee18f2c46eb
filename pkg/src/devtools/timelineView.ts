// The lower edge: what happened, and a slider through it.
import { button, h } from './dom.js'
import { duration } from './duration.js'
import type { Event } from './source.js'
import type { Timeline } from './timeline.js'
import { VirtualList } from './virtualList.js'

type Numbered = Event & { readonly number: number }

export class TimelineView {
  readonly element: HTMLElement
  readonly #slider: HTMLInputElement
  readonly #text = h('output', {})
  readonly #back: HTMLButtonElement
  readonly #forth: HTMLButtonElement
  readonly #now: HTMLButtonElement
  readonly #list: VirtualList<Numbered>
  readonly #all: HTMLDetailsElement
  #timeline?: Timeline
  #step?: number

  /** `goTo` is told after how many events everything is to be shown, or `undefined` for now. */
  constructor(goTo: (step: number | undefined) => void) {
    const by = (steps: number) => () => goTo((this.#step ?? this.#size) + steps)
    this.#slider = h('input', {
      type: 'range',
      min: '0',
      'aria-label': 'Step',
      oninput: () => goTo(+this.#slider.value),
    })
    this.#back = button('◀', by(-1), { 'aria-label': 'One event back' })
    this.#forth = button('▶', by(1), { 'aria-label': 'One event on' })
    this.#now = button('Now', () => goTo(undefined))
    this.#list = new VirtualList({
      name: 'Events',
      keyOf: ({ number }) => String(number),
      render: renderEvent,
      onSelect: ({ number }) => goTo(number),
    })
    this.#all = h(
      'details',
      { className: 'events', ontoggle: () => this.#drawList() },
      // Before `toggle`, which comes a task after it is opened: a key may come between the two.
      h('summary', { onclick: () => this.#drawList(true) }, 'Timeline'),
      this.#list.element,
    )
    const bar = h('div', { className: 'bar' }, this.#back, this.#slider, this.#forth, this.#now, this.#text)
    this.element = h('footer', {}, bar, this.#all)
  }

  get #size(): number {
    return this.#timeline?.events.length ?? 0
  }

  show(timeline: Timeline, step: number | undefined, isLoaded: boolean): void {
    this.#timeline = timeline
    this.#step = step
    const size = this.#size
    const at = step ?? size
    this.#slider.max = String(size)
    this.#slider.value = String(at)
    this.#back.disabled = at === 0
    this.#forth.disabled = step === undefined
    this.#now.disabled = step === undefined
    const event = timeline.events[at - 1]
    const told = event ? `${describe(event)}, ${ago(event.at)}` : size ? 'before the first event' : 'nothing happened yet'
    const dropped = timeline.dropped ? ` (${timeline.dropped} before are gone)` : ''
    this.#text.textContent = `${isLoaded ? 'loaded session: ' : ''}${at} of ${size}${dropped} · ${told}`
    this.#drawList()
  }

  #drawList(isOpen = this.#all.open): void {
    if (!isOpen || !this.#timeline) return
    const { events } = this.#timeline
    const numbered = events.map((event, index) => ({ ...event, number: index + 1 })).reverse()
    this.#list.show(numbered, String(this.#step ?? events.length))
  }
}

function describe({ what, row, id }: Event): string {
  return `${what} ${row?.text ?? id}`
}

function renderEvent(event: Numbered): HTMLElement[] {
  const time = new Date(event.at).toISOString().slice(11, 23)
  return [
    h('span', { className: 'time' }, time),
    h('span', { className: 'what' }, event.what),
    h('span', { className: 'key' }, event.row?.text ?? event.id),
  ]
}

function ago(at: number): string {
  return `${duration(Math.max(0, Date.now() - at))} ago`
}
