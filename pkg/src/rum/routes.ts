import { on } from './lib/eventsAndTimers.js'
import { attempt } from './lib/guard.js'
import { wrapMethod } from './lib/wrapMethod.js'

/** The event of a change, which says how the address changed where the browser has the Navigation API. */
interface Change extends Event {
  navigationType?: string
}

/** Calls `onChange` after each change of the address without a load, within a scope. */
export function observeRoutes(onChange: (change?: Change) => void): void {
  // The Navigation API, which TypeScript's library may not have.
  const { navigation } = globalThis as { navigation?: EventTarget }
  if (attempt(() => 'currentEntry' in navigation! && navigation!.addEventListener))
    on(navigation!, 'currententrychange', onChange)
  else {
    on(globalThis, 'popstate', onChange)
    for (const name of ['pushState', 'replaceState']) {
      wrapMethod(history, name, (original, self, args) => {
        const result = Reflect.apply(original, self, args)
        attempt(onChange)
        return result
      })
    }
  }
}
