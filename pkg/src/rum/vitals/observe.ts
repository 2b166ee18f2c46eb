import { attempt } from '../lib/guard.js'
import { inScope, onEnd } from '../lib/scope.js'

/** Returns the entries that the browser has recorded but not delivered. */
export type Pending = () => PerformanceEntry[]

/**
 * Calls `listener` with all entries of these types, including earlier ones if `buffered`, until the scope ends. Returns
 * `undefined` if the browser supports none of the types. `durationThreshold`: the shortest `event` that is reported, ms.
 */
export const observe = (
  types: string[],
  listener: (entries: PerformanceEntry[]) => void,
  buffered = true,
  durationThreshold?: number,
): Pending | undefined =>
  attempt(() => {
    const supported = types.filter((type) => PerformanceObserver.supportedEntryTypes.includes(type))
    if (!supported.length) return undefined
    // Browsers do not order entries of different types.
    const ordered = (entries: PerformanceEntry[]) =>
      supported.length > 1 ? entries.sort((a, b) => a.startTime + a.duration - b.startTime - b.duration) : entries
    const deliver = inScope(listener)
    const observer = new PerformanceObserver((list) => {
      // In a microtask: Safari calls this synchronously from within `observe`.
      void Promise.resolve().then(() => deliver(ordered(list.getEntries())))
    })
    for (const type of supported) observer.observe({ type, buffered, durationThreshold })
    onEnd(() => observer.disconnect())
    return () => attempt(() => ordered(observer.takeRecords())) ?? []
  })
