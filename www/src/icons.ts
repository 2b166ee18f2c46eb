// Icons are loaded when they come near the screen.
import { lazy, type Lazy } from 'whippet/lazy'

/** Watches every `img[data-src]`, those that are put in later too. */
export function loadIcons(): Lazy {
  return lazy('img[data-src]', { rootMargin: '200px 0px', maxConcurrent: 6, retries: 2 })
}
