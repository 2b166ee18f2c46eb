// The largest contentful paint: what was loaded lazily was late for it.
import { LOADED, owners } from './viewport.js'

let following = false
let largest: Element | null = null
let timer: ReturnType<typeof setTimeout>

/** Follows the page's largest contentful paint, where the browser knows it; warns of a lazy one if `debug`. */
export function followLcp(debug: boolean): void {
  if (following || typeof PerformanceObserver !== 'function') return
  following = true
  const observer = new PerformanceObserver((list) => {
    const entry = list.getEntries().at(-1) as PerformanceEntry & { element?: Element | null }
    largest = entry.element ?? null
    if (!debug) return
    clearTimeout(timer)
    // A larger one may follow.
    timer = setTimeout(warn, 500)
  })
  // Browsers that do not know the type observe nothing.
  observer.observe({ type: 'largest-contentful-paint', buffered: true })
}

/** 1 where it was loaded lazily, as far as it is known by now. */
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
