// Observes nodes that are added or removed, and attributes that change.
import { isTag } from './dom.js'
import { lazySelector } from './options.js'

/** The attributes with URLs. */
const URL_ATTRIBUTES = `${lazySelector},data-bg-hidpi,data-bg-multi-hidpi`

export interface MutationCallbacks {
  /** The element is in the page now. */
  added(element: Element): void
  /** The element left the page. */
  removed(element: Element): void
  /** A URL of the element changed. */
  changed(element: Element): void
  /** All mutations of this task were reported. */
  done(): void
}

/** Reports mutations of the elements in `roots` that match `selector`. The returned function stops it. */
export function observeMutations(roots: Node[], selector: string, callbacks: MutationCallbacks): () => void {
  // On a server there is none, and no root.
  if (!roots[0]) return () => {}
  const observer = new MutationObserver((records) => {
    for (const { type, target, attributeName, oldValue, removedNodes, addedNodes } of records) {
      if (type === 'attributes') {
        const element = target as Element
        // Some frameworks set an attribute to the value that it has.
        if (element.getAttribute(attributeName!) !== oldValue) callbacks.changed(lazyElementOf(element))
        continue
      }
      // An element that was moved is connected again.
      for (const node of removedNodes) forEachMatch(node, selector, (element) => element.isConnected || callbacks.removed(element))
      for (const node of addedNodes) forEachMatch(node, selector, (element) => element.isConnected && callbacks.added(element))
    }
    callbacks.done()
  })
  const attributeFilter = URL_ATTRIBUTES.match(/data[-\w]+/g)!
  const init = { attributeFilter, attributeOldValue: true, childList: true, subtree: true }
  for (const root of roots) observer.observe(root, init)
  return () => observer.disconnect()
}

/** The element that is loaded: for a source, the image of its picture, or its video. */
function lazyElementOf(element: Element): Element {
  const parent = element.parentElement
  return (isTag(element, 'source') && (parent?.querySelector('img') ?? parent)) || element
}

/** Calls `callback` with `root`, if it matches, and with every element in it that matches. */
export function forEachMatch(root: Node, selector: string, callback: (element: HTMLElement) => void): void {
  if (root.nodeType === 1 && (root as Element).matches(selector)) callback(root as HTMLElement)
  if ('querySelectorAll' in root) for (const element of (root as ParentNode).querySelectorAll(selector)) callback(element as HTMLElement)
}
