import { focusManager } from './focusManager.js'
import { onlineManager } from './onlineManager.js'

/** Whether the network is up and the window has focus, as flags for the engine. */
export function hostFlags(): number {
  return (onlineManager.isOnline() ? 1 : 0) | (focusManager.isFocused() ? 2 : 0)
}
