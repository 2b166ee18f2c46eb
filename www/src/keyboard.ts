// Keys: `/` to search, arrows along the list, Enter opens (links do that themselves), Escape closes.
import { part } from './dom'
import type { Router } from './route'

export function connectKeyboard(router: Router): void {
  const field = part<HTMLInputElement>('search')
  const list = part('list')
  const links = () => [...list.querySelectorAll<HTMLAnchorElement>('.row-link')]

  document.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const typing = event.target instanceof HTMLInputElement && event.target.type !== 'radio'
    if (event.key === '/' && !typing) {
      event.preventDefault()
      field.focus()
      field.select()
    } else if (event.key === 'Escape' && router.current.selected) {
      router.go({ selected: undefined })
    }
  })

  field.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowDown') return
    event.preventDefault()
    links()[0]?.focus()
  })

  list.addEventListener('keydown', (event) => {
    const all = links()
    const row = (event.target as Element).closest('.row')
    const at = row ? all.indexOf(row.querySelector<HTMLAnchorElement>('.row-link')!) : -1
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key]
    if (to === undefined) return
    event.preventDefault()
    if (to < 0) field.focus()
    else all[Math.min(to, all.length - 1)]?.focus()
  })

  // The target of the skip link is where the rows are.
  document.querySelector('[data-skip]')?.addEventListener('click', (event) => {
    event.preventDefault()
    ;(links()[0] ?? list).focus()
  })
}
