// The state of the page in its URL: the search in the query string, the open package in the hash.
import { sorts, type PackageId, type Sort } from './api'

export interface Route {
  search: string
  sort: Sort
  selected: PackageId | undefined
}

/** The hash of a package; a plain link to it opens it. */
export function packageHash({ ecosystem, name, version }: PackageId): string {
  return '#/' + [ecosystem, name, version].map(encodeURIComponent).join('/')
}

function parse(address: Location | URL): Route {
  const parameters = new URLSearchParams(address.search)
  const sort = parameters.get('sort') as Sort
  return {
    search: parameters.get('q') ?? '',
    sort: sorts.includes(sort) ? sort : 'relevance',
    selected: parseHash(address.hash),
  }
}

function parseHash(hash: string): PackageId | undefined {
  const segments = hash.startsWith('#/') ? hash.slice(2).split('/') : []
  if (segments.length !== 3) return undefined
  try {
    const [ecosystem = '', name = '', version = ''] = segments.map(decodeURIComponent)
    return { ecosystem, name, version }
  } catch {
    // A stray per cent sign.
    return undefined
  }
}

function format({ search, sort, selected }: Route): string {
  const parameters = new URLSearchParams()
  if (search) parameters.set('q', search)
  if (sort !== 'relevance') parameters.set('sort', sort)
  const query = parameters.toString()
  return '/' + (query && `?${query}`) + (selected ? packageHash(selected) : '')
}

/** The page's URL as state, with a listener for changes. */
export class Router {
  current = parse(location)
  #listeners = new Set<(route: Route) => void>()

  constructor() {
    // Both the back button and links to a hash.
    addEventListener('popstate', () => this.#arrived())
  }

  /** Changes the address; `replace` leaves no step for the back button. */
  go(change: Partial<Route>, how: 'push' | 'replace' = 'push'): void {
    const url = format({ ...this.current, ...change })
    if (how === 'push') history.pushState(null, '', url)
    else history.replaceState(null, '', url)
    this.#arrived()
  }

  /** Calls `listener` now, and after each change. */
  subscribe(listener: (route: Route) => void): void {
    this.#listeners.add(listener)
    listener(this.current)
  }

  #arrived(): void {
    this.current = parse(location)
    for (const listener of this.#listeners) listener(this.current)
  }
}
