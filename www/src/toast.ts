// A short message: which change was undone, and why.
import { h, part } from './dom'

const SHOWN_FOR_MS = 6_000

export function toast(text: string): void {
  const line = h('p', { class: 'toast', 'data-testid': 'toast' }, text)
  part('toasts').append(line)
  setTimeout(() => line.remove(), SHOWN_FOR_MS)
}
