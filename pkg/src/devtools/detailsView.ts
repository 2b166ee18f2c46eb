// The right half: one query or mutation, its values, its timers, and what can be done to it.
import { button, h } from './dom.js'
import { duration } from './duration.js'
import type { Action, Details, Row } from './source.js'
import { valueTree } from './valueTree.js'

export class DetailsView {
  readonly element = h('section', { className: 'details', 'aria-label': 'Details' })
  readonly #opened = new Set(['data', 'error', 'state', 'variables'])
  readonly #act: (row: Row, action: Action) => void
  #shown?: string

  constructor(act: (row: Row, action: Action) => void) {
    this.#act = act
  }

  /** `details` is `undefined` for a row that is gone. */
  show(row: Row | undefined, details: Details | undefined): void {
    const { element } = this
    if (!row) return element.replaceChildren(h('p', { className: 'dim' }, 'Choose a row to see what it holds.'))
    const key = `${row.kind} ${row.id}`
    const scrollTop = key === this.#shown ? element.scrollTop : 0
    this.#shown = key
    const title = h('h2', {}, row.text, ' ', h('span', { className: `label ${row.label}` }, row.label))
    if (!details) return element.replaceChildren(title, h('p', { className: 'dim' }, 'It is not in the cache any more.'))
    element.replaceChildren(
      title,
      h('div', { className: 'actions' }, ...details.actions.map((action) => button(action, () => this.#act(row, action)))),
      this.#timers(details),
      ...this.#trees(details.values),
      details.observers.length > 0 ? h('h3', {}, 'Observers') : '',
      ...this.#trees(details.observers),
    )
    element.scrollTop = scrollTop
  }

  #trees(values: Details['values']): HTMLElement[] {
    return values.map(([name, value]) => valueTree(name, value, this.#opened))
  }

  #timers({ timers }: Details): HTMLElement | '' {
    if (!timers.length) return ''
    const now = Date.now()
    const rows = timers.map(({ what, at, owner, reason }) => {
      const left = at > now ? `in ${duration(at - now)}` : 'due'
      return h('tr', {}, h('td', {}, what), h('td', {}, left), h('td', {}, owner), h('td', { className: 'dim' }, reason))
    })
    return h('table', { className: 'timers' }, h('caption', {}, 'Timers'), ...rows)
  }
}
