// The open package.
import { QueryObserver, type QueryClient, type QueryObserverResult } from 'whippet/query'
import type { Details, PackageId, Relation } from './api'
import { iconUrl } from './api'
import { h, part, setText } from './dom'
import { offline } from './errors'
import { showNotice } from './notice'
import { detailsOptions } from './queries'
import { packageHash, type Router } from './route'
import { starButton } from './star'

/** Shows the package that the address names, or the welcome. */
export function showDetails(client: QueryClient, router: Router): void {
  const pane = part('details')
  let shown: string | undefined
  let leave = () => {}

  router.subscribe(({ selected }) => {
    const key = selected && packageHash(selected)
    if (key === shown && pane.firstChild) return
    const closed = shown
    const hadFocus = pane.contains(document.activeElement)
    shown = key
    leave()
    document.documentElement.toggleAttribute('data-open', !!selected)
    leave = selected ? open(client, router, pane, selected) : () => {}
    if (!selected) showWelcome(pane)
    if (!selected && hadFocus) focusRow(closed)
    document.title = (selected ? `${selected.name} ${selected.version} · ` : '') + 'Package explorer · Whippet demo'
  })
}

/** Goes back to the row of the package that was closed, or to the list. */
function focusRow(hash: string | undefined): void {
  const list = part('list')
  const links = [...list.querySelectorAll<HTMLAnchorElement>('.row-link')]
  ;(links.find((link) => link.getAttribute('href') === hash) ?? list).focus()
}

/** The page as it is before anything is open. */
export function showWelcome(pane: HTMLElement): void {
  pane.replaceChildren(document.querySelector<HTMLTemplateElement>('#welcome')!.content.cloneNode(true))
}

function open(client: QueryClient, router: Router, pane: HTMLElement, id: PackageId) {
  const close = h('button', { type: 'button', class: 'button close', 'data-testid': 'close' }, 'Close')
  close.addEventListener('click', () => router.go({ selected: undefined }))
  const star = starButton(client, id)
  star.button.dataset.testid = 'details-star'
  const heading = h('h1', { tabindex: '-1' }, id.name)
  const notice = h('div')
  const body = h('div', { class: 'details-body', 'data-testid': 'details-body' })
  const icon = h('img', { class: 'icon', 'data-src': iconUrl(id), width: 56, height: 56, alt: '' })
  const line = h('p', { class: 'version' }, `${id.version} · ${id.ecosystem}`)
  const head = h('header', {}, icon, h('div', {}, heading, line), star.button, close)
  pane.replaceChildren(h('article', { class: 'card package', 'data-package': packageHash(id).slice(2) }, head, notice, body))
  pane.scrollTop = 0
  // On a phone the pane covers the list, so the keyboard and the reader must come along.
  if (getComputedStyle(pane).position === 'fixed') heading.focus()

  const observer = new QueryObserver(client, detailsOptions(id))
  let drawn: Details | undefined
  const render = (result: QueryObserverResult<Details>) => {
    star.button.disabled = !result.data
    star.show(result.data?.starredAt != null)
    pane.setAttribute('aria-busy', String(result.isFetching))
    const error = result.error ?? (!result.data && result.fetchStatus === 'paused' ? offline : null)
    showNotice(notice, 'The details could not be loaded', error, () => void observer.refetch())
    if (result.data && result.data !== drawn) {
      drawBody(body, result.data, drawn)
      drawn = result.data
    } else if (!result.data && result.isPending && !body.firstChild) {
      body.replaceChildren(h('div', { class: 'skeleton lines' }), h('div', { class: 'skeleton block' }))
    } else if (!result.data && result.isError) {
      body.replaceChildren()
    }
  }
  const unsubscribe = observer.subscribe(render)
  render(observer.getCurrentResult())
  return unsubscribe
}

/** Draws again only the parts whose data is not the same object as before. */
function drawBody(body: HTMLElement, next: Details, before: Details | undefined): void {
  if (before?.dependencies === next.dependencies && before.dependents === next.dependents && before.features === next.features)
    return
  const repository = webAddress(next.repository)
  body.replaceChildren(
    h('p', { class: 'lead' }, next.description ?? 'No description.'),
    h(
      'dl',
      { class: 'facts' },
      h('div', {}, h('dt', {}, 'Licence'), h('dd', {}, next.licence ?? 'unknown')),
      h(
        'div',
        {},
        h('dt', {}, 'Sources'),
        h('dd', {}, repository ? h('a', { href: repository.href, rel: 'noreferrer' }, repository.host) : 'unknown'),
      ),
    ),
    relations('Depends on', 'dependencies', next.dependencies),
    relations('Used by', 'dependents', next.dependents),
    ...(next.features.length > 0 ? [features(next)] : []),
  )
}

function relations(title: string, testid: string, packages: Relation[]): HTMLElement {
  const several = (name: string) => packages.filter((other) => other.name === name).length > 1
  const items = packages.map((other) =>
    h(
      'li',
      {},
      h(
        'a',
        { href: packageHash(other), title: `${other.name} ${other.version}` },
        h('img', { class: 'icon', 'data-src': iconUrl(other), width: 20, height: 20, alt: '' }),
        other.name,
        several(other.name) && h('small', {}, other.version),
        other.kind !== 'normal' && h('small', {}, other.kind),
      ),
    ),
  )
  const content = items.length > 0 ? h('ul', { class: 'chips' }, ...items) : h('p', { class: 'none' }, 'None.')
  return h('section', { 'data-testid': testid }, heading(title, packages.length), content)
}

function features({ features }: Details): HTMLElement {
  const items = features.map(({ name, enables }) => h('li', { title: enables.join(', ') || 'turns on nothing else' }, name))
  return h(
    'section',
    { 'data-testid': 'features' },
    heading('Features', features.length),
    h('ul', { class: 'chips plain' }, ...items),
  )
}

function heading(title: string, count: number): HTMLElement {
  const element = h('h2', {}, `${title} `, h('span', { class: 'badge' }))
  setText(element.lastElementChild!, String(count))
  return element
}

/** Addresses come from package authors: only those of the web become links. */
function webAddress(text: string | null): URL | undefined {
  const url = text && URL.canParse(text) ? new URL(text) : undefined
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url : undefined
}
