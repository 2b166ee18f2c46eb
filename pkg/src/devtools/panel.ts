// The panel: what there is on the left, one of it on the right, what happened below.
import { DetailsView } from './detailsView.js'
import { button, h } from './dom.js'
import { counts, ORDERS, select, type Order, type Selection } from './rowFilter.js'
import { loadSession, saveSession, sessionSource } from './session.js'
import type { Event, Row, Source } from './source.js'
import { Timeline } from './timeline.js'
import { TimelineView } from './timelineView.js'
import { VirtualList } from './virtualList.js'

const LISTS = { query: 'Queries', mutation: 'Mutations' } as const

/** Records a source from the beginning, and shows it while it is open. */
export class Panel {
  readonly element: HTMLElement
  readonly #live: Source
  readonly #liveTimeline: Timeline
  readonly #endWatch: () => void
  /** What is shown: the client, or a session that was loaded. */
  #source: Source
  #timeline: Timeline
  #selection: Selection = { kind: 'query', words: '', order: 'state' }
  #selected?: Row
  /** After how many events everything is shown; `undefined` for now. */
  #step?: number
  #frame = 0
  #isOpen = false
  readonly #tabs = h('div', { role: 'tablist' })
  readonly #labels = h('div', { className: 'labels' })
  readonly #message = h('p', { className: 'message', role: 'alert' })
  readonly #list: VirtualList<Row>
  readonly #details: DetailsView
  readonly #events: TimelineView

  constructor(source: Source, onClose: () => void) {
    this.#source = this.#live = source
    this.#timeline = this.#liveTimeline = new Timeline(source.rows())
    this.#endWatch = source.watch((event) => {
      const gone = this.#liveTimeline.add(event)
      // What is looked at stays where it is, unless it is among those that are gone.
      if (this.#timeline === this.#liveTimeline) this.#step &&= Math.max(0, this.#step - gone)
      this.#later()
    })
    this.#list = new VirtualList({
      name: 'Queries and mutations',
      keyOf: keyOf,
      render: renderRow,
      onSelect: (row) => this.#choose(row),
    })
    this.#details = new DetailsView((row, action) => this.#source.act(row, action))
    this.#events = new TimelineView((step) => this.#goTo(step))
    const search = h('input', {
      type: 'search',
      placeholder: 'Filter by key',
      'aria-label': 'Filter by key',
      oninput: () => this.#choice({ words: search.value }),
    })
    const orders = ORDERS.map((order) => h('option', { value: order }, `by ${order}`))
    const order = h('select', { 'aria-label': 'Order', onchange: () => this.#choice({ order: order.value as Order }) }, ...orders)
    const header = h(
      'header',
      {},
      h('strong', {}, 'Whippet'),
      this.#tabs,
      search,
      order,
      h('span', { className: 'fill' }),
      button('Save', () => this.#save(), { title: 'Save what was recorded as a file' }),
      button('Load', () => this.#load(), { title: 'Look at a session that was saved' }),
      button('✕', onClose, { 'aria-label': 'Close' }),
    )
    const lists = h('div', { className: 'lists' }, this.#labels, this.#list.element)
    this.element = h(
      'section',
      { className: 'panel', 'aria-label': 'Whippet devtools', hidden: true },
      header,
      this.#message,
      h('main', {}, lists, this.#details.element),
      this.#events.element,
    )
  }

  set isOpen(isOpen: boolean) {
    this.#isOpen = isOpen
    this.element.hidden = !isOpen
    if (isOpen) this.#draw()
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  destroy(): void {
    this.#endWatch()
    cancelAnimationFrame(this.#frame)
    this.element.remove()
  }

  /** Many events are drawn at once, and none while something is pressed: what is replaced before the release gets no click. */
  #later(): void {
    if (!this.#isOpen || this.#frame) return
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0
      this.element.matches(':active') ? this.#later() : this.#draw()
    })
  }

  #draw(): void {
    cancelAnimationFrame(this.#frame)
    this.#frame = 0
    const rows =
      this.#step === undefined && this.#timeline === this.#liveTimeline ? this.#source.rows() : this.#timeline.rows(this.#step)
    const { kind, label } = this.#selection
    this.#drawTabs(rows)
    const chips = counts(rows, kind).map(([name, count]) => {
      const isChosen = name === label
      const choose = () => this.#choice({ label: isChosen ? undefined : name })
      return button(`${name} ${count}`, choose, { className: `label ${name}`, 'aria-pressed': isChosen })
    })
    this.#labels.replaceChildren(...chips)
    const selected = this.#selected && keyOf(this.#selected)
    this.#list.show(select(rows, this.#selection), selected)
    const row = rows.find((row) => keyOf(row) === selected)
    this.#details.show(row ?? this.#selected, row && this.#detailsOf(row))
    this.#events.show(this.#timeline, this.#step, this.#timeline !== this.#liveTimeline)
  }

  #drawTabs(rows: readonly Row[]): void {
    const tabs = Object.entries(LISTS).map(([kind, name]) => {
      const count = rows.reduce((sum, row) => sum + +(row.kind === kind), 0)
      const choose = () => this.#choice({ kind: kind as Row['kind'], label: undefined })
      return button(`${name} ${count}`, choose, { role: 'tab', 'aria-selected': kind === this.#selection.kind })
    })
    this.#tabs.replaceChildren(...tabs)
  }

  /** In the past there are values alone: nothing can be done to it, and no timer runs. */
  #detailsOf(row: Row) {
    if (this.#step === undefined) return this.#source.details(row)
    return { values: Object.entries(row.state), timers: [], observers: [], actions: [] }
  }

  #choice(changes: Partial<Selection>): void {
    Object.assign(this.#selection, changes)
    this.#draw()
  }

  #choose(row: Row): void {
    this.#selected = row
    this.#draw()
  }

  #goTo(step: number | undefined): void {
    const { events } = this.#timeline
    this.#step = step! > events.length ? undefined : step && Math.max(0, step)
    const event: Event | undefined = this.#step ? events[this.#step - 1] : undefined
    const row =
      event?.row ?? (event && { ...event, text: event.id, label: 'inactive', observers: 0, updatedAt: event.at, state: {} })
    if (row) {
      this.#selected = row as Row
      this.#selection.kind = row.kind
    }
    this.#draw()
  }

  #show(source: Source, timeline: Timeline): void {
    this.#source = source
    this.#timeline = timeline
    this.#selected = this.#step = undefined
    this.#draw()
  }

  #save(): void {
    const link = h('a', {
      download: `whippet-session-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}.json`,
      href: URL.createObjectURL(new Blob([saveSession(this.#timeline)], { type: 'application/json' })),
    })
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 1000)
  }

  #load(): void {
    if (this.#timeline !== this.#liveTimeline) return this.#show(this.#live, this.#liveTimeline)
    const input = h('input', { type: 'file', accept: '.json,application/json' })
    input.addEventListener('change', () => {
      const file = input.files?.[0]
      if (file) void file.text().then((text) => this.open(text))
    })
    input.click()
  }

  /** Shows a session that was saved. What is wrong with it is told in the panel. */
  open(session: string): void {
    try {
      const timeline = loadSession(session)
      this.#message.textContent = ''
      this.#show(sessionSource(timeline), timeline)
    } catch (error) {
      this.#message.textContent = (error as Error).message
    }
  }
}

function keyOf(row: Row): string {
  return `${row.kind} ${row.id}`
}

function renderRow(row: Row): HTMLElement[] {
  return [
    h('span', { className: 'count', title: 'observers' }, `${row.observers || ''}`),
    h('span', { className: `label ${row.label}` }, row.label),
    h('span', { className: 'key', title: row.text }, row.text),
  ]
}
