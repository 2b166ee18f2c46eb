import { defineOwn } from '../lib/properties.js'
import { attempt } from '../lib/guard.js'

/** Adds the attribution to a metric. It is empty if `attribute` throws because the page removed an API. */
export function withAttribution<M extends object, A>(metric: M, attribute: () => A): M & { attribution: A } {
  return defineOwn(metric, { attribution: attempt(attribute) ?? ({} as A) })
}
