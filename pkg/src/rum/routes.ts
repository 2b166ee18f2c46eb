// Changes of the route in single-page apps.
import { attempt } from './guard.js'
import { on } from './hooks.js'
import { wrap } from './wrap.js'

/** What TypeScript's library may not know. */
interface NavigationLike extends EventTarget {
  currentEntry: unknown
}

/** Calls `changed` after each change of the address that is no load; returns how to stop. */
export function watchRoutes(changed: () => void): () => void {
  const { navigation } = globalThis as { navigation?: NavigationLike }
  if (navigation && 'currentEntry' in navigation && typeof navigation.addEventListener === 'function') {
    return on(navigation, 'currententrychange', changed)
  }
  const told = (name: string) =>
    wrap(history, name, (original, self, args) => {
      const result = Reflect.apply(original, self, args)
      attempt(changed)
      return result
    })
  const undos = [on(globalThis, 'popstate', changed), told('pushState'), told('replaceState')]
  return () => {
    for (const undo of undos) attempt(() => undo?.())
  }
}
