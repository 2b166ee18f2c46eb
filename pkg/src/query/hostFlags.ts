import { focusManager } from './focusManager.js'
import { onlineManager } from './onlineManager.js'

/** What the host is like now, as the engine reads it. */
export function hostFlags(): number {
  return (onlineManager.isOnline() ? 1 : 0) | (focusManager.isFocused() ? 2 : 0)
}
