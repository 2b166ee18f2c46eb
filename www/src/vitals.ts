// The web vitals of this page view, shown as they come.
import { onCLS, onFCP, onINP, onLCP, onTTFB } from 'whippet/rum'
import { h, setText } from './dom'

const watchers = [
  { name: 'LCP', title: 'Largest Contentful Paint', watch: onLCP },
  { name: 'INP', title: 'Interaction to Next Paint', watch: onINP },
  { name: 'CLS', title: 'Cumulative Layout Shift', watch: onCLS },
  { name: 'FCP', title: 'First Contentful Paint', watch: onFCP },
  { name: 'TTFB', title: 'Time to First Byte', watch: onTTFB },
] as const

/** A list that fills in as the browser reports; what it has not reported yet is a dash. */
export function watchVitals(): HTMLElement {
  const list = h('dl', { class: 'figures narrow', 'data-testid': 'vitals' })
  for (const { name, title, watch } of watchers) {
    const value = h('dd', { 'data-figure': name }, '–')
    list.append(h('div', { title }, h('dt', {}, name), value))
    watch(
      (metric) => {
        setText(value, name === 'CLS' ? metric.value.toFixed(3) : duration(metric.value))
        value.dataset.rating = metric.rating
      },
      { reportAllChanges: true },
    )
  }
  return list
}

function duration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`
}
