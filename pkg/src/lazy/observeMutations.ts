// Observes nodes that are added or removed, and attributes that change.
import { isTag } from './dom.js'
import { lazySelector } from './options.js'

/**
 * Reports elements in `roots` that match `selector` and were added or removed, and those that have a new URL; then that all of
 * this task were reported. The returned function stops it.
 */
export function observeMutations(
  roots: Node[],
  selector: string,
  report: (element: Element, hasNewUrl: boolean) => void,
  done: () => void,
): () => void {
  // On a server there is none, and no root.
  if (!roots[0]) return () => {}
  const observer = new MutationObserver((records) => {
    for (const { target, attributeName, oldValue, removedNodes, addedNodes } of records) {
      if (attributeName) {
        const element = target as Element
        const value = element.getAttribute(attributeName)
        // Some frameworks set an attribute to the value that it has. One that begins with `data-` is the page's own; the others are
        // set by the loader, so that only their removal is news.
        if (value !== oldValue && (value === null || attributeName[4] === '-')) report(element, true)
        continue
      }
      // A source that is added to an image or video which is there already is a new URL of that.
      for (const node of [...removedNodes, ...addedNodes])
        forEachMatch(node, selector, (element) => report(element, isTag(node, 'source')))
    }
    done()
  })
  // The attributes with URLs, and those that a morph removes: it gives an element the attributes that the server sent.
  // The names of elements in the selector are taken along: no attribute is called so.
  const attributeFilter = `${lazySelector},data-bg-hidpi,data-bg-multi-hidpi,src,srcset,poster`.match(/[-\w]+/g)!
  for (const root of roots) observer.observe(root, { attributeFilter, attributeOldValue: true, childList: true, subtree: true })
  return () => observer.disconnect()
}

/** Calls `callback` with `root`, if it matches, and with every element in it that matches. */
export function forEachMatch(root: Node, selector: string, callback: (element: HTMLElement) => void): void {
  // Documents match nothing, and texts have no elements.
  const node = root as Partial<HTMLElement>
  if (node.matches?.(selector)) callback(root as HTMLElement)
  node.querySelectorAll?.<HTMLElement>(selector).forEach((element) => callback(element))
}
