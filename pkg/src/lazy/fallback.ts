import type { Wanted } from './driver.js'
import { apply, applyInstead, loadable } from './element.js'
import { is } from './is.js'
import type { Lazy, LazyOptions } from './options.js'
import { eachMatch } from './watch.js'

/** Loads everything, lazily where the browser itself can: what is left without wasm or its observer. */
export function loadAll({ given, roots, selector }: Wanted, options: LazyOptions): Lazy {
  const { classLoaded = 'loaded', onLoad } = options
  const done = new Set<Element>()

  const load = (found: Element) => {
    const element = loadable(found) as HTMLElement | null
    if (!element || done.has(element)) return
    done.add(element)
    const instead = element.dataset.error ?? options.error
    if (instead) element.addEventListener('error', () => applyInstead(element, instead), { once: true })
    // Set before the address, or the browser would begin at once.
    if (is(element, 'img') || is(element, 'iframe')) element.loading = 'lazy'
    apply(element)
    if (classLoaded) element.classList.add(classLoaded)
    onLoad?.(element)
  }
  const update = () => {
    for (const root of roots) eachMatch(root, selector, load)
  }

  for (const element of given) load(element)
  update()
  let watcher: MutationObserver | undefined
  if (roots.length > 0 && typeof MutationObserver === 'function') {
    watcher = new MutationObserver(update)
    for (const root of roots) watcher.observe(root, { childList: true, subtree: true })
  }
  return {
    update,
    // It is the browser's affair now, and browsers print everything.
    load() {},
    destroy: () => watcher?.disconnect(),
    stats: () => ({ pending: 0, loading: 0, loaded: done.size, failed: 0, retried: 0, cancelled: 0, lcp: 0 }),
  }
}
