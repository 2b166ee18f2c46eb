import { attempt } from '../lib/guard.js'
import { forPage } from '../vitals/metricReporter.js'

/**
 * A function for pages: calls back with each metric after its attribution was added to it, made of what `observe` found. That
 * is empty if `attribute` throws because the page removed an API.
 */
export const withAttribution = <M extends object, F, A extends object, O extends object>(
  observe: (callback: (metric: M, found: F) => void, opts: O) => void,
  attribute: (metric: M, found: F) => A,
): ((callback: (metric: M & { attribution: A }) => void, opts?: O) => void) =>
  forPage((callback, opts: O) =>
    observe((metric, found) => {
      const value = attempt(() => attribute(metric, found)) ?? {}
      // An assignment would call a setter on `Object.prototype`, and `defineProperty` reads inherited members of a descriptor.
      const descriptor = { __proto__: null, value, writable: true, enumerable: true, configurable: true }
      callback(Object.defineProperty(metric, 'attribution', descriptor) as M & { attribution: A })
    }, opts),
  )
