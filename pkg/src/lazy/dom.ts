/** Whether `node` is an element of that name. `instanceof` would not do: elements of an iframe have classes of their own. */
export function isTag<Name extends keyof HTMLElementTagNameMap>(
  node: Node | null,
  name: Name,
): node is HTMLElementTagNameMap[Name] {
  return (node as Element | null)?.localName === name
}

export function isMedia(node: Node): node is HTMLMediaElement {
  return isTag(node, 'video') || isTag(node, 'audio')
}

/** A new image of the element's document, so that relative URLs resolve against its base. */
export function createImage(element: Element): HTMLImageElement {
  return element.ownerDocument.createElement('img')
}
