import { attempt } from '../lib/guard.js'
import { within } from '../lib/scope.js'
import { observe, type Pending } from '../vitals/observe.js'

/** The latest resources. The browser's own buffer is full after 250. */
const latest: PerformanceResourceTiming[] = []
let bufferSize = 50
let pending: Pending | undefined

/** Starts to keep the latest resources. The last caller that passes a size sets it for all. */
export function keepRecentResources(size: number | undefined): void {
  bufferSize = size ?? bufferSize
  pending ??= within(undefined, () => observe(['resource'], keep))
}

function keep(entries: PerformanceEntry[]): void {
  for (const entry of entries as PerformanceResourceTiming[]) {
    latest.push(entry)
    if (latest.length > bufferSize) latest.shift()
  }
}

/** The latest request for `url` that began before `time`. It may end later: an image is painted while it loads. */
export function resourceBefore(url: string, time: number): PerformanceResourceTiming | undefined {
  if (pending) keep(pending())
  const all = attempt(() => performance.getEntriesByType('resource')) ?? []
  return [...all, ...latest].reverse().find((entry) => entry.name === url && (entry.requestStart || entry.startTime) <= time)
}
