// A list of any length: only what can be seen has elements.
import { h } from './dom.js'

const HEIGHT = 28
/** Rows above and below what can be seen. */
const MORE = 6

export interface ListOptions<T> {
  /** What the list is called by screen readers. */
  name: string
  keyOf: (item: T) => string
  render: (item: T) => HTMLElement[]
  onSelect: (item: T) => void
}

export class VirtualList<T> {
  readonly element: HTMLElement
  readonly #space = h('div', { className: 'space' })
  readonly #options: ListOptions<T>
  #items: readonly T[] = []
  /** What is drawn, by its place in the list. */
  #rows: HTMLElement[] = []
  #selected?: string

  constructor(options: ListOptions<T>) {
    this.#options = options
    const properties = {
      className: 'list',
      role: 'listbox',
      tabIndex: 0,
      'aria-label': options.name,
      onscroll: () => this.#draw(),
      onkeydown: (event: KeyboardEvent) => this.#onKey(event),
    }
    this.element = h('div', properties, this.#space)
  }

  show(items: readonly T[], selected?: string): void {
    this.#items = items
    this.#selected = selected
    this.#space.style.height = `${items.length * HEIGHT}px`
    this.#rows = []
    this.#space.replaceChildren()
    this.element.removeAttribute('aria-activedescendant')
    this.#draw()
  }

  /** Rows that stay keep their elements: one that is pressed while the list scrolls gets its click. */
  #draw(): void {
    const { scrollTop, clientHeight } = this.element
    const first = Math.max(0, Math.floor(scrollTop / HEIGHT) - MORE)
    const last = Math.min(this.#items.length, Math.ceil((scrollTop + clientHeight) / HEIGHT) + MORE)
    this.#rows.forEach((row, index) => {
      if (index >= first && index < last) return
      row.remove()
      delete this.#rows[index]
    })
    for (let index = last; index-- > first;) {
      this.#rows[index] ??= this.#space.insertBefore(this.#row(index), this.#rows[index + 1] ?? null)
    }
  }

  #row(index: number): HTMLElement {
    const { name, keyOf, render, onSelect } = this.#options
    const item = this.#items[index]!
    const id = `${name.split(' ')[0]}-${index}`
    const isSelected = keyOf(item) === this.#selected
    if (isSelected) this.element.setAttribute('aria-activedescendant', id)
    return h(
      'div',
      {
        className: 'row',
        id,
        style: `top: ${index * HEIGHT}px`,
        role: 'option',
        'aria-selected': isSelected,
        'aria-posinset': index + 1,
        'aria-setsize': this.#items.length,
        onclick: () => onSelect(item),
      },
      ...render(item),
    )
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
