import { on } from './lib/eventsAndTimers.js'
import { attempt } from './lib/guard.js'
import { wrapMethod } from './lib/wrapMethod.js'

/** The part of the Navigation API that TypeScript's library may not have. */
interface NavigationLike extends EventTarget {
  currentEntry: unknown
}

/** Calls `onChange` after each change of the address without a load; returns a function that stops it. */
export function observeRoutes(onChange: () => void): () => void {
  const { navigation } = globalThis as { navigation?: NavigationLike }
  if (navigation && 'currentEntry' in navigation && typeof navigation.addEventListener === 'function') {
    return on(navigation, 'currententrychange', onChange)
  }
  const wrap = (name: string) =>
    wrapMethod(history, name, (original, self, args) => {
      const result = Reflect.apply(original, self, args)
      attempt(onChange)
      return result
    })
  const undos = [on(globalThis, 'popstate', onChange), wrap('pushState'), wrap('replaceState')]
  return () => {
    for (const undo of undos) attempt(() => undo?.())
  }
}
