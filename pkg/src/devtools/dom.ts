// Elements, made in one call.

type Child = Node | string | undefined | false

/** Creates an element. Properties are set as such; those that begin with `on` are listeners, those with a dash attributes. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Record<string, unknown> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value as EventListener)
    else if (name.includes('-') || name === 'role' || name === 'for') element.setAttribute(name, String(value))
    else (element as any)[name] = value
  }
  element.append(...(children.filter((child) => child !== undefined && child !== false) as (Node | string)[]))
  return element
}

export function button(text: string, onclick: () => void, properties: Record<string, unknown> = {}): HTMLButtonElement {
  return h('button', { type: 'button', onclick, ...properties }, text)
}
