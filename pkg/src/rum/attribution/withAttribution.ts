import { attempt, callPageFunction } from '../lib/guard.js'
import type { MetricCallback } from '../vitals/types.js'
import { selector } from './selector.js'
import type { AttributionReportOpts } from './types.js'

/**
 * Calls `callback` with each metric after its attribution was added to it. That is empty if `attribute` throws because the
 * page removed an API.
 */
export const withAttribution =
  <M extends object, A>(
    callback: (metric: M & { attribution: A }) => void,
    attribute: (metric: M, navigation?: PerformanceSoftNavigation) => A,
  ): MetricCallback<M> =>
  (metric, navigation) => {
    const value = attempt(() => attribute(metric, navigation)) ?? ({} as A)
    // An assignment would call a setter on `Object.prototype`, and `defineProperty` reads inherited members of a descriptor.
    const descriptor = { __proto__: null, value, writable: true, enumerable: true, configurable: true }
    callback(Object.defineProperty(metric, 'attribution', descriptor) as M & { attribution: A })
  }

/** The name of an element. To be called when the element is observed: later it may be removed. */
export const targetOf = (node: Node, { generateTarget }: AttributionReportOpts): string =>
  callPageFunction(() => generateTarget?.(node)) ?? selector(node)
