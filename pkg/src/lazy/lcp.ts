// Detects a largest contentful paint that was loaded lazily, and was late because of it.
import { LOADED, targets } from './targets.js'

let isObserving = false
let largest: Element | null | undefined

/** Observes the page's largest contentful paint, if the browser reports it. `onLazy` is called when it was loaded lazily. */
export function observeLcp(onChange: ((element: Element | null | undefined) => void) | undefined): void {
  if (isObserving || !globalThis.PerformanceObserver) return
  isObserving = true
  const observer = new PerformanceObserver((list) => {
    const entry = list.getEntries().at(-1) as PerformanceEntry & { element?: Element | null }
    largest = entry.element
    onChange?.(largest)
  })
  // Browsers ignore a type that they do not support.
  observer.observe({ type: 'largest-contentful-paint', buffered: true })
}

/** 1 if the largest contentful paint so far was loaded lazily, otherwise 0. */
export function lazyLcp(): number {
  return +(targets.get(largest!) === LOADED)
}
