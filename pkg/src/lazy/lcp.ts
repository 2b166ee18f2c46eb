// Detects a largest contentful paint that was loaded lazily, and was late because of it.
import { LOADED, targets } from './targets.js'

let isObserving = false
/** 1 if the largest contentful paint so far was loaded lazily, otherwise 0. The element is not kept: it may be removed. */
export let lazyLcp = 0

/** Observes the page's largest contentful paint, if the browser reports it. `onChange` is called with its element. */
export function observeLcp(onChange: ((element: Element | null | undefined) => void) | undefined): void {
  if (isObserving || !globalThis.PerformanceObserver) return
  isObserving = true
  const observer = new PerformanceObserver((list) => {
    const { element } = list.getEntries().at(-1) as PerformanceEntry & { element?: Element | null }
    lazyLcp = targets.get(element!) === LOADED ? 1 : 0
    onChange?.(element)
  })
  // Browsers ignore a type that they do not support.
  observer.observe({ type: 'largest-contentful-paint', buffered: true })
}
