// The search field: the address follows what is typed, once the typing pauses.
import { debounce } from 'whippet/timing'
import { part } from './dom'
import type { Sort } from './api'
import type { Router } from './route'

const PAUSE_MS = 200

export function connectSearch(router: Router): void {
  const field = part<HTMLInputElement>('search')
  const sort = part<HTMLSelectElement>('sort')

  const search = debounce(() => {
    const text = field.value.trim()
    // Typing leaves no steps for the back button; opening a package does.
    if (text !== router.current.search) router.go({ search: text }, 'replace')
  }, PAUSE_MS)
  field.addEventListener('input', () => search())
  part<HTMLFormElement>('search-form').addEventListener('submit', (event) => {
    event.preventDefault()
    search.flush()
  })
  sort.addEventListener('change', () => router.go({ sort: sort.value as Sort }, 'replace'))

  router.subscribe((route) => {
    // Not while it is being typed in: the address is behind the field then.
    if (!search.pending() && field.value.trim() !== route.search) field.value = route.search
    sort.value = route.sort
  })

  document.addEventListener('click', (event) => {
    const link = (event.target as Element).closest<HTMLElement>('a[data-search]')
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    search.cancel()
    router.go({ search: link.dataset.search ?? '' })
  })
}
