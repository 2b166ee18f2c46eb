// A list of any length: only what can be seen has elements.
import { h } from './dom.js'

const HEIGHT = 28
/** Rows above and below what can be seen. */
const MORE = 6

export interface ListOptions<T> {
  /** What the list is called by screen readers. */
  name: string
  keyOf: (item: T) => string
  render: (item: T) => HTMLElement
  onSelect: (item: T) => void
}

export class VirtualList<T> {
  readonly element: HTMLElement
  readonly #space: HTMLElement
  readonly #options: ListOptions<T>
  #items: readonly T[] = []
  #selected?: string

  constructor(options: ListOptions<T>) {
    this.#options = options
    this.#space = h('div', { className: 'space' })
    this.element = h('div', {
      className: 'list',
      role: 'listbox',
      tabIndex: 0,
      'aria-label': options.name,
      onscroll: () => this.#draw(),
      onkeydown: (event: KeyboardEvent) => this.#onKey(event),
    })
    this.element.append(this.#space)
  }

  show(items: readonly T[], selected?: string): void {
    this.#items = items
    this.#selected = selected
    this.#space.style.height = `${items.length * HEIGHT}px`
    this.#draw()
  }

  #draw(): void {
    const { scrollTop, clientHeight } = this.element
    const first = Math.max(0, Math.floor(scrollTop / HEIGHT) - MORE)
    const last = Math.min(this.#items.length, Math.ceil((scrollTop + clientHeight) / HEIGHT) + MORE)
    this.element.removeAttribute('aria-activedescendant')
    const rows = this.#items.slice(first, last).map((item, index) => {
      const row = this.#options.render(item)
      const isSelected = this.#options.keyOf(item) === this.#selected
      row.className += ' row'
      row.id = `${this.#options.name.split(' ')[0]}-${first + index}`
      row.style.top = `${(first + index) * HEIGHT}px`
      row.setAttribute('role', 'option')
      row.setAttribute('aria-selected', String(isSelected))
      row.setAttribute('aria-posinset', String(first + index + 1))
      row.setAttribute('aria-setsize', String(this.#items.length))
      row.addEventListener('click', () => this.#options.onSelect(item))
      if (isSelected) this.element.setAttribute('aria-activedescendant', row.id)
      return row
    })
    this.#space.replaceChildren(...rows)
  }

  #onKey(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor(this.element.clientHeight / HEIGHT) - 1)
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -Infinity,
      End: Infinity,
    }
    const step = steps[event.key]
    if (step === undefined || !this.#items.length) return
    event.preventDefault()
    const now = this.#items.findIndex((item) => this.#options.keyOf(item) === this.#selected)
    const next = Math.min(this.#items.length - 1, Math.max(0, now + step))
    this.scrollTo(next)
    this.#options.onSelect(this.#items[next]!)
  }

  /** Scrolls as little as it takes to see the item at `index`. */
  scrollTo(index: number): void {
    const { element } = this
    if (index * HEIGHT < element.scrollTop) element.scrollTop = index * HEIGHT
    const below = (index + 1) * HEIGHT - element.clientHeight
    if (below > element.scrollTop) element.scrollTop = below
  }
}
