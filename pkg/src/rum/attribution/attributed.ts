// What a vital is attributed to, in the form of beacons. `whippet/rum/attribution` gives it the names of web-vitals.
import { callPageFunction } from '../lib/guard.js'
import type { MetricCallback } from '../vitals/types.js'
import { selector } from './selector.js'
import type { AttributionReportOpts } from './types.js'

export interface Attributed {
  /** The name of an element. */
  target$?: string
  /** The address of an image or a script. */
  url$?: string
  /** The state of the document, or the type of an interaction. */
  state$?: string
  /** The durations that add up to the value, ms; in the order in which they happened. */
  phases$?: number[]
}

/** Gets a metric, and what finds its attribution, which throws if the page removed an API that says it. */
export type AttributedCallback<M, A extends Attributed> = (metric: M, find: () => A) => void

/** Calls `callback` with each metric. */
export const attributed =
  <M, A extends Attributed>(
    callback: AttributedCallback<M, A>,
    attribute: (metric: M, navigation?: PerformanceSoftNavigation) => A,
  ): MetricCallback<M> =>
  (metric, navigation) =>
    callback(metric, () => attribute(metric, navigation))

/** The name of an element. To be called when the element is observed: later it may be removed. */
export const targetOf = (node: Node, { generateTarget }: AttributionReportOpts): string =>
  callPageFunction(() => generateTarget?.(node)) ?? selector(node)
