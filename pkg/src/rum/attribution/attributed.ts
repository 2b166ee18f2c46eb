import { define } from '../define.js'
import { attempt } from '../guard.js'

/** `metric` with what it is put down to. Where a page took away what that needs, nothing is known of it. */
export function attributed<M extends object, A>(metric: M, attribute: () => A): M & { attribution: A } {
  return define(metric, { attribution: attempt(attribute) ?? ({} as A) })
}
