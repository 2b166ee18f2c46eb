// Elements, made in one call.

/** Creates an element. Properties are set as such; those that begin with `on` are listeners, those with a dash attributes. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Record<string, unknown> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value as EventListener)
    else if (name.includes('-') || name === 'role') element.setAttribute(name, String(value))
    else (element as any)[name] = value
  }
  element.append(...children)
  return element
}

export function button(text: string, onclick: () => void, properties: Record<string, unknown> = {}): HTMLButtonElement {
  return h('button', { type: 'button', onclick, ...properties }, text)
}
