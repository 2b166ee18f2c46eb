// An error in its place, with a way out of it.
import { h } from './dom'
import { explain } from './errors'

/** Shows `error` in `place`, with a button that calls `retry`; without an error the place is empty. */
export function showNotice(place: HTMLElement, title: string, error: unknown, retry?: () => void): void {
  if (error == null) {
    place.replaceChildren()
    return
  }
  const text = explain(error)
  // The same error stays untouched, so that a focused button keeps its focus.
  if (place.dataset.shown === text && place.firstChild) return
  place.dataset.shown = text
  const button = retry && h('button', { type: 'button', class: 'button', 'data-testid': 'retry' }, 'Retry')
  button?.addEventListener('click', retry!)
  const words = h('div', {}, h('strong', {}, title), h('p', {}, text))
  place.replaceChildren(h('div', { class: 'notice', role: 'alert', 'data-testid': 'error' }, words, button))
}
