import { HOST_FOCUSED, HOST_ONLINE } from '../boundary/query.js'
import { focusManager } from './focusManager.js'
import { onlineManager } from './onlineManager.js'

/** Whether the network is up and the window has focus, as flags for the engine. */
export function hostFlags(): number {
  return (onlineManager.isOnline() ? HOST_ONLINE : 0) | (focusManager.isFocused() ? HOST_FOCUSED : 0)
}
