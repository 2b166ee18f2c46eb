// Details are fetched when a link to them is pointed at or focused: before they are asked for.
import type { QueryClient } from 'whippet/query'
import { debounce } from 'whippet/timing'
import type { PackageId } from './api'
import { packageOf } from './list'
import { detailsOptions } from './queries'

/** The pointer rests this long on what it means; what it only passes over is left alone. */
const REST_MS = 60

export function prefetchOnIntent(client: QueryClient): void {
  const prefetch = debounce((id: PackageId) => void client.prefetchQuery(detailsOptions(id)), REST_MS)
  const look = (event: Event) => {
    const target = event.target as Element
    const link = target.closest?.('a[href^="#/"]') ?? target.closest?.('[data-testid="row"]')?.querySelector('a[href^="#/"]')
    const id = link instanceof HTMLElement ? packageOf(link) : undefined
    if (id) prefetch(id)
  }
  document.addEventListener('pointerover', look)
  document.addEventListener('focusin', look)
}
