import { focusManager } from './focusManager.js'
import { onlineManager } from './onlineManager.js'
import type { Host } from '../rules/query.js'

/** Whether the network is up and the window has focus. */
export function host(): Host {
  return { online$: onlineManager.isOnline(), focused$: focusManager.isFocused() }
}
