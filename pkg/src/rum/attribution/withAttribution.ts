import { attempt } from '../lib/guard.js'

/**
 * Calls `callback` with each metric after its attribution was added to it, made of what the observer found. That is empty if
 * `attribute` throws because the page removed an API.
 */
export const withAttribution =
  <M extends object, F, A extends object>(
    callback: (metric: M & { attribution: A }) => void,
    attribute: (metric: M, found: F) => A | undefined,
  ): ((metric: M, found: F) => void) =>
  (metric, found) => {
    const value = attempt(() => attribute(metric, found)) ?? ({} as A)
    // An assignment would call a setter on `Object.prototype`, and `defineProperty` reads inherited members of a descriptor.
    const descriptor = { __proto__: null, value, writable: true, enumerable: true, configurable: true }
    callback(Object.defineProperty(metric, 'attribution', descriptor) as M & { attribution: A })
  }
