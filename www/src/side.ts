// On a narrow screen the figures open from a button at the bottom.
import { part, setText } from './dom'

export function connectSideToggle(): void {
  const button = part('side-toggle')
  button.addEventListener('click', () => {
    const open = document.documentElement.toggleAttribute('data-side')
    button.setAttribute('aria-expanded', String(open))
    setText(button, open ? 'Hide the figures' : 'What Whippet did')
  })
}
