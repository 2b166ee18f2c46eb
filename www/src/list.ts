// The list: what a search finds, page after page, each row kept for as long as its package is found.
import { InfiniteQueryObserver, type InfiniteData, type InfiniteQueryObserverResult, type QueryClient } from 'whippet/query'
import type { Page, PackageId, Summary } from './api'
import { h, part, setText } from './dom'
import { offline } from './errors'
import { showNotice } from './notice'
import { listOptions } from './queries'
import { packageHash, type Route, type Router } from './route'
import { createRow, type Row } from './row'

type Result = InfiniteQueryObserverResult<InfiniteData<Page>>

const SKELETON_ROWS = 10

/** Shows the list and follows `router`. */
export function showList(client: QueryClient, router: Router): void {
  const list = part('list')
  const rows = new Map<string, Row>()
  const observer = new InfiniteQueryObserver(client, listOptions(router.current.search, router.current.sort))
  const more = endOfList(() => void observer.fetchNextPage())

  const render = (result: Result) => {
    const found = result.data?.pages.flatMap((page) => page.packages)
    if (found) {
      placeRows(client, list, rows, found)
    } else if (result.isPending) {
      if (!list.firstElementChild) list.append(...skeleton())
    } else {
      list.replaceChildren()
    }
    list.toggleAttribute('data-stale', result.isPlaceholderData)
    list.setAttribute('aria-busy', String(result.isFetching))
    setText(part('count'), countLine(result, found?.length ?? 0))
    // A page that failed is told at the list's end, where it would have come.
    const above = result.isFetchNextPageError ? null : result.error
    showNotice(part('list-notice'), 'The packages could not be loaded', above, () => void observer.refetch())
    more.show(result)
    markSelected(rows, router.current)
  }

  observer.subscribe(render)
  render(observer.getCurrentResult())
  router.subscribe((route) => {
    observer.setOptions(listOptions(route.search, route.sort))
    markSelected(rows, route)
  })
}

function countLine(result: Result, loaded: number): string {
  const total = result.data?.pages.at(-1)?.total
  if (result.fetchStatus === 'paused' && (result.isPlaceholderData || total === undefined)) return offline.message
  if (result.isPlaceholderData) return 'Searching…'
  if (total === undefined) {
    if (!result.isPending) return '\u00a0'
    return result.failureCount > 0 ? 'The server failed; trying again…' : 'Loading…'
  }
  if (total === 0) return 'No package matches.'
  return `${loaded} of ${total} package${total === 1 ? '' : 's'}`
}

/** Puts the rows into the order of `found`, moving as few as it can. */
function placeRows(client: QueryClient, list: HTMLElement, rows: Map<string, Row>, found: Summary[]): void {
  const wanted = new Set(found.map(packageHash))
  for (const [key, row] of rows) {
    if (wanted.has(key)) continue
    row.element.remove()
    rows.delete(key)
  }
  list.querySelectorAll('.skeleton').forEach((row) => row.remove())
  let next = list.firstElementChild
  for (const summary of found) {
    const key = packageHash(summary)
    let row = rows.get(key)
    if (row) {
      row.update(summary)
    } else {
      row = createRow(client, summary)
      rows.set(key, row)
    }
    if (row.element === next) next = next.nextElementSibling
    else list.insertBefore(row.element, next)
  }
}

function markSelected(rows: Map<string, Row>, { selected }: Route): void {
  const key = selected && packageHash(selected)
  for (const [hash, { link }] of rows) {
    if (hash === key) link.setAttribute('aria-current', 'true')
    else link.removeAttribute('aria-current')
  }
}

/** What comes after the last row: nothing, a page on its way, or the error that kept it away. */
function endOfList(loadMore: () => void) {
  const place = part('list-end')
  const notice = h('div')
  const button = h('button', { type: 'button', class: 'button', 'data-testid': 'load-more' }, 'Load more')
  button.addEventListener('click', loadMore)
  place.append(notice, button)
  button.hidden = true

  let wanted = false
  // Well before the end comes into sight, so that scrolling does not stop there.
  const nearby = new IntersectionObserver(
    (entries) => {
      if (wanted && entries.at(-1)?.isIntersecting) loadMore()
    },
    { rootMargin: '600px 0px' },
  )

  return {
    show(result: Result) {
      button.hidden = !result.hasNextPage || result.isPlaceholderData || result.isFetchNextPageError
      button.disabled = result.isFetchingNextPage
      setText(button, result.isFetchingNextPage ? 'Loading…' : 'Load more')
      showNotice(notice, 'More could not be loaded', result.isFetchNextPageError ? result.error : null, loadMore)
      const now = result.hasNextPage && !result.isFetching && !result.isPlaceholderData && !result.isError
      if (now === wanted) return
      wanted = now
      // Observed anew for each page: a short one may leave the end in sight, and then nothing changes.
      nearby.unobserve(place)
      if (wanted) nearby.observe(place)
    },
  }
}

function skeleton(): HTMLElement[] {
  return Array.from({ length: SKELETON_ROWS }, () =>
    h('li', { class: 'row skeleton', 'aria-hidden': 'true' }, h('span', { class: 'icon' }), h('span', { class: 'lines' })),
  )
}

/** The package that a row's link stands for. */
export function packageOf(link: HTMLElement): PackageId | undefined {
  const [ecosystem, name, version] = (link.getAttribute('href') ?? '').slice(2).split('/').map(decodeURIComponent)
  return ecosystem && name && version ? { ecosystem, name, version } : undefined
}
