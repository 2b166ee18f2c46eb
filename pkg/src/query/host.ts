import { HOST_FOCUSED, HOST_ONLINE } from '../boundary/query.js'
import { focusManager } from './focusManager.js'
import { onlineManager } from './onlineManager.js'

/** What the host is like now, as the engine reads it. */
export function host(): number {
  return (onlineManager.isOnline() ? HOST_ONLINE : 0) | (focusManager.isFocused() ? HOST_FOCUSED : 0)
}
