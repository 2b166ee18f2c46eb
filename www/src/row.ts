// One package in the list. A row is created once, and later updated.
import type { QueryClient } from 'whippet/query'
import type { Summary } from './api'
import { h, setText } from './dom'
import { iconUrl } from './api'
import { packageHash } from './route'
import { starButton } from './star'

export interface Row {
  element: HTMLLIElement
  link: HTMLAnchorElement
  /** Shows `package`; does nothing for the very same object. */
  update(summary: Summary): void
}

export function createRow(client: QueryClient, summary: Summary): Row {
  const link = h('a', { class: 'row-link', href: packageHash(summary), 'data-testid': 'row-link' }, summary.name)
  const star = starButton(client, summary)
  const facts = h('span', { class: 'facts' })
  const description = h('p', { class: 'description' })
  const element = h(
    'li',
    {
      class: 'row',
      'data-testid': 'row',
      'data-package': `${summary.ecosystem}/${summary.name}/${summary.version}`,
    },
    h('img', { class: 'icon', 'data-src': iconUrl(summary), width: 40, height: 40, alt: '' }),
    h(
      'div',
      { class: 'row-text' },
      h('p', { class: 'title' }, link, h('span', { class: 'version' }, summary.version), facts),
      description,
    ),
    star.button,
  )

  let shown: Summary | undefined
  const update = (next: Summary) => {
    if (next === shown) return
    shown = next
    star.show(next.starredAt != null)
    setText(facts, `${next.ecosystem}${next.licence ? ' · ' + next.licence : ''}`)
    setText(description, next.description ?? 'No description.')
  }
  update(summary)
  return { element, link, update }
}
