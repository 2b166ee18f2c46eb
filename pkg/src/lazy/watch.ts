// What changes in a page: nodes that come and go, and addresses that are set anew.
import { is } from './is.js'

/** The attributes that say what to load. */
const addresses = [
  'src',
  'srcset',
  'poster',
  'bg',
  'bg-set',
  'bg-multi',
  'bg-hidpi',
  'bg-multi-hidpi',
  'background-image',
  'background-image-set',
].map((name) => `data-${name}`)

export interface Changes {
  /** It is in the page now. */
  added(element: Element): void
  /** It left the page. */
  removed(element: Element): void
  /** It is to load something else. */
  changed(element: Element): void
  /** All changes of this turn were said. */
  done(): void
}

/** Tells of the elements in `roots` that match `selector`; returns how to stop. */
export function watch(roots: Iterable<Node>, selector: string, tell: Changes): () => void {
  const observer = new MutationObserver((records) => {
    for (const { type, target, attributeName, oldValue, removedNodes, addedNodes } of records) {
      if (type === 'attributes') {
        const element = target as Element
        // Some frameworks write what is there already.
        if (element.getAttribute(attributeName!) !== oldValue) tell.changed(whole(element))
        continue
      }
      // One that was only moved is in the page again.
      for (const node of removedNodes) eachMatch(node, selector, (element) => element.isConnected || tell.removed(element))
      for (const node of addedNodes) eachMatch(node, selector, (element) => element.isConnected && tell.added(element))
    }
    tell.done()
  })
  const what = { attributeFilter: addresses, attributeOldValue: true, childList: true, subtree: true }
  for (const root of roots) observer.observe(root, what)
  return () => observer.disconnect()
}

/** What an element is a part of: a source belongs to its picture's image, or its video. */
function whole(element: Element): Element {
  const parent = element.parentElement
  return (is(element, 'source') && (parent?.querySelector('img') ?? parent)) || element
}

/** Calls `f` with `root` where it matches, and with all in it that do. */
export function eachMatch(root: Node, selector: string, f: (element: HTMLElement) => void): void {
  if (root.nodeType === 1 && (root as Element).matches(selector)) f(root as HTMLElement)
  if ('querySelectorAll' in root) for (const element of (root as ParentNode).querySelectorAll(selector)) f(element as HTMLElement)
}
