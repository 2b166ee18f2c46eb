// Icons are loaded when they come near the screen.
import { lazy, type LazyLoader } from 'whippet/lazy'

/** Watches every `img[data-src]`; call `update()` when new ones were put in. */
export function loadIcons(): LazyLoader {
  return lazy('img[data-src]', { rootMargin: '200px 0px', maxConcurrent: 6, retries: 2 })
}
