import { attempt } from '../guard.js'

/** The browser's entries, as they come. */
export interface Observation {
  /** What came and was not told yet. */
  take(): PerformanceEntry[]
  stop(): void
}

/**
 * Tells `listener` of all entries of these types, those before it included unless not `buffered`; `undefined` where the
 * browser knows none of the types. `durationThreshold`: the shortest `event` that is told of, ms.
 */
export function observe(
  types: string[],
  listener: (entries: PerformanceEntry[]) => void,
  buffered = true,
  durationThreshold?: number,
): Observation | undefined {
  try {
    const known = types.filter((type) => PerformanceObserver.supportedEntryTypes.includes(type))
    if (!known.length) return undefined
    // Entries of different types come out of order.
    const ordered = (entries: PerformanceEntry[]) =>
      known.length > 1 ? entries.sort((a, b) => end(a) - end(b)) : entries
    let stopped = false
    const observer = new PerformanceObserver((list) => {
      // In a microtask: Safari calls at once, from within `observe`.
      void Promise.resolve().then(() => attempt(() => stopped || listener(ordered(list.getEntries()))))
    })
    for (const type of known) observer.observe({ type, buffered, durationThreshold })
    return {
      take: () => attempt(() => ordered(observer.takeRecords())) ?? [],
      stop() {
        stopped = true
        attempt(() => observer.disconnect())
      },
    }
  } catch {
    return undefined
  }
}

const end = (entry: PerformanceEntry) => entry.startTime + entry.duration
