import { on } from './lib/eventsAndTimers.js'
import { attempt } from './lib/guard.js'
import { wrapMethod } from './lib/wrapMethod.js'

/** Calls `onChange` after each change of the address without a load, within a scope. */
export function observeRoutes(onChange: () => void): void {
  // The Navigation API, which TypeScript's library may not have.
  const { navigation } = globalThis as { navigation?: EventTarget }
  if (attempt(() => 'currentEntry' in navigation! && typeof navigation!.addEventListener === 'function')) {
    on(navigation!, 'currententrychange', onChange)
    return
  }
  on(globalThis, 'popstate', onChange)
  for (const name of ['pushState', 'replaceState']) {
    wrapMethod(history, name, (original, self, args) => {
      const result = Reflect.apply(original, self, args)
      attempt(onChange)
      return result
    })
  }
}
