// Elements in one expression.

type Attributes = Record<string, string | number | boolean | null | undefined>
type Child = Node | string | null | undefined | false

/** An element with attributes (`true` is an empty one, `false` and `null` leave it out) and children. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, '')
    else if (value !== false && value != null) element.setAttribute(name, String(value))
  }
  element.append(...children.filter((child): child is Node | string => child != null && child !== false))
  return element
}

/** The element that carries `data-testid="name"`; the page always has it. */
export function part<T extends HTMLElement = HTMLElement>(name: string, root: ParentNode = document): T {
  const element = root.querySelector<T>(`[data-testid="${name}"]`)
  if (!element) throw new Error(`The page has no part named ${name}`)
  return element
}

/** A drawing from the path data of a 24 × 24 grid. */
export function glyph(path: string): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('width', '20')
  svg.setAttribute('height', '20')
  svg.setAttribute('aria-hidden', 'true')
  const shape = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  shape.setAttribute('d', path)
  svg.append(shape)
  return svg
}

/** Writes `text` only if it differs, so that nothing is laid out anew for nothing. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text
}
