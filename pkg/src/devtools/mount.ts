import { createElement } from './element.js'
import { nothing } from './nothing.js'
import type { Devtools, DevtoolsOptions, QueryClientLike } from './types.js'

export function mount(client: QueryClientLike, options: DevtoolsOptions = {}): Devtools {
  if (typeof document === 'undefined') return nothing()
  const element = createElement()
  const { initialIsOpen = false, position, buttonPosition, parent = document.body } = options
  element.client = client
  element.open = initialIsOpen
  if (position) element.setAttribute('position', position)
  if (buttonPosition) element.setAttribute('button-position', buttonPosition)
  parent.append(element)
  return { element, unmount: () => element.remove() }
}
