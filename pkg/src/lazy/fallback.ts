import { isTag } from './dom.js'
import { apply, applyError, loadable } from './element.js'
import { forEachMatch } from './observeMutations.js'
import type { Lazy, LazyOptions, Targets } from './options.js'

/** Loads everything without wasm or `IntersectionObserver`: images and iframes by `loading="lazy"`, the others at once. */
export function loadWithoutEngine({ elements, roots, selector }: Targets, options: LazyOptions): Lazy {
  const { classLoaded = 'loaded', onLoad } = options
  const done = new Set<Element>()

  const load = (found: Element) => {
    const element = loadable(found) as HTMLElement | null
    if (!element || done.has(element)) return
    done.add(element)
    const errorUrl = element.dataset.error ?? options.error
    if (errorUrl) element.addEventListener('error', () => applyError(element, errorUrl), { once: true })
    // Set before the URL, or the browser would load it at once.
    if (isTag(element, 'img') || isTag(element, 'iframe')) element.loading = 'lazy'
    apply(element)
    if (classLoaded) element.classList.add(classLoaded)
    onLoad?.(element)
  }
  const update = () => {
    for (const root of roots) forEachMatch(root, selector, load)
  }

  for (const element of elements) load(element)
  update()
  let observer: MutationObserver | undefined
  if (roots.length > 0 && typeof MutationObserver === 'function') {
    observer = new MutationObserver(update)
    for (const root of roots) observer.observe(root, { childList: true, subtree: true })
  }
  return {
    update,
    // The browser loads everything before it prints.
    load() {},
    destroy: () => observer?.disconnect(),
    stats: () => ({ pending: 0, loading: 0, loaded: done.size, failed: 0, retried: 0, cancelled: 0, lcp: 0 }),
  }
}
