import { attempt } from '../lib/guard.js'

/** A running `PerformanceObserver`. */
export interface Observation {
  /** The entries that the browser has recorded but not delivered. */
  take(): PerformanceEntry[]
  stop(): void
}

/**
 * Calls `listener` with all entries of these types, including earlier ones if `buffered`. Returns `undefined` if the
 * browser supports none of the types. `durationThreshold`: the shortest `event` that is reported, ms.
 */
export function observe(
  types: string[],
  listener: (entries: PerformanceEntry[]) => void,
  buffered = true,
  durationThreshold?: number,
): Observation | undefined {
  try {
    const supported = types.filter((type) => PerformanceObserver.supportedEntryTypes.includes(type))
    if (!supported.length) return undefined
    // Browsers do not order entries of different types.
    const ordered = (entries: PerformanceEntry[]) =>
      supported.length > 1 ? entries.sort((a, b) => end(a) - end(b)) : entries
    let stopped = false
    const observer = new PerformanceObserver((list) => {
      // In a microtask: Safari calls this synchronously from within `observe`.
      void Promise.resolve().then(() => attempt(() => stopped || listener(ordered(list.getEntries()))))
    })
    for (const type of supported) observer.observe({ type, buffered, durationThreshold })
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
