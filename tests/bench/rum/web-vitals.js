// As in the documentation of web-vitals: changed metrics are sent in one beacon when the page is hidden.
import { onCLS, onFCP, onINP, onLCP, onTTFB } from 'web-vitals'

const queue = new Set()
for (const on of [onCLS, onFCP, onINP, onLCP, onTTFB]) {
  on(({ name, value, rating, delta, id, navigationType }) => {
    queue.add({ name, value, rating, delta, id, navigationType })
  })
}
addEventListener('visibilitychange', () => {
  if (document.visibilityState !== 'hidden' || queue.size === 0) return
  navigator.sendBeacon('/sink', JSON.stringify([...queue]))
  queue.clear()
})
