import { attempt } from '../lib/guard.js'
import { observe, type Observation } from '../vitals/observe.js'

/** The latest resources. The browser's own buffer is full after 250. */
const latest: PerformanceResourceTiming[] = []
let bufferSize = 50
let observation: Observation | undefined

/** Starts to keep the latest resources. The last caller that passes a size sets it for all. */
export function keepRecentResources(size: number | undefined): void {
  bufferSize = size ?? bufferSize
  observation ??= observe(['resource'], keep)
}

function keep(entries: PerformanceEntry[]): void {
  for (const entry of entries as PerformanceResourceTiming[]) {
    latest.push(entry)
    if (latest.length > bufferSize) latest.shift()
  }
}

/** The latest request for `url` that began before `time`. It may end later: an image is painted while it loads. */
export function resourceBefore(url: string, time: number): PerformanceResourceTiming | undefined {
  if (observation) keep(observation.take())
  const all = attempt(() => performance.getEntriesByType('resource')) ?? []
  return [...all, ...latest]
    .reverse()
    .find((entry) => entry.name === url && (entry.requestStart || entry.startTime) <= time)
}
