import { apply, eachMatch, isPart } from './element.js'
import type { Lazy, LazyOptions, Root } from './lazy.js'

/** Loads everything, lazily where the browser itself can: what is left without wasm or its observer. */
export function loadAll(elements: Iterable<Element>, roots: Root[], selector: string, options: LazyOptions): Lazy {
  const { classLoaded = 'loaded', onLoad } = options
  const done = new Set<Element>()

  const load = (element: Element) => {
    if (done.has(element) || isPart(element)) return
    done.add(element)
    // Set before the address, or the browser would begin at once.
    if (element instanceof HTMLImageElement || element instanceof HTMLIFrameElement) element.loading = 'lazy'
    apply(element as HTMLElement)
    if (classLoaded) element.classList.add(classLoaded)
    onLoad?.(element as HTMLElement)
  }
  const update = () => {
    for (const root of roots) eachMatch(root, selector, load)
  }

  for (const element of elements) load(element)
  update()
  let watcher: MutationObserver | undefined
  if (roots.length > 0 && typeof MutationObserver === 'function') {
    watcher = new MutationObserver(update)
    for (const root of roots) watcher.observe(root, { childList: true, subtree: true })
  }
  return {
    update,
    destroy: () => watcher?.disconnect(),
    stats: () => ({ pending: 0, loading: 0, loaded: done.size, failed: 0, retried: 0, cancelled: 0 }),
  }
}
