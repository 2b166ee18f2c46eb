// What shows placeholders. It is attached by what is exported for it, so that pages without placeholders do not load it.

type Show = (element: HTMLElement) => void

export let attachedPlaceholder: Show | undefined

/** Returns `exported`. Its caller marks the call as pure: where nothing uses what is exported, nothing is attached. */
export function attachPlaceholder<T>(show: Show, exported: T): T {
  attachedPlaceholder = show
  return exported
}
