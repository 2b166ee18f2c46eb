/** Whether this is an element of that name; one of an iframe's document, too, whose classes are others than the page's. */
export function is<Name extends keyof HTMLElementTagNameMap>(node: Node | null, name: Name): node is HTMLElementTagNameMap[Name] {
  return (node as Element | null)?.localName === name
}

export function isMedia(node: Node): node is HTMLMediaElement {
  return is(node, 'video') || is(node, 'audio')
}

/** An image of the same document: relative addresses are those of its base. */
export function imageNear(element: Element): HTMLImageElement {
  return new (element.ownerDocument.defaultView ?? globalThis as unknown as Window & typeof globalThis).Image()
}
