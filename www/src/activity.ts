// What happened lately, polled while the page is looked at.
import { QueryObserver, type QueryClient, type QueryObserverResult } from 'whippet/query'
import type { Activity } from './api'
import { h, part } from './dom'
import { explain } from './errors'
import { activityOptions } from './queries'
import { packageHash } from './route'

export function showActivity(client: QueryClient): void {
  const body = part('activity-body')
  const state = h('p', { class: 'poll', 'data-testid': 'poll-state' })
  const totals = h('p', { class: 'totals', 'data-testid': 'totals' })
  const events = h('ol', { class: 'events', 'data-testid': 'events', 'aria-label': 'Newest stars' })
  body.append(totals, state, events)

  let drawn: Activity | undefined
  const render = ({ data, error, dataUpdatedAt }: QueryObserverResult<Activity>) => {
    state.classList.toggle('failed', !!error)
    state.textContent = error
      ? `Not up to date: ${explain(error)}`
      : dataUpdatedAt
        ? `Asked every 3 s while the page is in sight · last at ${new Date(dataUpdatedAt).toLocaleTimeString()}`
        : 'Loading…'
    if (!data || data === drawn) return
    drawn = data
    const { packages, starred } = data.totals
    totals.textContent = `${packages} packages · ${starred} starred`
    events.replaceChildren(...data.events.slice(0, 5).map(line))
    if (data.events.length === 0) events.replaceChildren(h('li', { class: 'none' }, 'No star yet: give the first.'))
  }
  const observer = new QueryObserver(client, activityOptions)
  observer.subscribe(render)
  render(observer.getCurrentResult())
}

function line(event: Activity['events'][number]): HTMLElement {
  const at = new Date(event.at)
  return h(
    'li',
    {},
    h('span', { 'aria-hidden': 'true', class: event.starred ? 'given' : 'taken' }, event.starred ? '★' : '☆'),
    h('a', { href: packageHash(event) }, event.name),
    h('span', { class: 'visually-hidden' }, event.starred ? 'starred' : 'star taken away'),
    h('time', { datetime: at.toISOString() }, when(at)),
  )
}

/** The time of day; of another day than today its date. */
function when(at: Date): string {
  return at.toDateString() === new Date().toDateString() ? at.toLocaleTimeString() : at.toLocaleDateString()
}
