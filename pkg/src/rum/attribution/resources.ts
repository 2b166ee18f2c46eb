import { attempt } from '../guard.js'
import { observe, type Observation } from '../vitals/observe.js'

/** The latest resources: the browser stops at 250, and long-lived pages ask for more. */
const latest: PerformanceResourceTiming[] = []
let kept = 50
let observation: Observation | undefined

/** Remembers the latest resources from now on, so many as the last caller who cared said. */
export function rememberResources(size: number | undefined): void {
  kept = size ?? kept
  observation ??= observe(['resource'], remember)
}

function remember(entries: PerformanceEntry[]): void {
  for (const entry of entries as PerformanceResourceTiming[]) {
    latest.push(entry)
    if (latest.length > kept) latest.shift()
  }
}

/** The latest request for `url` that began before `time`. What ends later may still have painted. */
export function resourceBefore(url: string, time: number): PerformanceResourceTiming | undefined {
  if (observation) remember(observation.take())
  const matches = (entry: PerformanceResourceTiming) =>
    entry.name === url && (entry.requestStart || entry.startTime) <= time
  const all = () => performance.getEntriesByType('resource') as PerformanceResourceTiming[]
  return last(latest, matches) ?? last(attempt(all) ?? [], matches)
}

function last<T>(list: T[], matches: (item: T) => boolean): T | undefined {
  for (let at = list.length - 1; at >= 0; at--) if (matches(list[at]!)) return list[at]
  return undefined
}
