import type { Lazy, LazyOptions } from './lazy.js'

/** Loads everything, lazily where the browser itself can: what is left without wasm or its observer. */
export function loadAll(
  elements: Iterable<Element>,
  { classLoaded = 'loaded', onLoad }: LazyOptions,
  roots: ParentNode[] = [],
  selector = '',
): Lazy {
  const done = new Set<Element>()

  const load = (element: Element) => {
    if (done.has(element)) return
    done.add(element)
    // Set before the address, or the browser would begin at once.
    if (element instanceof HTMLImageElement || element instanceof HTMLIFrameElement) element.loading = 'lazy'
    const parent = element.parentElement
    if (parent instanceof HTMLPictureElement) for (const child of parent.children) uncover(child)
    if (element instanceof HTMLMediaElement) for (const child of element.children) uncover(child)
    uncover(element)
    if (classLoaded) element.classList.add(classLoaded)
    onLoad?.(element as HTMLElement)
  }
  const update = () => {
    for (const root of roots) {
      if (root instanceof Element && root.matches(selector)) load(root)
      for (const element of root.querySelectorAll(selector)) load(element)
    }
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

function uncover(element: Element): void {
  const { src, srcset, sizes, poster, bg } = (element as HTMLElement).dataset
  if (sizes) element.setAttribute('sizes', sizes)
  if (srcset) element.setAttribute('srcset', srcset)
  if (src) element.setAttribute('src', src)
  if (poster) element.setAttribute('poster', poster)
  if (bg) (element as HTMLElement).style.backgroundImage = `url("${bg}")`
}
