// Detects a largest contentful paint that was loaded lazily, and was late because of it.
import { LOADED, owners } from './viewport.js'

let isObserving = false
let largest: Element | null = null
let timer: ReturnType<typeof setTimeout>

/** Observes the page's largest contentful paint, if the browser reports it. With `debug`, warns if it was loaded lazily. */
export function observeLcp(debug: boolean): void {
  if (isObserving || typeof PerformanceObserver !== 'function') return
  isObserving = true
  const observer = new PerformanceObserver((list) => {
    const entry = list.getEntries().at(-1) as PerformanceEntry & { element?: Element | null }
    largest = entry.element ?? null
    if (!debug) return
    clearTimeout(timer)
    // A larger paint may follow.
    timer = setTimeout(warn, 500)
  })
  // Browsers ignore a type that they do not support.
  observer.observe({ type: 'largest-contentful-paint', buffered: true })
}

/** 1 if the largest contentful paint so far was loaded lazily, otherwise 0. */
export function lazyLcp(): number {
  return largest && owners.get(largest) === LOADED ? 1 : 0
}

function warn(): void {
  if (!lazyLcp()) return
  console.warn(
    'whippet: the largest contentful paint is an image that was loaded lazily, which made it late. ' +
      'Give it src (or srcset) in the markup, and fetchpriority="high".',
    largest,
  )
}
