// Changes of the route in single-page apps.
import { attempt } from './guard.js'

/** What TypeScript's library may not know. */
interface NavigationLike extends EventTarget {
  currentEntry: unknown
}

/** Calls `changed` after each change of the address that is no load; returns how to stop. */
export function watchRoutes(changed: () => void): () => void {
  const { navigation } = globalThis as { navigation?: NavigationLike }
  if (navigation && 'currentEntry' in navigation && typeof navigation.addEventListener === 'function') {
    navigation.addEventListener('currententrychange', changed)
    return () => navigation.removeEventListener('currententrychange', changed)
  }
  addEventListener('popstate', changed)
  const unwraps = (['pushState', 'replaceState'] as const).map((name) => wrap(name, changed))
  return () => {
    removeEventListener('popstate', changed)
    for (const unwrap of unwraps) unwrap()
  }
}

function wrap(name: 'pushState' | 'replaceState', changed: () => void): () => void {
  const original = history[name]
  let active = true
  const wrapper = function (this: History, ...args: Parameters<History['pushState']>): void {
    original.apply(this, args)
    if (active) attempt(changed)
  }
  attempt(() => (history[name] = wrapper))
  return () => {
    active = false
    // Somebody may have wrapped it again; then it stays, and does nothing.
    if (history[name] === wrapper) attempt(() => (history[name] = original))
  }
}
