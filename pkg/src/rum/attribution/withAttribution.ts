import { attempt, callPageFunction } from '../lib/guard.js'
import { defineOwn } from '../lib/properties.js'
import type { MetricCallback } from '../vitals/metricReporter.js'
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
  (metric, navigation) =>
    callback(defineOwn(metric, { attribution: attempt(() => attribute(metric, navigation)) ?? ({} as A) }))

/** The name of an element. To be called when the element is observed: later it may be removed. */
export const targetOf = (node: Node, { generateTarget }: AttributionReportOpts): string =>
  callPageFunction(() => generateTarget?.(node)) ?? selector(node)
